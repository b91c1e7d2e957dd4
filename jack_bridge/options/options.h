/* SPDX-License-Identifier: MIT
 *
 * What the user wants, from the command line and the configuration file.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "options/option_table.h"

#include <stdio.h>

void bj_options_init(struct bj_options *options, enum bj_command command);
void bj_options_finish(struct bj_options *options);

/* One more DAC, as the user typed it; all of them forgotten. False: `why`. */
bool bj_options_add_dac(struct bj_options *options, const char *text, char *why,
                        size_t why_size);
void bj_options_clear_dacs(struct bj_options *options);

/* Do the values fit together? False: `why`. */
bool bj_options_check(const struct bj_options *options, char *why, size_t why_size);

/* Sets one option from its name and value as text, as a configuration file does. */
bool bj_options_set(struct bj_options *options, const char *name, const char *value,
                    char *why, size_t why_size);

void bj_options_help(FILE *out, enum bj_command command);

struct bj_shape bj_options_shape(const struct bj_options *options);
struct bj_safety_config bj_options_safety(const struct bj_options *options);
struct bj_audio_options bj_options_audio(const struct bj_options *options);

#endif
