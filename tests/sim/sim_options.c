/* SPDX-License-Identifier: MIT */
#include "sim_option_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- For one device ------------------------------------------------------------------ */

size_t sim_option_octets(const char *text, char separator, uint8_t *octets, size_t most)
{
    size_t apart = separator != '\0', step = 2 + apart;
    size_t size = strlen(text) + apart, count = size / step;

    if (count * step != size || count > most) {
        return 0;
    }
    for (size_t n = 0; n < count; n++, text += step) {
        const char digits[] = {text[0], text[1], '\0'};
        if (strspn(digits, "0123456789abcdefABCDEF") != 2 ||
            (n + 1 < count && apart && text[2] != separator)) {
            return 0;
        }
        octets[n] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return count;
}

void sim_options_identify(const struct sim_options *options, uint8_t octets[3])
{
    uint32_t ip = options->serve.bind_ip;

    for (int n = 0; n < 3 && ip != BJ_LOOPBACK && ip != 0; n++) {
        octets[n] = (uint8_t)(ip >> (16 - 8 * n));
    }
}

struct sim_datagrams_config sim_options_datagrams(const struct sim_options *options)
{
    return (struct sim_datagrams_config){
        .latency_ns = options->latency_ns,
        .jitter_ns = options->jitter_ns,
        .loss = options->loss,
        .duplicate = options->duplicate,
        .reorder = options->reorder,
    };
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
    double after_s = 0, amount;

    if (!name || strlen(value) >= sizeof text) {
        return false;
    }
    strcpy(text, value);
    at = strchr(text, '@');
    if (at) {
        *at = '\0';
        if (!sim_option_number(at + 1, 0, 1e7, &after_s)) {
            return false;
        }
    }
    amount = (double)name->usual;
    colon = strchr(text, ':');
    if (colon &&
        (!sim_option_number(colon + 1, 0, 1e9, &amount) || amount != floor(amount))) {
        return false;
    }
    return sim_option_add_fault(options, name->fault,
                                (int64_t)amount * (name->in_ms ? BJ_NS_PER_MS : 1),
                                llround(after_s * 1e9));
}

/* ---- Common rows ------------------------------------------------------------------- */

#define AT(member) SIM_AT(struct sim_options, member)
#define ADDRESS .kind = SIM_OPTION_ADDRESS
#define PERCENT .kind = SIM_OPTION_PERCENT
#define SWITCH .kind = SIM_OPTION_SWITCH
#define FILE_NAME SIM_TEXT(1, 4096)

/* A device has those that it names. */
static const struct sim_option common[] = {
    {"--seed", "N", "of everything that happens by chance", SIM_WHOLE(0, 1e15), AT(seed),
     .wants = "a whole number"},
    {"--bind", "IP", "default 127.0.0.1; also --address", ADDRESS, AT(serve.bind_ip),
     .also = "--listen"},
    {"--address", "IP", NULL, ADDRESS, AT(serve.bind_ip)},
    {"--port", "PORT", "where it listens; 0: any that is free", SIM_WHOLE(0, 65535),
     AT(serve.port)},
    {"--broadcast", "IP", "where its broadcasts go; default 127.255.255.255", ADDRESS,
     AT(serve.broadcast_ip)},
    {"--latency", "MS", "each way", SIM_MS, AT(latency_ns)},
    {"--jitter", "MS", "on top, by chance; keeps the order", SIM_MS, AT(jitter_ns)},
    {"--loss", "PERCENT", "datagrams get lost, each way", PERCENT, AT(loss)},
    {"--duplicate", "PERCENT", "datagrams arrive twice", PERCENT, AT(duplicate)},
    {"--reorder", "PERCENT", "datagrams are overtaken", PERCENT, AT(reorder)},
    {"--fault", "NAME[:VALUE][@S]", "any fault, see below; may be repeated",
     SIM_SET(set_fault), .wants = "a fault from the list in --help, as in stall:200@5"},
};

/* Every device has these, after its own. */
static const struct sim_option closing[] = {
    {.help = "What comes out"},
    {"--json", "FILE", "a line per second and one at the end; -: stdout", FILE_NAME,
     AT(json)},
    {"--points", "FILE", "every played point and its time", FILE_NAME, AT(points)},
    {"--png", "FILE", "the newest light, at the end and on SIGUSR1", FILE_NAME, AT(png),
     .also = "--picture"},
    {"--png-window-ms", "MS", "how much of it; default 100", .kind = SIM_OPTION_MS,
     .least = 1e-6, .most = 10000, AT(png_window_ns), .wants = "up to 10000"},
    {"--live", NULL, "picture in the terminal", SWITCH, AT(live), .also = "--view"},
    {"--duration", "S", "end after S seconds; default: on Ctrl-C", SIM_SECONDS,
     AT(duration_ns)},
    {"--quiet", NULL, "say nothing but errors", SWITCH, AT(quiet)},
    {"--help", NULL, "this text", SWITCH, AT(help), .also = "-h"},
};

#define COUNT(rows) (sizeof rows / sizeof *rows)

/* ---- Rows ------------------------------------------------------------------------------ */

/* What a row of a device means: itself, or the common one with other texts. */
static struct sim_option whole_row(const struct sim_option *row)
{
    struct sim_option whole = *row;

    for (size_t n = 0; n < COUNT(common) && row->name && row->kind == SIM_OPTION_COMMON;
         n++) {
        if (strcmp(common[n].name, row->name) == 0) {
            whole = common[n];
            whole.help = row->help ? row->help : whole.help;
        }
    }
    return whole;
}

/* The device's own, then those of every device. */
static size_t row_count(const struct sim_command_line *line)
{
    return line->row_count + COUNT(closing);
}

static struct sim_option row_at(const struct sim_command_line *line, size_t n)
{
    return n < line->row_count ? whole_row(&line->rows[n]) : closing[n - line->row_count];
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
    for (size_t n = 0; n < row_count(line); n++) {
        *found = row_at(line, n);
        if (is_called(found, text, size)) {
            return true;
        }
    }
    return false;
}

/* ---- The command line ----------------------------------------------------------------------- */

void sim_options_begin(struct sim_options *options, const struct sim_command_line *line)
{
    *options = (struct sim_options){
        .line = line,
        .serve = sim_serve_defaults(),
        .png_window_ns = 100 * BJ_NS_PER_MS,
        .duration_ns = BJ_NEVER,
    };
    line->begin(options);
}

static bool parse_one(struct sim_options *options, const char *program, char *const **next,
                      FILE *errors)
{
    const char *text = *(*next)++;
    size_t size = strcspn(text, "=");
    const char *value = text[size] == '=' ? text + size + 1 : NULL;
    struct sim_option option;
    char wants[SIM_OPTION_WANTS];

    if (!find_option(options->line, text, size, &option)) {
        fprintf(errors, "%s: unknown option '%s'; see --help\n", program, text);
        return false;
    }
    sim_option_wants(&option, wants);
    if (!option.value && value) {
        fprintf(errors, "%s: %.*s takes no value\n", program, (int)size, text);
        return false;
    }
    if (option.value && !value) {
        value = **next ? *(*next)++ : NULL;
    }
    if (option.value && !value) {
        fprintf(errors, "%s: %s needs a value: %s\n", program, text, wants);
        return false;
    }
    if (!sim_option_store(&option, options, value)) {
        fprintf(errors, "%s: %.*s wants %s, not '%s'\n", program, (int)size, text, wants,
                value);
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
    options->line->complete(options);
    return true;
}

static void help_row(const struct sim_option *option, FILE *out)
{
    char left[64];

    if (!option->name) {
        fprintf(out, "\n%s:\n", option->help);
    } else if (option->help) {
        snprintf(left, sizeof left, "%s%s%s%s%s", option->name, option->also ? ", " : "",
                 option->also ? option->also : "", option->value ? " " : "",
                 option->value ? option->value : "");
        fprintf(out, "  %-25s %s\n", left, option->help);
    }
}

void sim_options_help(const struct sim_command_line *line, const char *program, FILE *out)
{
    fprintf(out, "usage: %s [options]\n%s\n", program, line->summary);
    for (size_t n = 0; n < row_count(line); n++) {
        const struct sim_option option = row_at(line, n);
        help_row(&option, out);
    }
    fputs("\nFaults for --fault:", out);
    for (size_t n = 0; line->faults[n].name; n++) {
        fprintf(out, "%s%s%s", n % 6 == 0 ? "\n  " : ", ", line->faults[n].name,
                line->faults[n].in_ms ? ":MS" : "");
    }
    fputs("\n", out);
}
