/* SPDX-License-Identifier: MIT
 *
 * The command line of the program that simulates an Ether Dream.
 */
#ifndef SIM_ETHER_DREAM_OPTIONS_H
#define SIM_ETHER_DREAM_OPTIONS_H

#include "sim_ether_dream.h"
#include "sim_serve.h"

#define SIM_ED_OPTION_FAULTS 64

struct sim_ed_options {
    struct sim_ed_config device;
    struct sim_serve_config serve;
    struct sim_ed_option_fault {
        int64_t after_ns; /* after the start */
        enum sim_ed_fault fault;
        int64_t value;
    } faults[SIM_ED_OPTION_FAULTS];
    int fault_count;
    uint16_t capacity;   /* 0: the profile's */
    const char *version; /* NULL: the profile's */
    bool mac_given;
    const char *json, *points, *png; /* NULL: not wanted */
    int64_t png_window_ns, duration_ns;
    bool live, quiet, help;
};

/* The order of options does not matter, except that the later one of two equal ones counts.
 * The strings of argv are kept. False: told on `errors`, by the name `program`. */
bool sim_ed_options_parse(struct sim_ed_options *options, const char *program, int argc,
                          char *const *argv, FILE *errors);

void sim_ed_options_help(const char *program, FILE *out);

#endif
