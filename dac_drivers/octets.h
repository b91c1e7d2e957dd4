/* SPDX-License-Identifier: MIT
 *
 * Octets in hexadecimal, as in ids.
 */
#ifndef BJ_OCTETS_H
#define BJ_OCTETS_H

#include <stddef.h>
#include <stdint.h>

/* The octets that `text` begins with, two digits of either case each; returns how many, at
 * most `most`. */
size_t bj_octets_parse(const char *text, uint8_t *octets, size_t most);

#endif
