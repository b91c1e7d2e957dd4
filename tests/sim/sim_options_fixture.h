/* SPDX-License-Identifier: MIT
 *
 * A simulator's command line, as a test types it.
 */
#ifndef SIM_OPTIONS_FIXTURE_H
#define SIM_OPTIONS_FIXTURE_H

#include "sim_options.h"

/* What was told when something was wrong, by the name "sim". */
extern char sim_options_fixture_errors[512];

/* `words` are apart by single spaces. The strings live until the next call. */
bool sim_options_fixture_parse(struct sim_options *options,
                               const struct sim_command_line *line, const char *words);

/* It is wrong, and the errors have this in them. */
void sim_options_fixture_wrong(struct sim_options *options,
                               const struct sim_command_line *line, const char *words,
                               const char *named);

/* The help has this in it, and no line is longer than a terminal is wide. */
void sim_options_fixture_helps(const struct sim_command_line *line, const char *words);

#endif
