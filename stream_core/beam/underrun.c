/* SPDX-License-Identifier: MIT */
#include "beam/underrun.h"

#include <string.h>

void bj_underrun_init(struct bj_underrun *underrun, enum bj_underrun_policy policy,
                      float park_x, float park_y, struct bj_point *last_chunk)
{
    *underrun = (struct bj_underrun){
        .policy = policy,
        .park = {.x = park_x, .y = park_y},
        .last_chunk = last_chunk,
    };
}

void bj_underrun_remember(struct bj_underrun *underrun, const struct bj_point *points,
                          uint32_t count)
{
    if (count == 0) {
        return;
    }
    underrun->last = (struct bj_point){.x = points[count - 1].x, .y = points[count - 1].y};
    if (underrun->policy == BJ_REPEAT_LAST) {
        memcpy(underrun->last_chunk, points, count * sizeof *points);
        underrun->last_count = count;
        underrun->repeat_at = 0;
    }
}

static void repeat(struct bj_underrun *underrun, struct bj_point *points, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        points[k] = underrun->last_chunk[underrun->repeat_at];
        underrun->repeat_at = (underrun->repeat_at + 1) % underrun->last_count;
    }
}

void bj_underrun_make(struct bj_underrun *underrun, bool dark, struct bj_point *points,
                      uint32_t count)
{
    if (underrun->policy == BJ_REPEAT_LAST && underrun->last_count > 0 && !dark) {
        repeat(underrun, points, count);
        return;
    }
    struct bj_point rest = underrun->policy == BJ_PARK ? underrun->park : underrun->last;
    for (uint32_t k = 0; k < count; k++) {
        points[k] = rest;
    }
}
