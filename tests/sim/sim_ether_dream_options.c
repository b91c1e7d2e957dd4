/* SPDX-License-Identifier: MIT */
#include "sim_ether_dream_options.h"

#include "sim_option_value.h"

#include <math.h>
#include <string.h>

static struct sim_ed_options *own(struct sim_options *options)
{
    return (struct sim_ed_options *)options;
}

/* ---- The device ---------------------------------------------------------------------------- */

static bool set_profile(struct sim_options *options, const char *value)
{
    const struct sim_ed_profile *profile = sim_ed_profile(value);

    if (profile) {
        own(options)->device.profile = *profile;
    }
    return profile != NULL;
}

static bool set_mac(struct sim_options *options, const char *value)
{
    own(options)->mac_given =
        sim_option_octets(value, ':', own(options)->device.mac, 6) == 6;
    return own(options)->mac_given;
}

static bool set_stall(struct sim_options *options, const char *value)
{
    struct sim_link_config *link = &own(options)->device.link;
    const char *colon = strchr(value, ':');
    double every_ms, for_ms;
    char every[32];

    if (!colon || (size_t)(colon - value) >= sizeof every) {
        return false;
    }
    (void)snprintf(every, sizeof every, "%.*s", (int)(colon - value), value);
    if (!sim_option_number(every, 0, 3600e3, &every_ms) ||
        !sim_option_number(colon + 1, 0, 3600e3, &for_ms) || for_ms >= every_ms) {
        return false;
    }
    link->stall_every_ns = llround(every_ms * 1e6);
    link->stall_for_ns = llround(for_ms * 1e6);
    return true;
}

/* ---- Faults --------------------------------------------------------------------------------- */

static const struct sim_fault_name faults[] = {
    {"estop", SIM_ED_ESTOP, 0, false},
    {"interlock", SIM_ED_INTERLOCK, 1, false},
    {"underflow", SIM_ED_UNDERFLOW, 0, false},
    {"reboot", SIM_ED_REBOOT, 3000, true},
    {"stall", SIM_ED_STALL, 100, true},
    {"cable", SIM_ED_CABLE, 2000, true},
    {"reset", SIM_ED_RESET, 0, false},
    {"cut", SIM_ED_CUT, 10, false},
    {"nak-invalid", SIM_ED_NAK_INVALID, 1, false},
    {"nak-full", SIM_ED_NAK_FULL, 1, false},
    {"nak-all", SIM_ED_NAK_ALL, 1, false},
    {"garbage", SIM_ED_GARBAGE, 1, false},
    {"stray", SIM_ED_STRAY, 1, false},
    {"swallow", SIM_ED_SWALLOW, 1, false},
    {"source", SIM_ED_SOURCE, 1, false},
    {"other-client", SIM_ED_OTHER_CLIENT, 's', false},
    {"broadcasts", SIM_ED_BROADCASTS, 0, false},
    {"listen", SIM_ED_LISTEN, 0, false},
    {"hang", SIM_ED_HANG, 0, false},
    {.name = NULL},
};

#define AT(member) SIM_AT(struct sim_ed_options, member)
#define FAULT_AFTER(number) .kind = SIM_OPTION_FAULT_AFTER, .fault = number
#define FAULT_OF(number) .kind = SIM_OPTION_FAULT_OF, .fault = number

static const struct sim_option rows[] = {
    {.help = "The device"},
    {"--profile", "NAME", "generation: ed1, ed2 (default), ed3, ed4", SIM_SET(set_profile),
     .wants = "ed1, ed2, ed3 or ed4"},
    {"--mac", "MAC", "default 00:04:a3:11:22:33, or from --bind", SIM_SET(set_mac),
     .wants = "an address like 00:04:a3:11:22:33"},
    {"--capacity", "POINTS", "of the ring; default: the profile's", SIM_WHOLE(2, 65535),
     AT(capacity)},
    {"--version", "TEXT", "what it answers to the version command", SIM_TEXT(0, 31),
     AT(version), .wants = "at most 31 characters"},
    {"--skew-ppm", "PPM", "its clock runs this much fast", SIM_NUMBER(-100000, 100000),
     AT(device.skew_ppm)},
    {.name = "--seed"},
    {.help = "The network"},
    {.name = "--bind"},
    {.name = "--address"},
    {.name = "--port", .help = "TCP; default 7765, 0: any that is free"},
    {.name = "--broadcast"},
    {.name = "--latency"},
    {.name = "--jitter"},
    {"--fragment", "BYTES", "segments are cut into pieces of this size",
     SIM_WHOLE(0, 65535), AT(device.link.fragment_bytes)},
    {"--merge", "MS", "replies leave together once per MS", SIM_MS,
     AT(device.link.merge_ns)},
    {"--stall", "EVERY:FOR", "nothing moves for FOR ms, once every EVERY ms",
     SIM_SET(set_stall), .wants = "two durations in ms, the second one shorter"},
    {.help = "Faults; times count from the start"},
    {"--estop-at", "S", "emergency stop", FAULT_AFTER(SIM_ED_ESTOP)},
    {"--underflow-at", "S", "the ring is suddenly empty", FAULT_AFTER(SIM_ED_UNDERFLOW)},
    {"--reset-after", "N", "connections are reset after N replies", FAULT_OF(SIM_ED_RESET)},
    {"--nak", "N", "the first N data commands are called invalid",
     FAULT_OF(SIM_ED_NAK_INVALID)},
    {"--nak-full", "N", "the same, as full", FAULT_OF(SIM_ED_NAK_FULL)},
    {.name = "--fault"},
};

/* ---- The whole ----------------------------------------------------------------------- */

static void begin(struct sim_options *options)
{
    *own(options) =
        (struct sim_ed_options){.common = *options, .device = sim_ed_defaults()};
    options->seed = own(options)->device.seed;
}

static void complete(struct sim_options *options)
{
    struct sim_ed_options *ed = own(options);

    if (ed->capacity) {
        ed->device.profile.capacity = ed->capacity;
    }
    if (ed->version) {
        ed->device.profile.version = ed->version;
    }
    if (!ed->mac_given) {
        sim_options_identify(options, ed->device.mac + 3);
    }
    ed->device.seed = options->seed;
    ed->device.link.latency_ns = options->latency_ns;
    ed->device.link.jitter_ns = options->jitter_ns;
}

const struct sim_command_line sim_ed_command_line = {
    .summary = "Simulates an Ether Dream on this computer.",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .faults = faults,
    .begin = begin,
    .complete = complete,
};
