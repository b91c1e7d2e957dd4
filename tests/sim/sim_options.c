/* SPDX-License-Identifier: MIT */
#include "sim_options.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Values ---------------------------------------------------------------------------------- */

bool sim_option_number(const char *text, double min, double max, double *value)
{
    char *end;

    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value) && *value >= min &&
           *value <= max;
}

bool sim_option_whole(const char *text, double min, double max, int64_t *value)
{
    double read;

    if (!sim_option_number(text, min, max, &read) || read != floor(read)) {
        return false;
    }
    *value = (int64_t)read;
    return true;
}

static bool scaled(const char *text, double max, double unit_ns, int64_t *ns)
{
    double read;

    if (!sim_option_number(text, 0, max, &read)) {
        return false;
    }
    *ns = llround(read * unit_ns);
    return true;
}

bool sim_option_milliseconds(const char *text, int64_t *ns)
{
    return scaled(text, 3600e3, 1e6, ns);
}

bool sim_option_seconds(const char *text, int64_t *ns)
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

static bool keep_text(const char **kept, const char *value)
{
    *kept = value;
    return value[0] != '\0';
}

/* ---- The device and its network ------------------------------------------------------- */

static bool set_seed(struct sim_options *options, const char *value)
{
    int64_t seed;

    if (!sim_option_whole(value, 0, 1e15, &seed)) {
        return false;
    }
    options->seed = (uint64_t)seed;
    return true;
}

static bool set_bind(struct sim_options *options, const char *value)
{
    return address(value, &options->serve.bind_ip);
}

static bool set_port(struct sim_options *options, const char *value)
{
    int64_t port;

    if (!sim_option_whole(value, 0, 65535, &port)) {
        return false;
    }
    options->serve.port = (int)port;
    return true;
}

static bool set_broadcast(struct sim_options *options, const char *value)
{
    return address(value, &options->serve.broadcast_ip);
}

static bool set_latency(struct sim_options *options, const char *value)
{
    return sim_option_milliseconds(value, &options->latency_ns);
}

static bool set_jitter(struct sim_options *options, const char *value)
{
    return sim_option_milliseconds(value, &options->jitter_ns);
}

static bool share(const char *text, double *value)
{
    double percent;

    if (!sim_option_number(text, 0, 100, &percent)) {
        return false;
    }
    *value = percent / 100;
    return true;
}

static bool set_loss(struct sim_options *options, const char *value)
{
    return share(value, &options->loss);
}

static bool set_duplicate(struct sim_options *options, const char *value)
{
    return share(value, &options->duplicate);
}

static bool set_reorder(struct sim_options *options, const char *value)
{
    return share(value, &options->reorder);
}

/* ---- Faults ---------------------------------------------------------------------------- */

bool sim_option_add_fault(struct sim_options *options, int fault, int64_t value,
                          int64_t after_ns)
{
    if (options->fault_count == SIM_OPTION_FAULTS) {
        return false;
    }
    options->faults[options->fault_count++] =
        (struct sim_option_fault){.after_ns = after_ns, .fault = fault, .value = value};
    return true;
}

static const struct sim_fault_name *find_fault(const struct sim_options *options,
                                               const char *name, size_t size)
{
    for (const struct sim_fault_name *row = options->line->faults; row->name; row++) {
        if (strlen(row->name) == size && strncmp(row->name, name, size) == 0) {
            return row;
        }
    }
    return NULL;
}

/* NAME[:VALUE][@SECONDS] */
static bool set_fault(struct sim_options *options, const char *value)
{
    const struct sim_fault_name *name = find_fault(options, value, strcspn(value, ":@"));
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
        if (!sim_option_seconds(at + 1, &after_ns)) {
            return false;
        }
    }
    amount = name->usual;
    colon = strchr(text, ':');
    if (colon && !sim_option_whole(colon + 1, 0, 1e9, &amount)) {
        return false;
    }
    return sim_option_add_fault(options, name->fault,
                                name->in_ms ? amount * BJ_NS_PER_MS : amount, after_ns);
}

/* ---- What comes out ------------------------------------------------------------------------ */

static bool set_json(struct sim_options *options, const char *value)
{
    return keep_text(&options->json, value);
}

static bool set_points(struct sim_options *options, const char *value)
{
    return keep_text(&options->points, value);
}

static bool set_png(struct sim_options *options, const char *value)
{
    return keep_text(&options->png, value);
}

static bool set_png_window(struct sim_options *options, const char *value)
{
    return scaled(value, 10000, 1e6, &options->png_window_ns) && options->png_window_ns > 0;
}

static bool set_duration(struct sim_options *options, const char *value)
{
    return sim_option_seconds(value, &options->duration_ns);
}

static bool set_live(struct sim_options *options, const char *value)
{
    (void)value;
    return options->live = true;
}

static bool set_quiet(struct sim_options *options, const char *value)
{
    (void)value;
    return options->quiet = true;
}

static bool set_help(struct sim_options *options, const char *value)
{
    (void)value;
    return options->help = true;
}

static const struct sim_option common[] = {
    {"--seed", NULL, "N", "of everything that happens by chance", "a whole number",
     set_seed},
    {"--bind", "--listen", "IP", "default 127.0.0.1; also --address", "an IPv4 address",
     set_bind},
    {"--address", NULL, "IP", NULL, "an IPv4 address", set_bind},
    {"--port", NULL, "PORT", "where it listens; 0: any that is free", "0 to 65535",
     set_port},
    {"--broadcast", NULL, "IP", "where its broadcasts go; default 127.255.255.255",
     "an IPv4 address", set_broadcast},
    {"--latency", NULL, "MS", "each way", "milliseconds", set_latency},
    {"--jitter", NULL, "MS", "on top, by chance", "milliseconds", set_jitter},
    {"--loss", NULL, "PERCENT", "datagrams get lost, each way", "0 to 100", set_loss},
    {"--duplicate", NULL, "PERCENT", "datagrams arrive twice", "0 to 100", set_duplicate},
    {"--reorder", NULL, "PERCENT", "datagrams are overtaken", "0 to 100", set_reorder},
    {"--fault", NULL, "NAME[:VALUE][@S]", "any fault, see below; may be repeated",
     "a fault from the list in --help, as in stall:200@5", set_fault},
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

#define COMMON (sizeof common / sizeof *common)

/* ---- Rows ------------------------------------------------------------------------------ */

/* What a row of a device means: itself, or the common one with other texts. */
static struct sim_option whole_row(const struct sim_option *row)
{
    struct sim_option whole = *row;

    for (size_t n = 0; n < COMMON && row->name && !row->set; n++) {
        if (strcmp(common[n].name, row->name) == 0) {
            whole = common[n];
            whole.help = row->help ? row->help : whole.help;
            whole.wants = row->wants ? row->wants : whole.wants;
        }
    }
    return whole;
}

static bool is_called(const struct sim_option *option, const char *text, size_t size)
{
    const char *names[] = {option->name, option->also};

    for (int n = 0; n < 2; n++) {
        if (names[n] && strlen(names[n]) == size && strncmp(names[n], text, size) == 0) {
            return true;
        }
    }
    return false;
}

static bool find_option(const struct sim_command_line *line, const char *text, size_t size,
                        struct sim_option *found)
{
    for (size_t n = 0; n < line->row_count; n++) {
        *found = whole_row(&line->rows[n]);
        if (is_called(found, text, size)) {
            return true;
        }
    }
    return false;
}

/* ---- The command line ----------------------------------------------------------------------- */

struct sim_options sim_options_defaults(const struct sim_command_line *line)
{
    return (struct sim_options){
        .line = line,
        .serve = sim_serve_defaults(),
        .png_window_ns = 100 * BJ_NS_PER_MS,
        .duration_ns = BJ_NEVER,
    };
}

static bool parse_one(struct sim_options *options, const char *program, char *const **next,
                      FILE *errors)
{
    const char *text = *(*next)++;
    size_t size = strcspn(text, "=");
    const char *value = text[size] == '=' ? text + size + 1 : NULL;
    struct sim_option option;

    if (!find_option(options->line, text, size, &option)) {
        fprintf(errors, "%s: unknown option '%s'; see --help\n", program, text);
        return false;
    }
    if (!option.value && value) {
        fprintf(errors, "%s: %.*s takes no value\n", program, (int)size, text);
        return false;
    }
    if (option.value && !value) {
        value = **next ? *(*next)++ : NULL;
    }
    if (option.value && !value) {
        fprintf(errors, "%s: %s needs a value: %s\n", program, text, option.wants);
        return false;
    }
    if (!option.set(options, value)) {
        fprintf(errors, "%s: %.*s wants %s, not '%s'\n", program, (int)size, text,
                option.wants, value);
        return false;
    }
    return true;
}

bool sim_options_parse(struct sim_options *options, const char *program, int argc,
                       char *const *argv, FILE *errors)
{
    char *const *next = argv + (argc > 0);

    while (*next) {
        if (!parse_one(options, program, &next, errors)) {
            return false;
        }
    }
    return true;
}

static void help_row(const struct sim_option *row, FILE *out)
{
    const struct sim_option option = whole_row(row);
    char left[64];

    if (!option.name) {
        fprintf(out, "\n%s:\n", option.help);
    } else if (option.help) {
        snprintf(left, sizeof left, "%s%s%s%s%s", option.name, option.also ? ", " : "",
                 option.also ? option.also : "", option.value ? " " : "",
                 option.value ? option.value : "");
        fprintf(out, "  %-25s %s\n", left, option.help);
    }
}

void sim_options_help(const struct sim_command_line *line, const char *program, FILE *out)
{
    fprintf(out, "usage: %s [options]\n%s\n", program, line->summary);
    for (size_t n = 0; n < line->row_count; n++) {
        help_row(&line->rows[n], out);
    }
    fputs("\nFaults for --fault:", out);
    for (size_t n = 0; line->faults[n].name; n++) {
        fprintf(out, "%s%s%s", n % 6 == 0 ? "\n  " : ", ", line->faults[n].name,
                line->faults[n].in_ms ? ":MS" : "");
    }
    fputs("\n", out);
}
