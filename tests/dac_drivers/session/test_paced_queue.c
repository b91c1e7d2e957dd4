/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "session/paced_queue.h"

#include <string.h>

#define MS BJ_NS_PER_MS
#define PPS 10000 /* ten points a millisecond */
#define CAPACITY 100

static struct bj_paced_queue queue;
static struct bj_level_report report;
static struct bj_dac_status status;
static struct bj_wait waiting;
static uint32_t reports, dried, flushed, lost;

static void on_level(void *engine, const struct bj_level_report *told)
{
    (void)engine;
    report = *told;
    reports++;
}

static void on_emptied(void *engine, uint32_t points, bool dry)
{
    (void)engine;
    lost += points;
    dried += dry;
    flushed += !dry;
}

static const struct bj_dac_events events = {.level = on_level, .emptied = on_emptied};
static const struct bj_dac dac = {.events = &events};

static int start(void **state)
{
    (void)state;
    memset(&queue, 0, sizeof queue);
    queue.dac = &dac;
    queue.capacity = CAPACITY;
    reports = dried = flushed = lost = 0;
    return 0;
}

static void open_at(uint32_t begin_points)
{
    assert_int_equal(bj_paced_queue_open(&queue, 0, PPS, begin_points, BJ_DAC_READY),
                     BJ_OK);
}

static void serve(int64_t now_ns)
{
    waiting = (struct bj_wait){.deadline_ns = INT64_MAX};
    bj_paced_queue_play(&queue, now_ns);
    bj_paced_queue_service(&queue, now_ns, &status, &waiting);
}

static void test_refuses_rates_it_cannot_play(void **state)
{
    (void)state;
    assert_int_equal(bj_paced_queue_open(&queue, 0, BJ_PACED_MIN_PPS - 1, 1, BJ_DAC_READY),
                     BJ_BAD_ARGUMENT);
    assert_int_equal(bj_paced_queue_open(&queue, 0, BJ_PACED_MAX_PPS + 1, 1, BJ_DAC_READY),
                     BJ_BAD_ARGUMENT);
    assert_int_equal(queue.state, BJ_DAC_CONNECTING);
}

static void test_takes_nothing_until_it_is_ready(void **state)
{
    (void)state;
    assert_int_equal(bj_paced_queue_open(&queue, 0, PPS, 1, BJ_DAC_CONNECTING), BJ_OK);
    assert_int_equal(bj_paced_queue_take(&queue, 0, 10, PPS), 0);
    serve(0);
    assert_int_equal(status.room_points, 0);
    assert_int_equal(reports, 0);
}

static void test_begins_at_its_level_and_plays_in_time(void **state)
{
    (void)state;
    open_at(20);
    assert_int_equal(bj_paced_queue_take(&queue, 0, 19, PPS), 19);
    serve(5 * MS);
    assert_int_equal(status.state, BJ_DAC_READY);
    assert_int_equal(bj_paced_queue_take(&queue, 5 * MS, 1, PPS), 1);
    serve(5 * MS);
    assert_int_equal(status.state, BJ_DAC_PLAYING);
    assert_int_equal(waiting.deadline_ns, 5 * MS + 21 * MS / 10);
    assert_int_equal(bj_paced_queue_due(&queue, 6 * MS), 10);
    assert_int_equal(queue.played, 0);
    serve(6 * MS);
    assert_int_equal(report.queued_points, 10);
    assert_int_equal(report.played_points, 10);
    assert_true(report.playing);
    assert_int_equal(status.room_points, CAPACITY - 10);
    assert_int_equal(bj_paced_queue_time_ns(&queue, 10), 6 * MS);
}

static void test_takes_no_more_than_there_is_room(void **state)
{
    (void)state;
    open_at(CAPACITY + 1); /* more than it holds: begins when full */
    assert_int_equal(bj_paced_queue_take(&queue, 0, CAPACITY + 7, PPS), CAPACITY);
    assert_int_equal(bj_paced_queue_take(&queue, 0, 1, PPS), 0);
    serve(0);
    assert_int_equal(status.state, BJ_DAC_PLAYING);
}

static void test_ends_when_a_tick_finds_nothing(void **state)
{
    (void)state;
    open_at(10);
    (void)bj_paced_queue_take(&queue, 0, 10, PPS);
    serve(0);
    serve(1 * MS);
    assert_int_equal(status.state, BJ_DAC_PLAYING);
    assert_true(report.dry);
    assert_int_equal(dried, 0);
    serve(11 * MS / 10);
    assert_int_equal(status.state, BJ_DAC_READY);
    assert_int_equal(dried, 1);
    assert_int_equal(queue.played, 10);
}

static void test_a_new_rate_counts_from_now(void **state)
{
    (void)state;
    open_at(10);
    (void)bj_paced_queue_take(&queue, 0, 50, PPS);
    serve(0);
    bj_paced_queue_play(&queue, 1 * MS);
    assert_int_equal(bj_paced_queue_take(&queue, 1 * MS, 10, 2 * PPS), 10);
    assert_int_equal(bj_paced_queue_due(&queue, 2 * MS), 30);
    assert_int_equal(bj_paced_queue_take(&queue, 2 * MS, 1, BJ_PACED_MAX_PPS + 1), 1);
    assert_int_equal(queue.pacer.pps, 2 * PPS);
}

static void test_a_flush_throws_away_and_tells_how_much(void **state)
{
    (void)state;
    open_at(10);
    (void)bj_paced_queue_take(&queue, 0, 50, PPS);
    serve(0);
    bj_paced_queue_play(&queue, 2 * MS);
    bj_paced_queue_flush(&queue);
    assert_int_equal(lost, 30);
    assert_int_equal(flushed, 1);
    assert_int_equal(queue.state, BJ_DAC_READY);
    serve(3 * MS);
    assert_int_equal(report.queued_points, 0);
    assert_int_equal(dried, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_refuses_rates_it_cannot_play, start),
        cmocka_unit_test_setup(test_takes_nothing_until_it_is_ready, start),
        cmocka_unit_test_setup(test_begins_at_its_level_and_plays_in_time, start),
        cmocka_unit_test_setup(test_takes_no_more_than_there_is_room, start),
        cmocka_unit_test_setup(test_ends_when_a_tick_finds_nothing, start),
        cmocka_unit_test_setup(test_a_new_rate_counts_from_now, start),
        cmocka_unit_test_setup(test_a_flush_throws_away_and_tells_how_much, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
