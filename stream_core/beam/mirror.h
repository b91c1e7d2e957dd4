/* SPDX-License-Identifier: MIT
 *
 * Mirror model: where the mirrors are, from the positions commanded. A mirror and its servo
 * are a low-pass of second order: they do not follow commands that are too fast, and a beam
 * whose commands jump about may stand still.
 *
 * Models two scanners at once, at both ends of the market: a command moves the slow one
 * least, and the fast one comes to rest first. Exact for commands that hold for one point
 * each.
 */
#ifndef BJ_MIRROR_H
#define BJ_MIRROR_H

#include "feed/simd4.h"

/* Rated speeds, in points of the usual test pattern per second. */
#define BJ_MIRROR_SLOW 12000.0
#define BJ_MIRROR_FAST 60000.0
/* The resonance lies at the rated speed divided by this. */
#define BJ_MIRROR_POINTS 10.8
#define BJ_MIRROR_DAMPING 0.866

/* Each vector: x and y of the slow scanner, x and y of the fast one. */
struct bj_mirror {
    bj_simd4 position;
    bj_simd4 speed; /* position per 1/w0, w0 being the resonance */

    /* factors for one point: of position and speed, and of the command */
    bj_simd4 position_stays, position_follows, position_coasts;
    bj_simd4 speed_stays, speed_follows;
};

/* Begins at rest in the centre. */
void bj_mirror_init(struct bj_mirror *mirror, double pps);

/* Sets another rate; position and speed stay. */
void bj_mirror_set_rate(struct bj_mirror *mirror, double pps);

/* Returns the time after which the earlier position of the mirrors matters less than a
 * thousandth. */
double bj_mirror_forgets_s(void);

/* Commands one point within -1..+1; returns where the mirrors are at its end. */
static inline bj_simd4 bj_mirror_move(struct bj_mirror *mirror, const float xy[2])
{
    const bj_simd4 never_denormal = {1e-20f, 1e-20f, 1e-20f, 1e-20f};
    bj_simd4 to = bj_simd4_twice(xy);
    bj_simd4 position = mirror->position, speed = mirror->speed;
    /* in this order each result takes one addition after the last multiplication */
    mirror->position = (to * mirror->position_follows + position * mirror->position_stays) +
                       speed * mirror->position_coasts;
    mirror->speed =
        (to * mirror->speed_follows + never_denormal + speed * mirror->speed_stays) -
        position * mirror->speed_follows;
    return mirror->position;
}

#endif
