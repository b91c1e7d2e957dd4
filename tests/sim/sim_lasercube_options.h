/* SPDX-License-Identifier: MIT
 *
 * The command line of the program that simulates a LaserCube.
 */
#ifndef SIM_LASERCUBE_OPTIONS_H
#define SIM_LASERCUBE_OPTIONS_H

#include "sim_lasercube.h"
#include "sim_options.h"

struct sim_lc_options {
    struct sim_options common; /* first */
    struct sim_lc_config device;
    bool serial_given;
};

/* As sim_options_parse, from nothing to a complete device. */
bool sim_lc_options_parse(struct sim_lc_options *options, const char *program, int argc,
                          char *const *argv, FILE *errors);

void sim_lc_options_help(const char *program, FILE *out);

#endif
