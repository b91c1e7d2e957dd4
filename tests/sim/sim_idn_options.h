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

extern const struct sim_command_line sim_idn_command_line;

#endif
