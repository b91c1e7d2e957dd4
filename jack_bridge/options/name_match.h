/* SPDX-License-Identifier: MIT
 *
 * Patterns for names: '*' is any text, '?' any one character, everything else is itself.
 */
#ifndef NAME_RATE_MATCH_H
#define NAME_RATE_MATCH_H

#include <stdbool.h>

/* In UTF-8; a byte that is none counts as a character. */
bool bj_name_matches(const char *pattern, const char *name);

#endif
