/* SPDX-License-Identifier: MIT
 *
 * An exact point clock: which point plays when. Pure arithmetic, no rounding that adds up.
 */
#ifndef BJ_PACER_H
#define BJ_PACER_H

#include <stdint.h>

struct bj_pacer {
    int64_t start_ns; /* when point 0 plays */
    uint32_t pps;
};

/* How many points have had their whole time at now_ns; 0 before the start. */
uint64_t bj_pacer_played(const struct bj_pacer *pacer, int64_t now_ns);

/* When point `index` plays. */
int64_t bj_pacer_time_ns(const struct bj_pacer *pacer, uint64_t index);

#endif
