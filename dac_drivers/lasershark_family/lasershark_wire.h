/* SPDX-License-Identifier: MIT
 *
 * LaserShark: the words of a sample. Red drives analog output A, green B, 12 bits each;
 * blue switches C, which knows only on and off. Word 0 carries A, C and the interlock, word
 * 1 B, words 2 and 3 x and y, of which y runs downwards.
 */
#ifndef LASERSHARK_WIRE_H
#define LASERSHARK_WIRE_H

#include "lasershark_family/shark_kind.h"

/* A shark_encode_fn. The interlock is on in all samples that are not `dark`. C goes on
 * above and off below half of full, with a distance in between that keeps it from
 * flickering; *ttl is its state. */
void lasershark_encode(uint8_t *out, const struct bj_point *points, uint32_t count,
                       bool dark, bool *ttl);

#endif
