/* SPDX-License-Identifier: MIT */
#include "engine/stats.h"

#define RELAXED memory_order_relaxed

void bj_stats_init(struct bj_stats_board *board)
{
    for (int k = 0; k < BJ_COUNTERS; k++) {
        atomic_init(&board->counters[k], 0);
    }
    atomic_init(&board->state, BJ_STREAM_CONNECTING);
    atomic_init(&board->armed, false);
    atomic_init(&board->dark, BJ_DARK_AWAY);
    atomic_init(&board->pps, 0);
    atomic_init(&board->buffered_points, 0);
    atomic_init(&board->buffered_max_points, 0);
    atomic_init(&board->buffered_least_points, 0);
    atomic_init(&board->capacity_points, 0);
    atomic_init(&board->true_pps, 0.0);
    atomic_init(&board->device_queued_points, -1);
}

void bj_stats_add(struct bj_stats_board *board, enum bj_counter counter, uint64_t amount)
{
    bj_stats_set(board, counter,
                 atomic_load_explicit(&board->counters[counter], RELAXED) + amount);
}

void bj_stats_set(struct bj_stats_board *board, enum bj_counter counter, uint64_t value)
{
    atomic_store_explicit(&board->counters[counter], value, RELAXED);
}

static uint64_t counter(const struct bj_stats_board *board, enum bj_counter which)
{
    return atomic_load_explicit(&board->counters[which], RELAXED);
}

struct bj_stats bj_stats_read(const struct bj_stats_board *board)
{
    enum bj_dark dark = (enum bj_dark)atomic_load_explicit(&board->dark, RELAXED);
    return (struct bj_stats){
        .state =
            (enum bj_stream_state)atomic_load_explicit(&board->state, memory_order_acquire),
        .armed = atomic_load_explicit(&board->armed, RELAXED),
        .lit = dark == BJ_DARK_NO,
        .dark = dark,
        .pps = atomic_load_explicit(&board->pps, RELAXED),
        .true_pps = atomic_load_explicit(&board->true_pps, RELAXED),
        .points_written = counter(board, BJ_COUNT_POINTS_WRITTEN),
        .points_from_fill = counter(board, BJ_COUNT_POINTS_FROM_FILL),
        .chunks = counter(board, BJ_COUNT_CHUNKS),
        .underruns = counter(board, BJ_COUNT_UNDERRUNS),
        .device_underruns = counter(board, BJ_COUNT_DEVICE_UNDERRUNS),
        .flushed_points = counter(board, BJ_COUNT_FLUSHED_POINTS),
        .late_wakes = counter(board, BJ_COUNT_LATE_WAKES),
        .reconnects = counter(board, BJ_COUNT_RECONNECTS),
        .faults = counter(board, BJ_COUNT_FAULTS),
        .dwell_points = counter(board, BJ_COUNT_DWELL_POINTS),
        .invalid_points = counter(board, BJ_COUNT_INVALID_POINTS),
        .buffered_points = atomic_load_explicit(&board->buffered_points, RELAXED),
        .buffered_max_points = atomic_load_explicit(&board->buffered_max_points, RELAXED),
        .buffered_least_points =
            atomic_load_explicit(&board->buffered_least_points, RELAXED),
        .device_queued_points = atomic_load_explicit(&board->device_queued_points, RELAXED),
        .capacity_points = atomic_load_explicit(&board->capacity_points, RELAXED),
    };
}
