/* SPDX-License-Identifier: MIT */
#include "options/option_table.h"

#define RUN BJ_COMMAND_RUN
#define ALL (BJ_COMMAND_RUN | BJ_COMMAND_LIST | BJ_COMMAND_DOCTOR | BJ_COMMAND_CTL)
#define AT(member) .offset = offsetof(struct bj_options, member)

#define FLAG .kind = BJ_OPTION_FLAG
#define TEXT(name) .kind = BJ_OPTION_TEXT, .argument = name
#define NUMBER(name, low, high)                                                            \
    .kind = BJ_OPTION_NUMBER, .argument = name, .least = low, .most = high
#define MS(low, high)                                                                      \
    .kind = BJ_OPTION_TIME, .argument = "MS", .unit_ns = BJ_NS_PER_MS, .least = low,       \
    .most = high
#define CHOICE(words) .kind = BJ_OPTION_CHOICE, .argument = words, .choices = words
#define FLOATS(name, fewest, names, all, low, high)                                        \
    .kind = BJ_OPTION_FLOATS, .argument = name, .values_least = fewest, .choices = names,  \
    .values = all, .least = low, .most = high

#define SIGNALS "x|y|r|g|b|i|enable"
#define SIGNAL_VALUES(low, high)                                                           \
    .kind = BJ_OPTION_SIGNALS, .choices = SIGNALS, .values = 1,                            \
    .argument = "NAME=VALUE[,...]", .least = low, .most = high

const struct bj_option bj_option_table[] = {
    /* JACK */
    {"--client-name", 'n', TEXT("NAME"), .commands = RUN, AT(client_name),
     .help = "name of the JACK client (default: beamjack)"},
    {"--exact-name", FLAG, .commands = RUN, AT(exact_name),
     .help = "fail when the name is taken instead of adding -01"},
    {"--server", 's', TEXT("NAME"), .commands = RUN | BJ_COMMAND_DOCTOR, AT(server),
     .help = "name of the JACK server (default: $JACK_DEFAULT_SERVER or default)"},
    {"--start-server", FLAG, .commands = RUN, AT(start_server),
     .help = "let libjack start a server when none runs"},
    {"--wait-for-jack", FLAG, .commands = RUN, AT(wait_for_jack),
     .help = "keep trying when no JACK server runs at the start"},
    {"--on-shutdown", CHOICE("reconnect|exit"), .commands = RUN, AT(on_shutdown),
     .help = "when the JACK server goes: come back with it, or exit 1"},
    {"--max-tries", NUMBER("N", 0, 1000000), .commands = RUN, AT(max_tries),
     .help = "give up after N tries to reach JACK (default 0: never)"},
    {"--port-style", CHOICE("named|numbered"), .commands = RUN, AT(port_style),
     .help = "in_x in_y ..., or in_1_x in_2_y ... for programs that sort by name"},
    {"--physical", FLAG, .commands = RUN, AT(physical),
     .help = "mark the ports as physical, so that players connect to them unasked"},
    {"--cv", FLAG, .commands = RUN, AT(cv), .help = "mark the ports as control voltage"},
    {"--connect", 'c', .kind = BJ_OPTION_LIST, .argument = "PATTERN", .commands = RUN,
     AT(connect),
     .help =
         "connect sources, now and whenever they appear: 'pure_data:output_*' (the first "
         "six in order) or x=pure_data:output_1; repeatable"},
    {"--connect-once", FLAG, .commands = RUN, AT(connect_once),
     .help = "each pattern makes its connections only once"},
    /* light */
    {"--arm", 'a', FLAG, .commands = RUN, AT(arm), .not_in_file = true,
     .help = "let light out from the start (default: dark until armed)"},
    {"--rearm", FLAG, .commands = RUN, AT(rearm),
     .help = "stay armed when the DAC or the JACK server was lost and is back"},
    /* DAC and time */
    {"--pps", 'p', NUMBER("N", 1, 10000000), .commands = RUN, AT(pps),
     .help =
         "points per second (default: JACK's rate at the start, within what the DAC can)"},
    {"--latency", 'l', MS(0.001, 10000), .commands = RUN, AT(latency_ns),
     .help = "from the start of a JACK cycle to the light (default: the target buffer)"},
    {"--target-buffer", MS(0.001, 10000), .commands = RUN, AT(target_buffer_ns),
     .help = "how much of the latency waits in the DAC (default: per DAC)"},
    {"--min-buffer", MS(0.001, 10000), .commands = RUN, AT(min_buffer_ns),
     .help = "below this level the underrun policy tops up (default: per DAC)"},
    {"--underrun", .kind = BJ_OPTION_UNDERRUN, .argument = "blank|repeat|park[:X,Y]|stop",
     .commands = RUN, AT(underrun),
     .help =
         "when points are missing: dark in place (default), the last points again, dark "
         "at X,Y, or end"},
    {"--drain", MS(0, 60000), .commands = RUN, AT(drain_ns),
     .help = "how long queued points may play out at an end (default 1000)"},
    {"--interpolation", CHOICE("smooth|linear|nearest"), .commands = RUN, AT(interpolation),
     .help = "between JACK's frames; nearest for lasers that only switch on and off"},
    {"--colour-shift", .kind = BJ_OPTION_TIME, .argument = "US", .unit_ns = 1000,
     .least = -1000, .most = 1000, .commands = RUN, AT(colour_shift_ns),
     .help =
         "colour this much later than position, for mirrors that lag; negative: earlier"},
    {"--matching", CHOICE("resample|exact|steer"), .commands = RUN, AT(matching),
     .help =
         "interpolate to follow both clocks (default); or pass frames unchanged where the "
         "rates are equal, and skip or rest when 20 ms off; or have the DAC's rate "
         "follow"},
    {"--no-reconnect", FLAG, .commands = RUN, AT(no_reconnect),
     .help = "a lost DAC ends the run with status 1"},
    {"--wait-for-dac", FLAG, .commands = RUN, AT(wait_for_dac),
     .help = "keep trying when the DAC cannot be reached at the start"},
    /* shape and safety */
    {"--flip-x", FLAG, .commands = RUN, AT(flip_x), .help = "mirror left and right"},
    {"--flip-y", FLAG, .commands = RUN, AT(flip_y), .help = "mirror up and down"},
    {"--swap-xy", FLAG, .commands = RUN, AT(swap_xy),
     .help = "exchange x and y, before the flips"},
    {"--gain", FLOATS("X[,Y]", 1, "x|y", 2, -4, 4), .apart = 0.01, .commands = RUN,
     AT(gain),
     .help = "size, 1 is neutral; negative mirrors; 0 and above 4 by name: x=0,y=5"},
    {"--offset", FLOATS("X,Y", 2, "x|y", 2, -1, 1), .commands = RUN, AT(offset),
     .help = "shift, in half widths of the field; above 1 by name: x=1.5"},
    {"--colour-gain", FLOATS("R[,G,B]", 1, "r|g|b", 3, 0, 4), .commands = RUN,
     AT(colour_gain), .help = "brightness per colour, 1 is neutral; above 4 by name: r=5"},
    {"--invert-colour", FLAG, .commands = RUN, AT(invert_colour),
     .help = "full input means dark, for inverting amplifiers"},
    {"--intensity", CHOICE("colour|line"), .commands = RUN, AT(intensity),
     .help = "how in_i dims: by the colours on every DAC (default), or by the DAC's own "
             "intensity signal where it has one"},
    {"--dwell-limit", MS(0, 10000), .commands = RUN, AT(dwell_ns),
     .help = "a lit beam may rest this long (default 10; 0: for ever)"},
    {"--settle", MS(0, 10000), .commands = RUN, AT(settle_ns),
     .help = "dark for this long after a change of connections (default 100)"},
    {"--start-blank", MS(0, 10000), .commands = RUN, AT(start_blank_ns),
     .help = "dark for this long after arming and after gaps (default 1)"},
    /* audio interfaces */
    {"--audio-channels", SIGNAL_VALUES(1, 64), .whole = true, .commands = RUN,
     AT(audio_channels),
     .help =
         "audio:PCM: which channel carries what, from x=1,y=2,r=3,g=4,b=5,i=6 (default: "
         "these, as far as the card has them) and enable=N, a tone of 1 kHz while armed"},
    {"--audio-gain", SIGNAL_VALUES(-10, 10), .commands = RUN, AT(audio_gain),
     .help = "audio:PCM: size of a signal, 1 is the card's full scale: x=0.5,y=0.5"},
    {"--audio-offset", SIGNAL_VALUES(-1, 1), .commands = RUN, AT(audio_offset),
     .help = "audio:PCM: added to a signal, of the card's full scale: x=-0.002"},
    {"--audio-invert", .kind = BJ_OPTION_SIGNALS, .choices = SIGNALS,
     .argument = "NAME[,...]", .commands = RUN, AT(audio_invert),
     .help = "audio:PCM: change the sign of these signals: y,r"},
    /* the program */
    {"--headless", FLAG, .commands = RUN, AT(headless),
     .help = "no view in the terminal, plain lines on stderr"},
    {"--status-json", TEXT("FILE"), .commands = RUN, AT(status_json),
     .help = "one JSON object per second to FILE, - is stdout"},
    {"--status-every", .kind = BJ_OPTION_TIME, .argument = "SECONDS",
     .unit_ns = BJ_NS_PER_S, .least = 0.1, .most = 86400, .commands = RUN,
     AT(status_every_ns), .help = "write the status so often (default 1)"},
    {"--status-latest", FLAG, .commands = RUN, AT(status_latest),
     .help = "FILE holds the newest status alone and is replaced as a whole"},
    {"--status-size", NUMBER("MB", 0, 1000000), .commands = RUN, AT(status_size_mb),
     .help = "when FILE has grown so large it becomes FILE.1, and a new one begins "
             "(default 16; 0: never)"},
    {"--panic-keys", FLAG, .commands = RUN, AT(panic_keys),
     .help = "any key that means nothing disarms"},
    {"--config", TEXT("FILE"), .commands = RUN, AT(config), .not_in_file = true,
     .help = "read options from FILE first: 'name = value' lines"},
    {"--name", TEXT("NAME"), .commands = BJ_COMMAND_CTL, AT(bridge_name),
     .help = "which bridge, by its client name (default: the only one that runs)"},
    {"--json", FLAG, .commands = BJ_COMMAND_LIST, AT(json), .help = "print JSON"},
    {"--wait", .kind = BJ_OPTION_TIME, .argument = "SECONDS", .unit_ns = BJ_NS_PER_S,
     .least = 0, .most = 3600, .commands = BJ_COMMAND_LIST, AT(wait_ns),
     .help = "how long to look (default 1.5)"},
    {"--help", 'h', FLAG, .commands = ALL, AT(help), .not_in_file = true,
     .help = "show this help"},
    {"--version", 'V', FLAG, .commands = ALL, AT(version), .not_in_file = true,
     .help = "show the version"},
    {.name = NULL},
};

const char *bj_option_key(const struct bj_option *option)
{
    return option->name + 2;
}
