/* SPDX-License-Identifier: MIT
 *
 * The command line of a program that simulates a DAC: a table of rows, the common ones
 * written once, and faults by name.
 *
 * A device's options are a struct of its own that begins with struct sim_options.
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "sim_serve.h"

#include <stdio.h>

#define SIM_OPTION_FAULTS 64

struct sim_options;

/* A row of the help. Without a name: the heading above the rows that follow. Without `set`:
 * the common option of this name, with its own texts where this row has none. */
struct sim_option {
    const char *name, *also, *value; /* no value: a switch */
    const char *help;                /* NULL: works, and is not listed */
    const char *wants;               /* what a value must be */
    bool (*set)(struct sim_options *options, const char *value);
};

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

struct sim_options sim_options_defaults(const struct sim_command_line *line);

/* Overwrites the defaults in *options. The order of options does not matter, except that
 * the later one of two equal ones counts. The strings of argv are kept. False: told on
 * `errors`, by the name `program`. */
bool sim_options_parse(struct sim_options *options, const char *program, int argc,
                       char *const *argv, FILE *errors);

void sim_options_help(const struct sim_command_line *line, const char *program, FILE *out);

/* ---- For rows of one device -------------------------------------------------------- */

/* The whole text is a number in this range. */
bool sim_option_number(const char *text, double min, double max, double *value);
bool sim_option_whole(const char *text, double min, double max, int64_t *value);
bool sim_option_milliseconds(const char *text, int64_t *ns);
bool sim_option_seconds(const char *text, int64_t *ns);

/* False: too many. */
bool sim_option_add_fault(struct sim_options *options, int fault, int64_t value,
                          int64_t after_ns);

#endif
