/* SPDX-License-Identifier: MIT
 *
 * LaserDock: the words of a sample. Red and green are the bytes of word 0, blue is the low
 * byte of word 1, words 2 and 3 are x and y, of which x runs from right to left.
 */
#ifndef LASERDOCK_WIRE_H
#define LASERDOCK_WIRE_H

#include "lasershark_family/shark_kind.h"

/* A shark_encode_fn. All its lasers have 256 steps: *ttl is false. */
void laserdock_encode(uint8_t *out, const struct bj_point *points, uint32_t count,
                      bool dark, bool *ttl);

#endif
