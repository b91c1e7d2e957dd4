/* SPDX-License-Identifier: MIT */
#include "engine/controls.h"

#define ARM 1u
#define MOST_LAG_US ((1ull << 40) - 1) /* its place in `connections` */

void bj_controls_init(struct bj_controls *controls)
{
    atomic_init(&controls->arm_word, 0);
    atomic_init(&controls->stop, false);
    atomic_init(&controls->connections, 0);
    controls->disarms_seen = 0;
    controls->connections_seen = 0;
}

void bj_controls_arm(struct bj_controls *controls)
{
    atomic_fetch_or(&controls->arm_word, ARM);
}

/* Clears the arm and counts, so that even an arm right after it cannot hide a disarm. */
void bj_controls_disarm(struct bj_controls *controls)
{
    uint32_t word = atomic_load(&controls->arm_word);
    while (!atomic_compare_exchange_weak(&controls->arm_word, &word, (word | ARM) + 1)) {
    }
}

void bj_controls_stop(struct bj_controls *controls)
{
    atomic_store(&controls->stop, true);
}

void bj_controls_connect(struct bj_controls *controls, bool position_connected,
                         int64_t lag_ns)
{
    uint64_t old = atomic_load(&controls->connections);
    uint64_t changes = ((old >> 1) + 1) & 0x7fffff;
    uint64_t lag_us = lag_ns > 0 ? (uint64_t)lag_ns / 1000 : 0;
    lag_us = lag_us < MOST_LAG_US ? lag_us : MOST_LAG_US;
    atomic_store(&controls->connections, lag_us << 24 | changes << 1 | position_connected);
}

struct bj_asked bj_controls_take(struct bj_controls *controls)
{
    uint32_t word = atomic_fetch_and(&controls->arm_word, ~ARM);
    uint64_t connections = atomic_load(&controls->connections);
    struct bj_asked asked = {
        .disarm = word >> 1 != controls->disarms_seen,
        .arm = word & ARM,
        .stop = atomic_load(&controls->stop),
        .connections_changed = connections != controls->connections_seen,
        .position_connected = connections & 1,
        .lag_s = (double)(connections >> 24) / 1e6,
    };
    controls->disarms_seen = word >> 1;
    controls->connections_seen = connections;
    return asked;
}

void bj_controls_forget_arms(struct bj_controls *controls)
{
    atomic_fetch_and(&controls->arm_word, ~ARM);
}
