/* SPDX-License-Identifier: MIT
 *
 * The command line of a program that simulates a DAC: a table of rows, the common ones
 * written once, and faults by name.
 *
 * A device's options are a struct of its own that begins with struct sim_options.
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "sim_datagrams.h"
#include "sim_serve.h"

#include <stdio.h>

#define SIM_OPTION_FAULTS 64

struct sim_options;

/* What a value is, and so what it is stored as. */
enum sim_option_kind {
    SIM_OPTION_COMMON = 0,  /* as the common option of this name */
    SIM_OPTION_SET,         /* whatever `set` makes of it */
    SIM_OPTION_SWITCH,      /* a bool; takes no value */
    SIM_OPTION_WHOLE,       /* an integer of any size */
    SIM_OPTION_NUMBER,      /* a double */
    SIM_OPTION_PERCENT,     /* a double, 0 to 1 */
    SIM_OPTION_MS,          /* an int64_t, ns */
    SIM_OPTION_SECONDS,     /* the same */
    SIM_OPTION_ADDRESS,     /* a uint32_t, host byte order */
    SIM_OPTION_TEXT,        /* a const char *, of this length */
    SIM_OPTION_FAULT_AFTER, /* a fault, so many seconds after the start */
    SIM_OPTION_FAULT_OF,    /* a fault at the start, with this value */
};

/* A row of the help. Without a name: the heading above the rows that follow. A common one
 * has texts of its own where it differs. */
struct sim_option {
    const char *name, *value;
    const char *help; /* NULL: works, and is not listed */
    enum sim_option_kind kind;
    double least, most;
    size_t at, size;   /* where it goes: of a member of the device's options */
    int fault;         /* the device's own number */
    const char *wants; /* what a value must be; NULL: as the kind and the range say */
    const char *also;  /* another name */
    bool (*set)(struct sim_options *options, const char *value);
};

#define SIM_AT(type, member) .at = offsetof(type, member), .size = sizeof((type *)0)->member
#define SIM_WHOLE(low, high) .kind = SIM_OPTION_WHOLE, .least = low, .most = high
#define SIM_NUMBER(low, high) .kind = SIM_OPTION_NUMBER, .least = low, .most = high
#define SIM_TEXT(fewest, longest) .kind = SIM_OPTION_TEXT, .least = fewest, .most = longest
#define SIM_MS .kind = SIM_OPTION_MS, .most = 3600e3
#define SIM_SECONDS .kind = SIM_OPTION_SECONDS, .most = 1e7
#define SIM_SET(function) .kind = SIM_OPTION_SET, .set = function

/* What `--fault NAME[:VALUE][@SECONDS]` can do; ended by a row without a name. */
struct sim_fault_name {
    const char *name;
    int fault;     /* the device's own number */
    int64_t usual; /* without a value; in ms if in_ms */
    bool in_ms;    /* the device gets ns */
};

struct sim_command_line {
    const char *summary; /* "Simulates an Ether Dream on this computer." */
    const struct sim_option *rows;
    size_t row_count;
    const struct sim_fault_name *faults;

    /* The device's options: all but the common ones begin so; and what follows from them
     * when all are known. */
    void (*begin)(struct sim_options *options);
    void (*complete)(struct sim_options *options);
};

/* What every simulated device can be told. */
struct sim_options {
    const struct sim_command_line *line;
    struct sim_serve_config serve;
    int64_t latency_ns, jitter_ns;   /* of the network, each way */
    double loss, duplicate, reorder; /* of its datagrams, 0 to 1 */
    uint64_t seed;
    struct sim_option_fault {
        int64_t after_ns; /* after the start */
        int fault;
        int64_t value;
    } faults[SIM_OPTION_FAULTS];
    int fault_count;
    const char *json, *points, *png; /* NULL: not wanted */
    int64_t png_window_ns, duration_ns;
    bool live, quiet, help;
};

/* `options`: of the device, uninitialised. */
void sim_options_begin(struct sim_options *options, const struct sim_command_line *line);

/* The order of options does not matter, except that the later one of two equal ones counts.
 * The strings of argv are kept. False: told on `errors`, by the name `program`. */
bool sim_options_parse(struct sim_options *options, const char *program, int argc,
                       char *const *argv, FILE *errors);

void sim_options_help(const struct sim_command_line *line, const char *program, FILE *out);

/* ---- For one device ---------------------------------------------------------------- */

/* Octets in hexadecimal, `separator` between them; '\0': none. Returns how many; 0: it is
 * something else, or too long. */
size_t sim_option_octets(const char *text, char separator, uint8_t *octets, size_t most);

/* The last three octets of an identity, so that simulators on several addresses of this
 * computer are told apart by themselves. On the usual address they stay. */
void sim_options_identify(const struct sim_options *options, uint8_t octets[3]);

struct sim_datagrams_config sim_options_datagrams(const struct sim_options *options);

/* False: too many. */
bool sim_option_add_fault(struct sim_options *options, int fault, int64_t value,
                          int64_t after_ns);

#endif
