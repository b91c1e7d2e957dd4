/* SPDX-License-Identifier: MIT
 *
 * The commands of the program. Each returns the exit status: 0 done, 1 failed, 2 wrong
 * usage.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "options/options.h"

/* The bridge, until it is told to stop. argc and argv to read the options again. */
int bj_command_run(const struct bj_options *options, int argc, char **argv);

int bj_command_list(const struct bj_options *options);
int bj_command_doctor(const struct bj_options *options);

/* Gives a control command to a bridge that runs. */
int bj_command_ctl(const struct bj_options *options);

/* argv[0] is "sim". Becomes the simulator. */
int bj_command_sim(int argc, char **argv);

#endif
