/* SPDX-License-Identifier: MIT
 *
 * Underrun policy: points to play when the producer has too few.
 */
#ifndef BJ_UNDERRUN_H
#define BJ_UNDERRUN_H

#include <beamjack/core.h>

struct bj_underrun {
    enum bj_underrun_policy policy;
    struct bj_point park;
    struct bj_point *last_chunk; /* the last chunk of the producer; room for max_points */
    uint32_t last_count, repeat_at;
    struct bj_point last; /* the end of that chunk, dark */
};

/* `last_chunk` belongs to the caller. */
void bj_underrun_init(struct bj_underrun *underrun, enum bj_underrun_policy policy,
                      float park_x, float park_y, struct bj_point *last_chunk);

/* Engine thread, BJ_RT. Remembers the points of the producer, before shape and safety. */
void bj_underrun_remember(struct bj_underrun *underrun, const struct bj_point *points,
                          uint32_t count);

/* Engine thread, BJ_RT. Makes `count` points of the policy; `dark` overrides a repeat.
 * BJ_STOP gives the same as BJ_BLANK: the caller ends the stream. */
void bj_underrun_make(struct bj_underrun *underrun, bool dark, struct bj_point *points,
                      uint32_t count);

#endif
