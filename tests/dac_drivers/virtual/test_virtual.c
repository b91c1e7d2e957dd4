/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "slot_rig.h"
#include "virtual/virtual.h"

#define MS BJ_NS_PER_MS

static struct slot_rig rig;

static int start(void **state)
{
    (void)state;
    return slot_rig_start(&rig, &bj_virtual, "virtual") == BJ_OK ? 0 : -1;
}

static int finish(void **state)
{
    (void)state;
    slot_rig_stop(&rig);
    return 0;
}

static void begin(uint32_t points)
{
    assert_int_equal(bj_virtual.connect(rig.dac, 0, 30000, points), BJ_OK);
    slot_rig_serve(&rig, 0);
    assert_int_equal(rig.dac_status.state, BJ_DAC_READY);
    assert_int_equal(slot_rig_write(&rig, 0, points, 30000), points);
    slot_rig_serve(&rig, 0);
    assert_int_equal(rig.dac_status.state, BJ_DAC_PLAYING);
}

static void test_is_ready_at_once_and_refuses_impossible_rates(void **state)
{
    (void)state;
    assert_int_equal(bj_virtual.connect(rig.dac, 0, 999, 1), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_virtual.connect(rig.dac, 0, 500001, 1), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_virtual.connect(rig.dac, 0, 30000, 1), BJ_OK);
    slot_rig_serve(&rig, 0);
    assert_int_equal(rig.dac_status.state, BJ_DAC_READY);
    assert_int_equal(rig.dac_status.room_points, rig.dac->caps.capacity_points);
    assert_int_equal(rig.reports, 1);
    assert_false(rig.report.playing);
    assert_true(bj_virtual.accepts_id("virtual"));
    assert_false(bj_virtual.accepts_id("virtual2"));
}

static void test_takes_nothing_before_it_is_connected(void **state)
{
    (void)state;
    slot_rig_serve(&rig, 0);
    assert_int_equal(rig.dac_status.room_points, 0);
    assert_int_equal(slot_rig_write(&rig, 0, 10, 30000), 0);
}

static void test_plays_in_real_time(void **state)
{
    (void)state;
    begin(300);
    slot_rig_serve(&rig, 5 * MS);
    assert_int_equal(rig.report.queued_points, 150);
    assert_int_equal(rig.report.played_points, 150);
    assert_true(rig.report.playing);
    slot_rig_serve(&rig, 10 * MS);
    assert_int_equal(rig.report.queued_points, 0);
    assert_int_equal(rig.emptied, 0); /* the last point is still shown */
    assert_int_equal(rig.wait.deadline_ns, 10 * MS + 33334);
}

static void test_runs_dry_and_begins_again(void **state)
{
    (void)state;
    begin(300);
    slot_rig_serve(&rig, 11 * MS);
    assert_int_equal(rig.dac_status.state, BJ_DAC_READY);
    assert_int_equal(rig.dried, 1);
    assert_int_equal(rig.lost, 0);
    assert_int_equal(slot_rig_write(&rig, 300, 299, 30000), 299);
    slot_rig_serve(&rig, 20 * MS);
    assert_int_equal(rig.dac_status.state, BJ_DAC_READY);
    assert_int_equal(slot_rig_write(&rig, 599, 1, 30000), 1);
    slot_rig_serve(&rig, 20 * MS);
    assert_int_equal(rig.dac_status.state, BJ_DAC_PLAYING);
    slot_rig_serve(&rig, 25 * MS);
    assert_int_equal(rig.report.played_points, 450);
}

static void test_takes_no_more_than_it_holds(void **state)
{
    uint32_t capacity = rig.dac->caps.capacity_points, taken = 0, more;

    (void)state;
    bj_virtual.connect(rig.dac, 0, 30000, capacity);
    slot_rig_serve(&rig, 0);
    while ((more = slot_rig_write(&rig, taken, 1000, 30000)) > 0)
        taken += more;
    assert_int_equal(taken, capacity);
    slot_rig_serve(&rig, 0);
    assert_int_equal(rig.dac_status.room_points, 0);
    assert_int_equal(rig.dac_status.state, BJ_DAC_PLAYING);
}

static void test_closing_throws_the_queue_away(void **state)
{
    (void)state;
    begin(300);
    bj_virtual.shutter(rig.dac, 5 * MS, false);
    assert_int_equal(rig.emptied, 1);
    assert_int_equal(rig.lost, 150);
    assert_int_equal(rig.dried, 0);
    slot_rig_serve(&rig, 5 * MS);
    assert_int_equal(rig.dac_status.state, BJ_DAC_READY);
    assert_int_equal(rig.report.queued_points, 0);
    bj_virtual.shutter(rig.dac, 5 * MS, true);
    assert_int_equal(rig.emptied, 1);
}

static void test_stop_ends_it(void **state)
{
    (void)state;
    begin(300);
    bj_virtual.stop(rig.dac, 5 * MS);
    slot_rig_serve(&rig, 5 * MS);
    assert_int_equal(rig.dac_status.state, BJ_DAC_STOPPED);
    assert_int_equal(rig.lost, 150);
    assert_int_equal(slot_rig_write(&rig, 0, 10, 30000), 0);
}

static void test_a_new_rate_counts_from_its_chunk_on(void **state)
{
    (void)state;
    begin(600);
    slot_rig_serve(&rig, 10 * MS);
    assert_int_equal(rig.report.played_points, 300);
    assert_int_equal(slot_rig_write(&rig, 600, 300, 10000), 300);
    slot_rig_serve(&rig, 20 * MS);
    assert_int_equal(rig.report.played_points, 400);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_is_ready_at_once_and_refuses_impossible_rates),
        TEST(test_takes_nothing_before_it_is_connected),
        TEST(test_plays_in_real_time),
        TEST(test_runs_dry_and_begins_again),
        TEST(test_takes_no_more_than_it_holds),
        TEST(test_closing_throws_the_queue_away),
        TEST(test_stop_ends_it),
        TEST(test_a_new_rate_counts_from_its_chunk_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
