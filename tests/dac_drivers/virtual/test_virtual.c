/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "slot_fixture.h"
#include "virtual/virtual.h"

#define MS BJ_NS_PER_MS

static struct slot_fixture fixture;

static int start(void **state)
{
    (void)state;
    return slot_fixture_start(&fixture, &bj_virtual, "virtual") == BJ_OK ? 0 : -1;
}

static int finish(void **state)
{
    (void)state;
    slot_fixture_stop(&fixture);
    return 0;
}

static void begin(uint32_t points)
{
    assert_int_equal(bj_virtual.connect(fixture.dac, 0, 30000, points), BJ_OK);
    slot_fixture_serve(&fixture, 0);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    assert_int_equal(slot_fixture_write(&fixture, 0, points, 30000), points);
    slot_fixture_serve(&fixture, 0);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
}

static void test_is_ready_at_once_and_refuses_impossible_rates(void **state)
{
    (void)state;
    assert_int_equal(bj_virtual.connect(fixture.dac, 0, 999, 1), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_virtual.connect(fixture.dac, 0, 500001, 1), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_virtual.connect(fixture.dac, 0, 30000, 1), BJ_OK);
    slot_fixture_serve(&fixture, 0);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    assert_int_equal(fixture.dac_status.room_points, fixture.dac->caps.capacity_points);
    assert_int_equal(fixture.reports, 1);
    assert_false(fixture.report.playing);
    assert_true(bj_virtual.accepts_id("virtual"));
    assert_false(bj_virtual.accepts_id("virtual2"));
}

static void test_takes_nothing_before_it_is_connected(void **state)
{
    (void)state;
    slot_fixture_serve(&fixture, 0);
    assert_int_equal(fixture.dac_status.room_points, 0);
    assert_int_equal(slot_fixture_write(&fixture, 0, 10, 30000), 0);
}

static void test_plays_in_real_time(void **state)
{
    (void)state;
    begin(300);
    slot_fixture_serve(&fixture, 5 * MS);
    assert_int_equal(fixture.report.queued_points, 150);
    assert_int_equal(fixture.report.played_points, 150);
    assert_true(fixture.report.playing);
    slot_fixture_serve(&fixture, 10 * MS);
    assert_int_equal(fixture.report.queued_points, 0);
    assert_int_equal(fixture.emptied, 0); /* the last point is still shown */
    assert_int_equal(fixture.wait.deadline_ns, 10 * MS + 33334);
}

static void test_runs_dry_and_begins_again(void **state)
{
    (void)state;
    begin(300);
    slot_fixture_serve(&fixture, 11 * MS);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    assert_int_equal(fixture.dried, 1);
    assert_int_equal(fixture.lost, 0);
    assert_int_equal(slot_fixture_write(&fixture, 300, 299, 30000), 299);
    slot_fixture_serve(&fixture, 20 * MS);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    assert_int_equal(slot_fixture_write(&fixture, 599, 1, 30000), 1);
    slot_fixture_serve(&fixture, 20 * MS);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    slot_fixture_serve(&fixture, 25 * MS);
    assert_int_equal(fixture.report.played_points, 450);
}

static void test_takes_no_more_than_it_holds(void **state)
{
    uint32_t capacity = fixture.dac->caps.capacity_points, taken = 0, more;

    (void)state;
    bj_virtual.connect(fixture.dac, 0, 30000, capacity);
    slot_fixture_serve(&fixture, 0);
    while ((more = slot_fixture_write(&fixture, taken, 1000, 30000)) > 0)
        taken += more;
    assert_int_equal(taken, capacity);
    slot_fixture_serve(&fixture, 0);
    assert_int_equal(fixture.dac_status.room_points, 0);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
}

static void test_closing_throws_the_queue_away(void **state)
{
    (void)state;
    begin(300);
    bj_virtual.shutter(fixture.dac, 5 * MS, false);
    assert_int_equal(fixture.emptied, 1);
    assert_int_equal(fixture.lost, 150);
    assert_int_equal(fixture.dried, 0);
    slot_fixture_serve(&fixture, 5 * MS);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    assert_int_equal(fixture.report.queued_points, 0);
    bj_virtual.shutter(fixture.dac, 5 * MS, true);
    assert_int_equal(fixture.emptied, 1);
}

static void test_stop_ends_it(void **state)
{
    (void)state;
    begin(300);
    bj_virtual.stop(fixture.dac, 5 * MS);
    slot_fixture_serve(&fixture, 5 * MS);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_STOPPED);
    assert_int_equal(fixture.lost, 150);
    assert_int_equal(slot_fixture_write(&fixture, 0, 10, 30000), 0);
}

static void test_a_new_rate_counts_from_its_chunk_on(void **state)
{
    (void)state;
    begin(600);
    slot_fixture_serve(&fixture, 10 * MS);
    assert_int_equal(fixture.report.played_points, 300);
    assert_int_equal(slot_fixture_write(&fixture, 600, 300, 10000), 300);
    slot_fixture_serve(&fixture, 20 * MS);
    assert_int_equal(fixture.report.played_points, 400);
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
