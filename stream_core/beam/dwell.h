/* SPDX-License-Identifier: MIT
 *
 * Dwell limit: for how long light has rested, measured by where the mirrors are, for each
 * scanner of the model by itself. Light that rests for either does not pass.
 *
 * Lit time within `extent` of a place adds up, dark time there is subtracted, and movement
 * beyond `extent` clears the sum, except for time that was lit within `extent` of the new
 * place just before: a beam that creeps to and fro across the edge of its place gains no
 * time by that. For this the recent past is kept in blocks, each with the box that the
 * mirrors stayed in; a beam that creeps rests longer by a block at most.
 *
 * Mirrors are computed every few points, since they are slower than points come; how much
 * light may still pass is known before each of them.
 */
#ifndef BJ_DWELL_H
#define BJ_DWELL_H

#include "beam/mirror.h"
#include <beamjack/core.h>

#define BJ_DWELL_BLOCKS 8

/* A span of time: where the mirrors were, and how light added up. */
struct bj_dwell_span {
    bj_simd4 low, high; /* the box; low above high: anywhere */
    int32_t net;        /* lit points less dark ones */
    int32_t sum;        /* net, but never below 0 on the way */
};

/* The points since the mirrors were computed last. */
struct bj_dwell_interval {
    struct bj_dwell_span span;
    int32_t left;   /* points until the next interval */
    int32_t budget; /* how many of them may be lit */
};

struct bj_dwell {
    float extent;
    int32_t limit; /* points */
    int32_t interval_points, block_points, forget_points;

    struct bj_dwell_interval interval;

    /* per scanner */
    bj_simd4 low, high; /* beyond these is movement */
    int32_t rested[2];  /* points; at the limit it is dark */
    bool carried[2];    /* some of them from before the last movement */

    int32_t doubtful_points; /* for this long movement may come from the model alone */
    int32_t block_left;
    uint32_t newest; /* of the past */
    struct bj_dwell_span now, past[BJ_DWELL_BLOCKS];
};

/* Begins with nothing rested. Limit in points, above 0. */
void bj_dwell_init(struct bj_dwell *dwell, uint32_t limit, float extent, double pps);

/* Sets another rate; counts so far are converted to it. */
void bj_dwell_set_rate(struct bj_dwell *dwell, uint32_t limit, double pps, double ratio);

/* Restarts after a gap, in which the position of the mirrors is not known: until the
 * model has forgotten its past, movement clears nothing. */
void bj_dwell_restart(struct bj_dwell *dwell);

/* Engine thread, BJ_RT. Takes every point once, in order, dark ones all zero: each moves
 * the mirrors. Darkens and counts points that would rest too long, and returns whether
 * any point is lit. */
bool bj_dwell_run(struct bj_dwell *dwell, struct bj_mirror *mirror, struct bj_point *points,
                  uint32_t count, uint64_t *darkened);

#endif
