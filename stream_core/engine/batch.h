/* SPDX-License-Identifier: MIT
 *
 * The points that are made and not yet taken by the driver, and why they are dark. Engine
 * thread, BJ_RT.
 */
#ifndef BJ_BATCH_H
#define BJ_BATCH_H

#include <beamjack/driver.h>

struct bj_batch {
    struct bj_point *points;         /* room for the largest chunk; the owner's */
    uint32_t at, count;              /* those that are left */
    uint32_t pps;                    /* as commanded for them */
    double true_pps;                 /* what the device makes of it */
    uint64_t position_points;        /* of the next point to be made */
    enum bj_dark dark, written_dark; /* why these, and those written last, are dark */
};

void bj_batch_init(struct bj_batch *batch, struct bj_point *points);

/* The buffer holds `count` new points, above 0, safe to play. */
void bj_batch_made(struct bj_batch *batch, uint32_t count, enum bj_dark dark);

/* All that is left, as a driver takes it. */
struct bj_chunk bj_batch_chunk(const struct bj_batch *batch, int64_t play_ns);
void bj_batch_took(struct bj_batch *batch, uint32_t points);

/* Darkens what is left. */
void bj_batch_blank(struct bj_batch *batch, enum bj_dark dark);

/* Forgets what is left; returns how many. */
uint32_t bj_batch_drop(struct bj_batch *batch);

/* What was written last is lost, and what comes begins anew. */
void bj_batch_lost_written(struct bj_batch *batch);

/* What the device makes of a rate is another now, by this factor. */
void bj_batch_scale_rate(struct bj_batch *batch, double ratio);

#endif
