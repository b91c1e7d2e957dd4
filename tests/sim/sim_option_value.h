/* SPDX-License-Identifier: MIT
 *
 * What is typed after an option, by the kind of its row.
 */
#ifndef SIM_OPTION_VALUE_H
#define SIM_OPTION_VALUE_H

#include "sim_options.h"

#define SIM_OPTION_WANTS 64

/* Stores it. False: it is not what the row wants. */
bool sim_option_store(const struct sim_option *option, struct sim_options *options,
                      const char *value);

/* What the row wants, for people. */
void sim_option_wants(const struct sim_option *option, char text[SIM_OPTION_WANTS]);

/* The whole text is a number in this range. */
bool sim_option_number(const char *text, double least, double most, double *value);

#endif
