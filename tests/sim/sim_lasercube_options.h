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

extern const struct sim_command_line sim_lc_command_line;

#endif
