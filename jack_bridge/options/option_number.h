/* SPDX-License-Identifier: MIT
 *
 * Numbers as people write them. Only digits, one '.' and a sign make a number: whatever
 * another country, another unit or a computer would read otherwise is refused, not guessed.
 * Uses no locale.
 */
#ifndef OPTION_NUMBER_H
#define OPTION_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* Reads one number and moves *text behind it. False: there is none. */
bool bj_number_read(const char **text, double *value);

/* "1.500": fifteen hundred, or one and a half? */
bool bj_number_is_grouped(const char *text);

/* Is `text` two whole numbers, "1,5", of which the second is larger than one number with a
 * decimal comma would be? */
bool bj_number_may_be_comma(const char *text);

/* `text` with its decimal commas as points. False: there are none. */
bool bj_number_with_points(const char *text, char *repaired, size_t size);

#endif
