/* SPDX-License-Identifier: MIT */
#include "sim_lasercube_options.h"

#include <stdio.h>

static struct sim_lc_options *own(struct sim_options *options)
{
    return (struct sim_lc_options *)options;
}

/* ---- The device ------------------------------------------------------------------------ */

static bool set_serial(struct sim_options *options, const char *value)
{
    own(options)->serial_given =
        sim_option_octets(value, '\0', own(options)->device.serial, 6) == 6;
    return own(options)->serial_given;
}

static bool set_firmware(struct sim_options *options, const char *value)
{
    unsigned major, minor;
    int size = 0;

    if (sscanf(value, "%3u.%3u%n", &major, &minor, &size) != 2 || value[size] != '\0' ||
        major > 255 || minor > 255) {
        return false;
    }
    own(options)->device.firmware_major = (uint8_t)major;
    own(options)->device.firmware_minor = (uint8_t)minor;
    return true;
}

/* ---- Rows ---------------------------------------------------------------------------- */

static const struct sim_fault_name faults[] = {
    {"stall", SIM_LC_STALL, 100, true},
    {"silence", SIM_LC_SILENCE, 5000, true},
    {"reboot", SIM_LC_REBOOT, 3000, true},
    {"lose", SIM_LC_LOSE, 1, false},
    {"lose-replies", SIM_LC_LOSE_REPLIES, 1, false},
    {"garbage", SIM_LC_GARBAGE, 1, false},
    {"cut", SIM_LC_CUT, 1, false},
    {"stray", SIM_LC_STRAY, 1, false},
    {"dry", SIM_LC_DRY, 0, false},
    {"other-client", SIM_LC_OTHER_CLIENT, 300, false},
    {"output", SIM_LC_OUTPUT, 0, false},
    {"rate", SIM_LC_RATE, 10000, false},
    {"reports", SIM_LC_REPORTS, 0, false},
    {"interlock", SIM_LC_INTERLOCK, 1, false},
    {"too-hot", SIM_LC_TOO_HOT, 1, false},
    {"warm", SIM_LC_WARM, 1, false},
    {"battery", SIM_LC_BATTERY, 5, false},
    {.name = NULL},
};

#define AT(member) SIM_AT(struct sim_lc_options, device.member)
#define SWITCH .kind = SIM_OPTION_SWITCH

static const struct sim_option rows[] = {
    {.help = "The device"},
    {"--serial", "HEX", "default 0004A3112233, or from --bind", SIM_SET(set_serial),
     .wants = "12 hex digits"},
    {"--model-name", "TEXT", "default LaserCube", SIM_TEXT(0, 26), AT(model_name),
     .wants = "at most 26 characters"},
    {"--model", "N", "model number; 10 and up: Ultra Mk2", SIM_WHOLE(0, 255), AT(model)},
    {"--firmware", "M.N", "default 1.24; up to 0.12 other flags", SIM_SET(set_firmware),
     .wants = "as in 1.24"},
    {"--connection", "N", "0, 2 Ethernet (default 2), 1, 3 Wi-Fi", SIM_WHOLE(0, 3),
     AT(connection)},
    {"--ring", "POINTS", "default 6000", SIM_WHOLE(256, 65535), AT(ring_points)},
    {"--max-rate", "PPS", "default 60000", SIM_WHOLE(1000, 1000000), AT(max_rate)},
    {"--skew-ppm", "PPM", "its clock runs this much fast", SIM_NUMBER(-100000, 100000),
     AT(skew_ppm)},
    {.name = "--seed"},
    {.help = "What real ones may do, and nobody has documented"},
    {"--left-enabled", NULL, "starts with output and reports on", SWITCH, AT(left_enabled)},
    {"--stands-still", NULL, "the ring does not drain while output is off", SWITCH,
     AT(stands_still_off)},
    {"--reports-before", NULL, "reports tell the level before a packet", SWITCH,
     AT(reports_before)},
    {"--message-zero", NULL, "reports carry no message number", SWITCH, AT(message_zero)},
    {"--drops-whole", NULL, "a packet that does not fit is dropped whole", SWITCH,
     AT(drops_whole)},
    {"--heeds-threshold", NULL, "an empty ring waits for the level of A0", SWITCH,
     AT(heeds_threshold)},
    {.help = "The network"},
    {.name = "--bind"},
    {.name = "--address"},
    {.name = "--port", .help = "of commands; default 45457, 0: any that is free"},
    {.name = "--broadcast", .help = "where it hears questions; default 127.255.255.255"},
    {.name = "--latency"},
    {.name = "--jitter"},
    {.name = "--loss"},
    {.name = "--duplicate"},
    {.name = "--reorder"},
    {"--burst", "N", "datagrams it takes within 1 ms; default 20, 0: any", SIM_WHOLE(0, 32),
     AT(burst_limit)},
    {.help = "Faults; times count from the start"},
    {.name = "--fault"},
};

/* ---- The whole ------------------------------------------------------------------------- */

static void begin(struct sim_options *options)
{
    *own(options) =
        (struct sim_lc_options){.common = *options, .device = sim_lc_defaults()};
    options->seed = own(options)->device.seed;
}

static void complete(struct sim_options *options)
{
    struct sim_lc_config *device = &own(options)->device;

    if (!own(options)->serial_given) {
        sim_options_identify(options, device->serial + 3);
    }
    device->seed = options->seed;
    device->to_it = device->from_it = sim_options_datagrams(options);
}

const struct sim_command_line sim_lc_command_line = {
    .summary = "Simulates a LaserCube with a network connection on this computer.",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .faults = faults,
    .begin = begin,
    .complete = complete,
};
