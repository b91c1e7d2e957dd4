/* SPDX-License-Identifier: MIT
 *
 * The command line: its options, its words, and the configuration file that it names.
 */
#ifndef COMMAND_LINE_H
#define COMMAND_LINE_H

#include "options/options.h"

/* argv[0] is the word before the first option. Reads --config first, so that the command
 * line wins over the file. False: `why` tells what is wrong and what would be right. */
bool bj_command_line_parse(struct bj_options *options, int argc, char **argv, char *why,
                           size_t why_size);

#endif
