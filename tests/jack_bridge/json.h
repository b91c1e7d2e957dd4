/* SPDX-License-Identifier: MIT
 *
 * Just enough JSON for the tests: is it well-formed, and what is the value of a key of the
 * outermost object?
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

/* One object and nothing else but blanks around it. */
bool json_is_object(const char *text);

/* The value as it is written, strings with their quotes. False: no such key. */
bool json_get(const char *text, const char *key, char *value, size_t size);

double json_number(const char *text, const char *key); /* NAN: none */

#endif
