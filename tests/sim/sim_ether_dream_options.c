/* SPDX-License-Identifier: MIT */
#include "sim_ether_dream_options.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct option {
    const char *name, *also, *value; /* no value: a switch */
    const char *help;
    const char *wants; /* what a value must be */
    bool (*set)(struct sim_ed_options *options, const char *value);
};

/* ---- Values ---------------------------------------------------------------------------------- */

static bool number(const char *text, double min, double max, double *value)
{
    char *end;

    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value) && *value >= min &&
           *value <= max;
}

static bool whole(const char *text, double min, double max, int64_t *value)
{
    double read;

    if (!number(text, min, max, &read) || read != floor(read)) {
        return false;
    }
    *value = (int64_t)read;
    return true;
}

static bool scaled(const char *text, double max, double unit_ns, int64_t *ns)
{
    double read;

    if (!number(text, 0, max, &read)) {
        return false;
    }
    *ns = llround(read * unit_ns);
    return true;
}

static bool milliseconds(const char *text, int64_t *ns)
{
    return scaled(text, 3600e3, 1e6, ns);
}

static bool seconds(const char *text, int64_t *ns)
{
    return scaled(text, 1e7, 1e9, ns);
}

static bool address(const char *text, uint32_t *ip)
{
    struct in_addr read;

    if (inet_pton(AF_INET, text, &read) != 1) {
        return false;
    }
    *ip = ntohl(read.s_addr);
    return true;
}

/* ---- The device ---------------------------------------------------------------------------- */

static bool set_profile(struct sim_ed_options *options, const char *value)
{
    const struct sim_ed_profile *profile = sim_ed_profile(value);

    if (profile) {
        options->device.profile = *profile;
    }
    return profile != NULL;
}

static bool set_mac(struct sim_ed_options *options, const char *value)
{
    unsigned mac[6];
    int size = 0;

    if (sscanf(value, "%2x:%2x:%2x:%2x:%2x:%2x%n", &mac[0], &mac[1], &mac[2], &mac[3],
               &mac[4], &mac[5], &size) != 6 ||
        value[size] != '\0') {
        return false;
    }
    for (int n = 0; n < 6; n++) {
        options->device.mac[n] = (uint8_t)mac[n];
    }
    return options->mac_given = true;
}

static bool set_capacity(struct sim_ed_options *options, const char *value)
{
    int64_t points;

    if (!whole(value, 2, 65535, &points)) {
        return false;
    }
    options->capacity = (uint16_t)points;
    return true;
}

static bool set_version(struct sim_ed_options *options, const char *value)
{
    options->version = value;
    return strlen(value) < 32;
}

static bool set_skew(struct sim_ed_options *options, const char *value)
{
    return number(value, -100000, 100000, &options->device.skew_ppm);
}

static bool set_seed(struct sim_ed_options *options, const char *value)
{
    int64_t seed;

    if (!whole(value, 0, 1e15, &seed)) {
        return false;
    }
    options->device.seed = (uint64_t)seed;
    return true;
}

/* ---- The network ---------------------------------------------------------------------------- */

static bool set_bind(struct sim_ed_options *options, const char *value)
{
    return address(value, &options->serve.bind_ip);
}

static bool set_port(struct sim_ed_options *options, const char *value)
{
    int64_t port;

    if (!whole(value, 0, 65535, &port)) {
        return false;
    }
    options->serve.tcp_port = (int)port;
    return true;
}

static bool set_broadcast(struct sim_ed_options *options, const char *value)
{
    return address(value, &options->serve.broadcast_ip);
}

static bool set_latency(struct sim_ed_options *options, const char *value)
{
    return milliseconds(value, &options->device.link.latency_ns);
}

static bool set_jitter(struct sim_ed_options *options, const char *value)
{
    return milliseconds(value, &options->device.link.jitter_ns);
}

static bool set_fragment(struct sim_ed_options *options, const char *value)
{
    int64_t bytes;

    if (!whole(value, 0, 65535, &bytes)) {
        return false;
    }
    options->device.link.fragment_bytes = (uint32_t)bytes;
    return true;
}

static bool set_merge(struct sim_ed_options *options, const char *value)
{
    return milliseconds(value, &options->device.link.merge_ns);
}

static bool set_stall(struct sim_ed_options *options, const char *value)
{
    const char *colon = strchr(value, ':');
    char every[32];

    if (!colon || (size_t)(colon - value) >= sizeof every) {
        return false;
    }
    memcpy(every, value, (size_t)(colon - value));
    every[colon - value] = '\0';
    return milliseconds(every, &options->device.link.stall_every_ns) &&
           milliseconds(colon + 1, &options->device.link.stall_for_ns) &&
           options->device.link.stall_for_ns < options->device.link.stall_every_ns;
}

/* ---- Faults --------------------------------------------------------------------------------- */

static const struct fault_name {
    const char *name;
    enum sim_ed_fault fault;
    int64_t usual; /* without a value */
    bool in_ms;
} fault_names[] = {
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
};

#define FAULT_NAMES (sizeof fault_names / sizeof *fault_names)

static bool add_fault(struct sim_ed_options *options, enum sim_ed_fault fault,
                      int64_t value, int64_t after_ns)
{
    if (options->fault_count == SIM_ED_OPTION_FAULTS) {
        return false;
    }
    options->faults[options->fault_count++] =
        (struct sim_ed_option_fault){.after_ns = after_ns, .fault = fault, .value = value};
    return true;
}

static const struct fault_name *find_fault(const char *name, size_t size)
{
    for (size_t n = 0; n < FAULT_NAMES; n++) {
        if (strlen(fault_names[n].name) == size &&
            strncmp(fault_names[n].name, name, size) == 0) {
            return &fault_names[n];
        }
    }
    return NULL;
}

/* NAME[:VALUE][@SECONDS] */
static bool set_fault(struct sim_ed_options *options, const char *value)
{
    const struct fault_name *name = find_fault(value, strcspn(value, ":@"));
    char text[80];
    char *at, *colon;
    int64_t after_ns = 0, amount;

    if (!name || strlen(value) >= sizeof text) {
        return false;
    }
    strcpy(text, value);
    at = strchr(text, '@');
    if (at) {
        *at = '\0';
        if (!seconds(at + 1, &after_ns)) {
            return false;
        }
    }
    amount = name->usual;
    colon = strchr(text, ':');
    if (colon && !whole(colon + 1, 0, 1e9, &amount)) {
        return false;
    }
    return add_fault(options, name->fault, name->in_ms ? amount * BJ_NS_PER_MS : amount,
                     after_ns);
}

static bool fault_after(struct sim_ed_options *options, enum sim_ed_fault fault,
                        const char *value)
{
    int64_t after_ns;

    return seconds(value, &after_ns) && add_fault(options, fault, 0, after_ns);
}

static bool fault_of(struct sim_ed_options *options, enum sim_ed_fault fault,
                     const char *value)
{
    int64_t count;

    return whole(value, 1, 1e9, &count) && add_fault(options, fault, count, 0);
}

static bool set_estop_at(struct sim_ed_options *options, const char *value)
{
    return fault_after(options, SIM_ED_ESTOP, value);
}

static bool set_underflow_at(struct sim_ed_options *options, const char *value)
{
    return fault_after(options, SIM_ED_UNDERFLOW, value);
}

static bool set_reset_after(struct sim_ed_options *options, const char *value)
{
    return fault_of(options, SIM_ED_RESET, value);
}

static bool set_nak(struct sim_ed_options *options, const char *value)
{
    return fault_of(options, SIM_ED_NAK_INVALID, value);
}

static bool set_nak_full(struct sim_ed_options *options, const char *value)
{
    return fault_of(options, SIM_ED_NAK_FULL, value);
}

/* ---- What comes out ------------------------------------------------------------------------ */

static bool set_json(struct sim_ed_options *options, const char *value)
{
    options->json = value;
    return value[0] != '\0';
}

static bool set_points(struct sim_ed_options *options, const char *value)
{
    options->points = value;
    return value[0] != '\0';
}

static bool set_png(struct sim_ed_options *options, const char *value)
{
    options->png = value;
    return value[0] != '\0';
}

static bool set_png_window(struct sim_ed_options *options, const char *value)
{
    return scaled(value, 10000, 1e6, &options->png_window_ns) && options->png_window_ns > 0;
}

static bool set_duration(struct sim_ed_options *options, const char *value)
{
    return seconds(value, &options->duration_ns);
}

static bool set_live(struct sim_ed_options *options, const char *value)
{
    (void)value;
    return options->live = true;
}

static bool set_quiet(struct sim_ed_options *options, const char *value)
{
    (void)value;
    return options->quiet = true;
}

static bool set_help(struct sim_ed_options *options, const char *value)
{
    (void)value;
    return options->help = true;
}

static const struct option table[] = {
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
    {"--seed", NULL, "N", "of everything that happens by chance", "a whole number",
     set_seed},
    {.help = "The network"},
    {"--bind", "--listen", "IP", "default 127.0.0.1; also --address", "an IPv4 address",
     set_bind},
    {"--address", NULL, "IP", NULL, "an IPv4 address", set_bind},
    {"--port", NULL, "PORT", "TCP; default 7765, 0: any that is free", "0 to 65535",
     set_port},
    {"--broadcast", NULL, "IP", "where its broadcasts go; default 127.255.255.255",
     "an IPv4 address", set_broadcast},
    {"--latency", NULL, "MS", "each way", "milliseconds", set_latency},
    {"--jitter", NULL, "MS", "on top, by chance", "milliseconds", set_jitter},
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
    {"--fault", NULL, "NAME[:VALUE][@S]", "any fault, see below; may be repeated",
     "a fault from the list in --help, as in stall:200@5", set_fault},
    {.help = "What comes out"},
    {"--json", NULL, "FILE", "a line per second and one at the end; -: stdout", "a file",
     set_json},
    {"--points", NULL, "FILE", "every played point and its time", "a file", set_points},
    {"--png", "--picture", "FILE", "the newest light, at the end and on SIGUSR1", "a file",
     set_png},
    {"--png-window-ms", NULL, "MS", "how much of it; default 100", "up to 10000",
     set_png_window},
    {"--live", "--view", NULL, "picture in the terminal", NULL, set_live},
    {"--duration", NULL, "S", "end after S seconds; default: on Ctrl-C", "seconds",
     set_duration},
    {"--quiet", NULL, NULL, "say nothing but errors", NULL, set_quiet},
    {"--help", "-h", NULL, "this text", NULL, set_help},
};

#define OPTIONS (sizeof table / sizeof *table)

/* ---- The command line ----------------------------------------------------------------------- */

static bool is_called(const struct option *option, const char *text, size_t size)
{
    const char *names[] = {option->name, option->also};

    for (int n = 0; n < 2; n++) {
        if (names[n] && strlen(names[n]) == size && strncmp(names[n], text, size) == 0) {
            return true;
        }
    }
    return false;
}

static const struct option *find_option(const char *text, size_t size)
{
    for (size_t n = 0; n < OPTIONS; n++) {
        if (is_called(&table[n], text, size)) {
            return &table[n];
        }
    }
    return NULL;
}

static struct sim_ed_options defaults(void)
{
    return (struct sim_ed_options){
        .device = sim_ed_defaults(),
        .serve = sim_serve_defaults(),
        .png_window_ns = 100 * BJ_NS_PER_MS,
        .duration_ns = BJ_NEVER,
    };
}

static bool parse_one(struct sim_ed_options *options, const char *program,
                      char *const **next, FILE *errors)
{
    const char *text = *(*next)++;
    size_t size = strcspn(text, "=");
    const struct option *option = find_option(text, size);
    const char *value = text[size] == '=' ? text + size + 1 : NULL;

    if (!option) {
        fprintf(errors, "%s: unknown option '%s'; see --help\n", program, text);
        return false;
    }
    if (!option->value && value) {
        fprintf(errors, "%s: %.*s takes no value\n", program, (int)size, text);
        return false;
    }
    if (option->value && !value) {
        value = **next ? *(*next)++ : NULL;
    }
    if (option->value && !value) {
        fprintf(errors, "%s: %s needs a value: %s\n", program, text, option->wants);
        return false;
    }
    if (!option->set(options, value)) {
        fprintf(errors, "%s: %.*s wants %s, not '%s'\n", program, (int)size, text,
                option->wants, value);
        return false;
    }
    return true;
}

/* Simulators on several addresses of this computer are told apart by themselves. */
static void mac_from_address(struct sim_ed_options *options)
{
    uint32_t ip = options->serve.bind_ip;

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
}

bool sim_ed_options_parse(struct sim_ed_options *options, const char *program, int argc,
                          char *const *argv, FILE *errors)
{
    char *const *next = argv + (argc > 0);

    *options = defaults();
    while (*next) {
        if (!parse_one(options, program, &next, errors)) {
            return false;
        }
    }
    complete(options);
    return true;
}

void sim_ed_options_help(const char *program, FILE *out)
{
    fprintf(out, "usage: %s [options]\nSimulates an Ether Dream on this computer.\n",
            program);
    for (size_t n = 0; n < OPTIONS; n++) {
        const struct option *option = &table[n];
        char left[64];
        if (!option->name) {
            fprintf(out, "\n%s:\n", option->help);
        } else if (option->help) {
            snprintf(left, sizeof left, "%s%s%s%s%s", option->name,
                     option->also ? ", " : "", option->also ? option->also : "",
                     option->value ? " " : "", option->value ? option->value : "");
            fprintf(out, "  %-25s %s\n", left, option->help);
        }
    }
    fputs("\nFaults for --fault:", out);
    for (size_t n = 0; n < FAULT_NAMES; n++) {
        fprintf(out, "%s%s%s", n % 6 == 0 ? "\n  " : ", ", fault_names[n].name,
                fault_names[n].in_ms ? ":MS" : "");
    }
    fputs("\n", out);
}
