/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <pthread.h>
#include <stdbool.h>

#include <cmocka.h>

#include "engine/stats.h"

static void begins_at_zero_with_nothing_known(void **state)
{
    (void)state;
    struct bj_stats_board board;
    bj_stats_init(&board);
    struct bj_stats stats = bj_stats_read(&board);
    assert_int_equal(stats.state, BJ_STREAM_CONNECTING);
    assert_false(stats.armed);
    assert_false(stats.lit);
    assert_int_equal(stats.dark, BJ_DARK_AWAY);
    assert_int_equal(stats.points_written, 0);
    assert_int_equal(stats.invalid_points, 0);
    assert_int_equal(stats.device_queued_points, -1);
    assert_int_equal(stats.capacity_points, 0);
    assert_true(stats.true_pps == 0.0);
}

/* Each counter shows up in its own field and in no other. */
static void every_counter_has_its_field(void **state)
{
    (void)state;
    struct bj_stats_board board;
    bj_stats_init(&board);
    for (int k = 0; k < BJ_COUNTERS; k++) {
        bj_stats_add(&board, (enum bj_counter)k, 100 + (uint64_t)k);
    }
    struct bj_stats stats = bj_stats_read(&board);
    assert_int_equal(stats.points_written, 100 + BJ_COUNT_POINTS_WRITTEN);
    assert_int_equal(stats.points_from_fill, 100 + BJ_COUNT_POINTS_FROM_FILL);
    assert_int_equal(stats.chunks, 100 + BJ_COUNT_CHUNKS);
    assert_int_equal(stats.underruns, 100 + BJ_COUNT_UNDERRUNS);
    assert_int_equal(stats.device_underruns, 100 + BJ_COUNT_DEVICE_UNDERRUNS);
    assert_int_equal(stats.flushed_points, 100 + BJ_COUNT_FLUSHED_POINTS);
    assert_int_equal(stats.late_wakes, 100 + BJ_COUNT_LATE_WAKES);
    assert_int_equal(stats.reconnects, 100 + BJ_COUNT_RECONNECTS);
    assert_int_equal(stats.faults, 100 + BJ_COUNT_FAULTS);
    assert_int_equal(stats.dwell_points, 100 + BJ_COUNT_DWELL_POINTS);
    assert_int_equal(stats.invalid_points, 100 + BJ_COUNT_INVALID_POINTS);
    assert_int_equal(BJ_COUNTERS, 11);
}

static void every_level_has_its_field(void **state)
{
    (void)state;
    struct bj_stats_board board;
    bj_stats_init(&board);
    atomic_store(&board.state, BJ_STREAM_DRAINING);
    atomic_store(&board.armed, true);
    atomic_store(&board.dark, BJ_DARK_DWELL);
    atomic_store(&board.pps, 1);
    atomic_store(&board.buffered_points, 2);
    atomic_store(&board.buffered_max_points, 3);
    atomic_store(&board.capacity_points, 4);
    atomic_store(&board.true_pps, 5.5);
    atomic_store(&board.device_queued_points, 6);
    struct bj_stats stats = bj_stats_read(&board);
    assert_int_equal(stats.state, BJ_STREAM_DRAINING);
    assert_true(stats.armed);
    assert_false(stats.lit);
    assert_int_equal(stats.dark, BJ_DARK_DWELL);
    atomic_store(&board.dark, BJ_DARK_NO);
    assert_true(bj_stats_read(&board).lit);
    assert_int_equal(stats.pps, 1);
    assert_int_equal(stats.buffered_points, 2);
    assert_int_equal(stats.buffered_max_points, 3);
    assert_int_equal(stats.capacity_points, 4);
    assert_true(stats.true_pps == 5.5);
    assert_int_equal(stats.device_queued_points, 6);
}

static void add_adds_and_set_sets(void **state)
{
    (void)state;
    struct bj_stats_board board;
    bj_stats_init(&board);
    bj_stats_add(&board, BJ_COUNT_CHUNKS, 5);
    bj_stats_add(&board, BJ_COUNT_CHUNKS, 1ULL << 40);
    assert_int_equal(bj_stats_read(&board).chunks, (1ULL << 40) + 5);
    bj_stats_set(&board, BJ_COUNT_CHUNKS, 7);
    assert_int_equal(bj_stats_read(&board).chunks, 7);
}

#define ROUNDS 20000

static void *count(void *board)
{
    for (int k = 0; k < ROUNDS; k++) {
        bj_stats_add(board, BJ_COUNT_CHUNKS, 1);
    }
    return NULL;
}

/* A reader beside the writer sees the counter grow and never anything else. */
static void can_be_read_while_written(void **state)
{
    (void)state;
    struct bj_stats_board board;
    bj_stats_init(&board);
    pthread_t writer;
    assert_int_equal(pthread_create(&writer, NULL, count, &board), 0);
    uint64_t last = 0;
    bool grows = true;
    for (int k = 0; k < ROUNDS; k++) {
        uint64_t now = bj_stats_read(&board).chunks;
        grows = grows && now >= last && now <= ROUNDS;
        last = now;
    }
    pthread_join(writer, NULL);
    assert_true(grows);
    assert_int_equal(bj_stats_read(&board).chunks, ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_at_zero_with_nothing_known),
        cmocka_unit_test(every_counter_has_its_field),
        cmocka_unit_test(every_level_has_its_field),
        cmocka_unit_test(add_adds_and_set_sets),
        cmocka_unit_test(can_be_read_while_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
