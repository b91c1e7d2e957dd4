/* SPDX-License-Identifier: MIT */
#include "sim_lasercube_options.h"

#include <string.h>

static struct sim_lc_config *device(struct sim_options *options)
{
    return &((struct sim_lc_options *)options)->device;
}

/* ---- The device ------------------------------------------------------------------------ */

static bool set_serial(struct sim_options *options, const char *value)
{
    unsigned serial[6];
    int size = 0;

    if (sscanf(value, "%2x%2x%2x%2x%2x%2x%n", &serial[0], &serial[1], &serial[2],
               &serial[3], &serial[4], &serial[5], &size) != 6 ||
        size != 12 || value[size] != '\0') {
        return false;
    }
    for (int n = 0; n < 6; n++) {
        device(options)->serial[n] = (uint8_t)serial[n];
    }
    return ((struct sim_lc_options *)options)->serial_given = true;
}

static bool set_name(struct sim_options *options, const char *value)
{
    device(options)->model_name = value;
    return strlen(value) <= 26;
}

static bool set_firmware(struct sim_options *options, const char *value)
{
    unsigned major, minor;
    int size = 0;

    if (sscanf(value, "%3u.%3u%n", &major, &minor, &size) != 2 || value[size] != '\0' ||
        major > 255 || minor > 255) {
        return false;
    }
    device(options)->firmware_major = (uint8_t)major;
    device(options)->firmware_minor = (uint8_t)minor;
    return true;
}

static bool set_byte(const char *value, int64_t most, uint8_t *byte)
{
    int64_t number;

    if (!sim_option_whole(value, 0, (double)most, &number)) {
        return false;
    }
    *byte = (uint8_t)number;
    return true;
}

static bool set_model(struct sim_options *options, const char *value)
{
    return set_byte(value, 255, &device(options)->model);
}

static bool set_connection(struct sim_options *options, const char *value)
{
    return set_byte(value, 3, &device(options)->connection);
}

static bool set_ring(struct sim_options *options, const char *value)
{
    int64_t points;

    if (!sim_option_whole(value, 256, 65535, &points)) {
        return false;
    }
    device(options)->ring_points = (uint32_t)points;
    return true;
}

static bool set_max_rate(struct sim_options *options, const char *value)
{
    int64_t rate;

    if (!sim_option_whole(value, 1000, 1000000, &rate)) {
        return false;
    }
    device(options)->max_rate = (uint32_t)rate;
    return true;
}

static bool set_skew(struct sim_options *options, const char *value)
{
    return sim_option_number(value, -100000, 100000, &device(options)->skew_ppm);
}

static bool set_burst(struct sim_options *options, const char *value)
{
    int64_t limit;

    if (!sim_option_whole(value, 0, 32, &limit)) {
        return false;
    }
    device(options)->burst_limit = (uint32_t)limit;
    return true;
}

/* ---- What nobody has documented -------------------------------------------------------- */

static bool set_left_enabled(struct sim_options *options, const char *value)
{
    (void)value;
    return device(options)->left_enabled = true;
}

static bool set_stands_still(struct sim_options *options, const char *value)
{
    (void)value;
    return device(options)->stands_still_off = true;
}

static bool set_reports_before(struct sim_options *options, const char *value)
{
    (void)value;
    return device(options)->reports_before = true;
}

static bool set_message_zero(struct sim_options *options, const char *value)
{
    (void)value;
    return device(options)->message_zero = true;
}

static bool set_drops_whole(struct sim_options *options, const char *value)
{
    (void)value;
    return device(options)->drops_whole = true;
}

static bool set_heeds_threshold(struct sim_options *options, const char *value)
{
    (void)value;
    return device(options)->heeds_threshold = true;
}

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

static const struct sim_option rows[] = {
    {.help = "The device"},
    {"--serial", NULL, "HEX", "default 0004A3112233, or from --bind", "12 hex digits",
     set_serial},
    {"--model-name", NULL, "TEXT", "default LaserCube", "at most 26 characters", set_name},
    {"--model", NULL, "N", "model number; 10 and up: Ultra Mk2", "0 to 255", set_model},
    {"--firmware", NULL, "M.N", "default 1.24; up to 0.12 other flags", "as in 1.24",
     set_firmware},
    {"--connection", NULL, "N", "0, 2 Ethernet (default 2), 1, 3 Wi-Fi", "0 to 3",
     set_connection},
    {"--ring", NULL, "POINTS", "default 6000", "256 to 65535", set_ring},
    {"--max-rate", NULL, "PPS", "default 60000", "1000 to 1000000", set_max_rate},
    {"--skew-ppm", NULL, "PPM", "its clock runs this much fast", "-100000 to 100000",
     set_skew},
    {.name = "--seed"},
    {.help = "What real ones may do, and nobody has documented"},
    {"--left-enabled", NULL, NULL, "starts with output and reports on", NULL,
     set_left_enabled},
    {"--stands-still", NULL, NULL, "the ring does not drain while output is off", NULL,
     set_stands_still},
    {"--reports-before", NULL, NULL, "reports tell the level before a packet", NULL,
     set_reports_before},
    {"--message-zero", NULL, NULL, "reports carry no message number", NULL,
     set_message_zero},
    {"--drops-whole", NULL, NULL, "a packet that does not fit is dropped whole", NULL,
     set_drops_whole},
    {"--heeds-threshold", NULL, NULL, "an empty ring waits for the level of A0", NULL,
     set_heeds_threshold},
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
    {"--burst", NULL, "N", "datagrams it takes within 1 ms; default 20, 0: any", "0 to 32",
     set_burst},
    {.help = "Faults; times count from the start"},
    {.name = "--fault"},
    {.help = "What comes out"},
    {.name = "--json"},
    {.name = "--points"},
    {.name = "--png"},
    {.name = "--png-window-ms"},
    {.name = "--live"},
    {.name = "--duration"},
    {.name = "--quiet"},
    {.name = "--help"},
};

static const struct sim_command_line line = {
    .summary = "Simulates a LaserCube with a network connection on this computer.",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .faults = faults,
};

/* ---- The whole ------------------------------------------------------------------------- */

/* Simulators on several addresses of this computer are told apart by themselves. */
static void serial_from_address(struct sim_lc_options *options)
{
    uint32_t ip = options->common.serve.bind_ip;

    for (int n = 0; n < 3 && ip != BJ_LOOPBACK && ip != 0; n++) {
        options->device.serial[3 + n] = (uint8_t)(ip >> (16 - 8 * n));
    }
}

static void complete(struct sim_lc_options *options)
{
    const struct sim_options *common = &options->common;

    if (!options->serial_given) {
        serial_from_address(options);
    }
    options->device.seed = common->seed;
    options->device.to_it = (struct sim_datagrams_config){
        .latency_ns = common->latency_ns,
        .jitter_ns = common->jitter_ns,
        .loss = common->loss,
        .duplicate = common->duplicate,
        .reorder = common->reorder,
    };
    options->device.from_it = options->device.to_it;
}

bool sim_lc_options_parse(struct sim_lc_options *options, const char *program, int argc,
                          char *const *argv, FILE *errors)
{
    *options = (struct sim_lc_options){
        .common = sim_options_defaults(&line),
        .device = sim_lc_defaults(),
    };
    options->common.seed = options->device.seed;
    if (!sim_options_parse(&options->common, program, argc, argv, errors)) {
        return false;
    }
    complete(options);
    return true;
}

void sim_lc_options_help(const char *program, FILE *out)
{
    sim_options_help(&line, program, out);
}
