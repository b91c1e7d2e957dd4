/* SPDX-License-Identifier: MIT
 *
 * Batch: the points that are made and not yet taken by the driver, and why they are dark.
 * Engine thread, BJ_RT.
 */
#ifndef BJ_BATCH_H
#define BJ_BATCH_H

#include <beamjack/driver.h>

struct bj_batch {
    struct bj_point *points;         /* room for the largest chunk; owned by the caller */
    uint32_t at, count;              /* first point left, number of points left */
    uint32_t pps;                    /* the rate commanded for them */
    double true_pps;                 /* the rate at which the device really plays them */
    uint64_t position_points;        /* stream position of the next point to be made */
    enum bj_dark dark, written_dark; /* why these, and those written last, are dark */
};

void bj_batch_init(struct bj_batch *batch, struct bj_point *points);

/* Begins a batch of `count` points in the buffer, above 0, safe to play. */
void bj_batch_made(struct bj_batch *batch, uint32_t count, enum bj_dark dark);

/* Returns all points left, as a driver takes them. */
struct bj_chunk bj_batch_chunk(const struct bj_batch *batch, int64_t play_ns);
void bj_batch_took(struct bj_batch *batch, uint32_t points);

/* Darkens the points left. */
void bj_batch_blank(struct bj_batch *batch, enum bj_dark dark);

/* Drops the points left; returns how many. */
uint32_t bj_batch_drop(struct bj_batch *batch);

/* Notes that the points written last are lost. */
void bj_batch_lost_written(struct bj_batch *batch);

/* Scales the true rate by this factor. */
void bj_batch_scale_rate(struct bj_batch *batch, double ratio);

#endif
