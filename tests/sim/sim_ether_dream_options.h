/* SPDX-License-Identifier: MIT
 *
 * The command line of the program that simulates an Ether Dream.
 */
#ifndef SIM_ETHER_DREAM_OPTIONS_H
#define SIM_ETHER_DREAM_OPTIONS_H

#include "sim_ether_dream.h"
#include "sim_options.h"

struct sim_ed_options {
    struct sim_options common; /* first */
    struct sim_ed_config device;
    uint16_t capacity;   /* 0: the profile's */
    const char *version; /* NULL: the profile's */
    bool mac_given;
};

extern const struct sim_command_line sim_ed_command_line;

#endif
