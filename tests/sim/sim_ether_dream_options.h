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

/* As sim_options_parse, from nothing to a complete device. */
bool sim_ed_options_parse(struct sim_ed_options *options, const char *program, int argc,
                          char *const *argv, FILE *errors);

void sim_ed_options_help(const char *program, FILE *out);

#endif
