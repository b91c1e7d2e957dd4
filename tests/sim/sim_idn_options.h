/* SPDX-License-Identifier: MIT
 *
 * The command line of the program that simulates an IDN receiver.
 */
#ifndef SIM_IDN_OPTIONS_H
#define SIM_IDN_OPTIONS_H

#include "sim_idn.h"
#include "sim_options.h"

struct sim_idn_options {
    struct sim_options common; /* first */
    struct sim_idn_config device;
    int services;
    double slice_ms; /* 0: the profile's */
    uint32_t max_pps;
    bool unit_given;
};

/* As sim_options_parse, with the device's own rows. */
bool sim_idn_options_parse(struct sim_idn_options *options, const char *program, int argc,
                           char *const *argv, FILE *errors);

void sim_idn_options_help(const char *program, FILE *out);

#endif
