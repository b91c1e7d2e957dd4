/* SPDX-License-Identifier: MIT
 *
 * Underrun policy: what is played when the producer has too little.
 */
#ifndef BJ_UNDERRUN_H
#define BJ_UNDERRUN_H

#include <beamjack/core.h>

struct bj_underrun {
    enum bj_underrun_policy policy;
    struct bj_point park;
    struct bj_point *last_chunk; /* what the producer last gave; room for max_points */
    uint32_t last_count, repeat_at;
    struct bj_point last; /* its end, dark */
};

/* `last_chunk` belongs to the caller. */
void bj_underrun_init(struct bj_underrun *underrun, enum bj_underrun_policy policy,
                      float park_x, float park_y, struct bj_point *last_chunk);

/* Engine thread, BJ_RT. Remembers what the producer gave, before shape and safety. */
void bj_underrun_remember(struct bj_underrun *underrun, const struct bj_point *points,
                          uint32_t count);

/* Engine thread, BJ_RT. Makes `count` points of the policy; `dark` overrides a repeat.
 * BJ_STOP gives what BJ_BLANK gives: the caller ends the stream. */
void bj_underrun_make(struct bj_underrun *underrun, bool dark, struct bj_point *points,
                      uint32_t count);

#endif
