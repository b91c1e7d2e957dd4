/* SPDX-License-Identifier: MIT
 *
 * Intensity becomes part of the colours, for every DAC alike.
 */
#ifndef BJ_INTENSITY_H
#define BJ_INTENSITY_H

#include <beamjack/core.h>

/* Engine thread, BJ_RT. In place: each colour times the point's intensity, which is 1 from
 * then on where a colour is left, else 0. */
void bj_intensity_into_colour(struct bj_point *points, uint32_t count);

#endif
