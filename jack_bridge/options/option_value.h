/* SPDX-License-Identifier: MIT
 *
 * One option's text to its value. Uses no locale: a comma never is a decimal point.
 */
#ifndef OPTION_VALUE_H
#define OPTION_VALUE_H

#include "options/option_table.h"

/* `member` points into a struct bj_options. False: `why` says what would be right, with the
 * option called `name` as the user wrote it. */
bool bj_option_value(const struct bj_option *option, const char *name, const char *value,
                     void *member, char *why, size_t why_size);

/* "yes", "true", "on", "1" and their opposites; false: neither. */
bool bj_option_truth(const char *text, bool *truth);

#endif
