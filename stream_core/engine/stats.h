/* SPDX-License-Identifier: MIT
 *
 * Counters written by one thread (the engine), readable by any.
 */
#ifndef BJ_STATS_H
#define BJ_STATS_H

#include <beamjack/core.h>
#include <stdatomic.h>

enum bj_counter {
    BJ_COUNT_POINTS_WRITTEN,
    BJ_COUNT_POINTS_FROM_FILL,
    BJ_COUNT_CHUNKS,
    BJ_COUNT_UNDERRUNS,
    BJ_COUNT_DEVICE_UNDERRUNS,
    BJ_COUNT_FLUSHED_POINTS,
    BJ_COUNT_LATE_WAKES,
    BJ_COUNT_RECONNECTS,
    BJ_COUNT_FAULTS,
    BJ_COUNT_DWELL_POINTS,
    BJ_COUNT_INVALID_POINTS,
    BJ_COUNTERS
};

struct bj_stats_board {
    _Atomic uint64_t counters[BJ_COUNTERS];
    _Atomic int state, dark;
    _Atomic bool armed;
    _Atomic uint32_t pps, buffered_points, buffered_max_points, buffered_least_points;
    _Atomic uint32_t capacity_points;
    _Atomic double true_pps;
    _Atomic int64_t device_queued_points;
};

void bj_stats_init(struct bj_stats_board *board);

/* Engine thread, BJ_RT. */
void bj_stats_add(struct bj_stats_board *board, enum bj_counter counter, uint64_t amount);
void bj_stats_set(struct bj_stats_board *board, enum bj_counter counter, uint64_t value);

/* Any thread, BJ_RT. */
struct bj_stats bj_stats_read(const struct bj_stats_board *board);

#endif
