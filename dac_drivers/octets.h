/* SPDX-License-Identifier: MIT
 *
 * Octets in hexadecimal, as in ids.
 */
#ifndef BJ_OCTETS_H
#define BJ_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The octets that `text` begins with, two digits of either case each; returns how many, at
 * most `most`. */
size_t bj_octets_parse(const char *text, uint8_t *octets, size_t most);

/* False: all are 0, or all of an address on the wire (6) or more are 0xff. Many devices say
 * so, and it tells none from another. */
bool bj_octets_name_one(const uint8_t *octets, size_t count);

#endif
