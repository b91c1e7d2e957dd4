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

/* What a device calls itself, as text: ends at a 0 octet or at `most`, controls and what no
 * UTF-8 has become '?'. `text` has room for most + 1. It may still be no UTF-8; who shows
 * it sees to that. */
void bj_octets_text(const uint8_t *octets, size_t most, char *text);

/* False: all are 0, or all of an address on the wire (6) or more are 0xff. Many devices say
 * so, and it tells none from another. */
bool bj_octets_name_one(const uint8_t *octets, size_t count);

#endif
