/* SPDX-License-Identifier: MIT
 *
 * Makes intensity part of the colours, for every DAC alike.
 */
#ifndef BJ_INTENSITY_H
#define BJ_INTENSITY_H

#include <beamjack/core.h>

/* Engine thread, BJ_RT. Multiplies, in place, each colour by the point's intensity, and
 * sets intensity to 1 where a colour is left, else to 0. */
void bj_intensity_into_colour(struct bj_point *points, uint32_t count);

#endif
