/* SPDX-License-Identifier: MIT */
#include "sim_ether_dream_options.h"

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
    unsigned mac[6];
    int size = 0;

    if (sscanf(value, "%2x:%2x:%2x:%2x:%2x:%2x%n", &mac[0], &mac[1], &mac[2], &mac[3],
               &mac[4], &mac[5], &size) != 6 ||
        value[size] != '\0') {
        return false;
    }
    for (int n = 0; n < 6; n++) {
        own(options)->device.mac[n] = (uint8_t)mac[n];
    }
    return own(options)->mac_given = true;
}

static bool set_capacity(struct sim_options *options, const char *value)
{
    int64_t points;

    if (!sim_option_whole(value, 2, 65535, &points)) {
        return false;
    }
    own(options)->capacity = (uint16_t)points;
    return true;
}

static bool set_version(struct sim_options *options, const char *value)
{
    own(options)->version = value;
    return strlen(value) < 32;
}

static bool set_skew(struct sim_options *options, const char *value)
{
    return sim_option_number(value, -100000, 100000, &own(options)->device.skew_ppm);
}

static bool set_fragment(struct sim_options *options, const char *value)
{
    int64_t bytes;

    if (!sim_option_whole(value, 0, 65535, &bytes)) {
        return false;
    }
    own(options)->device.link.fragment_bytes = (uint32_t)bytes;
    return true;
}

static bool set_merge(struct sim_options *options, const char *value)
{
    return sim_option_milliseconds(value, &own(options)->device.link.merge_ns);
}

static bool set_stall(struct sim_options *options, const char *value)
{
    const char *colon = strchr(value, ':');
    char every[32];

    if (!colon || (size_t)(colon - value) >= sizeof every) {
        return false;
    }
    memcpy(every, value, (size_t)(colon - value));
    every[colon - value] = '\0';
    return sim_option_milliseconds(every, &own(options)->device.link.stall_every_ns) &&
           sim_option_milliseconds(colon + 1, &own(options)->device.link.stall_for_ns) &&
           own(options)->device.link.stall_for_ns <
               own(options)->device.link.stall_every_ns;
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

static bool fault_after(struct sim_options *options, int fault, const char *value)
{
    int64_t after_ns;

    return sim_option_seconds(value, &after_ns) &&
           sim_option_add_fault(options, fault, 0, after_ns);
}

static bool fault_of(struct sim_options *options, int fault, const char *value)
{
    int64_t count;

    return sim_option_whole(value, 1, 1e9, &count) &&
           sim_option_add_fault(options, fault, count, 0);
}

static bool set_estop_at(struct sim_options *options, const char *value)
{
    return fault_after(options, SIM_ED_ESTOP, value);
}

static bool set_underflow_at(struct sim_options *options, const char *value)
{
    return fault_after(options, SIM_ED_UNDERFLOW, value);
}

static bool set_reset_after(struct sim_options *options, const char *value)
{
    return fault_of(options, SIM_ED_RESET, value);
}

static bool set_nak(struct sim_options *options, const char *value)
{
    return fault_of(options, SIM_ED_NAK_INVALID, value);
}

static bool set_nak_full(struct sim_options *options, const char *value)
{
    return fault_of(options, SIM_ED_NAK_FULL, value);
}

static const struct sim_option rows[] = {
    {.help = "The device"},
    {"--profile", NULL, "NAME", "generation: ed1, ed2 (default), ed3, ed4",
     "ed1, ed2, ed3 or ed4", set_profile},
    {"--mac", NULL, "MAC", "default 00:04:a3:11:22:33, or from --bind",
     "an address like 00:04:a3:11:22:33", set_mac},
    {"--capacity", NULL, "POINTS", "of the ring; default: the profile's", "2 to 65535",
     set_capacity},
    {"--version", NULL, "TEXT", "what it answers to the version command",
     "at most 31 characters", set_version},
    {"--skew-ppm", NULL, "PPM", "its clock runs this much fast", "-100000 to 100000",
     set_skew},
    {.name = "--seed"},
    {.help = "The network"},
    {.name = "--bind"},
    {.name = "--address"},
    {.name = "--port", .help = "TCP; default 7765, 0: any that is free"},
    {.name = "--broadcast"},
    {.name = "--latency"},
    {.name = "--jitter"},
    {"--fragment", NULL, "BYTES", "segments are cut into pieces of this size", "0 to 65535",
     set_fragment},
    {"--merge", NULL, "MS", "replies leave together once per MS", "milliseconds",
     set_merge},
    {"--stall", NULL, "EVERY:FOR", "nothing moves for FOR ms, once every EVERY ms",
     "two durations in ms, the second one shorter", set_stall},
    {.help = "Faults; times count from the start"},
    {"--estop-at", NULL, "S", "emergency stop", "seconds", set_estop_at},
    {"--underflow-at", NULL, "S", "the ring is suddenly empty", "seconds",
     set_underflow_at},
    {"--reset-after", NULL, "N", "connections are reset after N replies", "1 or more",
     set_reset_after},
    {"--nak", NULL, "N", "the first N data commands are called invalid", "1 or more",
     set_nak},
    {"--nak-full", NULL, "N", "the same, as full", "1 or more", set_nak_full},
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
    .summary = "Simulates an Ether Dream on this computer.",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .faults = faults,
};

/* ---- The whole ----------------------------------------------------------------------- */

/* Simulators on several addresses of this computer are told apart by themselves. */
static void mac_from_address(struct sim_ed_options *options)
{
    uint32_t ip = options->common.serve.bind_ip;

    for (int n = 0; n < 3 && ip != BJ_LOOPBACK && ip != 0; n++) {
        options->device.mac[3 + n] = (uint8_t)(ip >> (16 - 8 * n));
    }
}

static void complete(struct sim_ed_options *options)
{
    if (options->capacity) {
        options->device.profile.capacity = options->capacity;
    }
    if (options->version) {
        options->device.profile.version = options->version;
    }
    if (!options->mac_given) {
        mac_from_address(options);
    }
    options->device.seed = options->common.seed;
    options->device.link.latency_ns = options->common.latency_ns;
    options->device.link.jitter_ns = options->common.jitter_ns;
}

bool sim_ed_options_parse(struct sim_ed_options *options, const char *program, int argc,
                          char *const *argv, FILE *errors)
{
    *options = (struct sim_ed_options){
        .common = sim_options_defaults(&line),
        .device = sim_ed_defaults(),
    };
    options->common.seed = options->device.seed;
    if (!sim_options_parse(&options->common, program, argc, argv, errors)) {
        return false;
    }
    complete(options);
    return true;
}

void sim_ed_options_help(const char *program, FILE *out)
{
    sim_options_help(&line, program, out);
}
