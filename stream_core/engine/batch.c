/* SPDX-License-Identifier: MIT */
#include "engine/batch.h"

#include "beam/safety.h"

void bj_batch_init(struct bj_batch *batch, struct bj_point *points)
{
    *batch = (struct bj_batch){.points = points};
}

void bj_batch_made(struct bj_batch *batch, uint32_t count, enum bj_dark dark)
{
    batch->at = 0;
    batch->count = count;
    batch->dark = dark;
    batch->position_points += count;
}

struct bj_chunk bj_batch_chunk(const struct bj_batch *batch, int64_t play_ns)
{
    return (struct bj_chunk){
        .points = batch->points + batch->at,
        .count = batch->count,
        .pps = batch->pps,
        .start = batch->position_points - batch->count,
        .play_ns = play_ns,
    };
}

void bj_batch_took(struct bj_batch *batch, uint32_t points)
{
    batch->written_dark = batch->dark;
    batch->count -= points;
    batch->at += points;
}

void bj_batch_blank(struct bj_batch *batch, enum bj_dark dark)
{
    bj_safety_blank(batch->points + batch->at, batch->count);
    batch->dark = batch->written_dark = dark;
}

uint32_t bj_batch_drop(struct bj_batch *batch)
{
    uint32_t dropped = batch->count;
    batch->count = 0;
    bj_batch_lost_written(batch);
    return dropped;
}

void bj_batch_lost_written(struct bj_batch *batch)
{
    batch->written_dark = BJ_DARK_SETTLING;
}

void bj_batch_scale_rate(struct bj_batch *batch, double ratio)
{
    batch->true_pps *= ratio;
}
