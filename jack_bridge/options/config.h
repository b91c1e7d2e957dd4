/* SPDX-License-Identifier: MIT
 *
 * The configuration file: `key = value` lines, keys being the long names of the options of
 * `run` and `dac`. What makes light (`arm`) cannot be set from a file.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include "options/options.h"

/* False: `why` begins with "file:line:". */
bool bj_config_read(struct bj_options *options, const char *path, char *why,
                    size_t why_size);

#endif
