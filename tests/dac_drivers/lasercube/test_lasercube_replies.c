/* SPDX-License-Identifier: MIT
 *
 * What is heard, or not: the level, nonsense, nothing.
 */
#include "lasercube_fixture.h"

static struct lcw fixture;

static int stop_fixture(void **state)
{
    (void)state;
    lcw_stop(&fixture);
    return 0;
}

static void test_a_dry_ring_is_counted_and_refilled(void **state)
{
    (void)state;
    lcw_begin(&fixture);
    lcw_fault(&fixture, SIM_LC_DRY, 0);
    lcw_run_ms(&fixture, 100);
    assert_true(lcw_stats(&fixture).device_underruns <= 1);
    assert_true(lcw_device(&fixture).held > 1300);
    assert_in_range(fixture.longest_gap_ns, 0, 6 * LCW_MS);
    lcw_count_anew(&fixture);
    lcw_run_ms(&fixture, 500);
    lcw_expect_perfect(&fixture, 500);
}

static void test_nonsense_changes_nothing(void **state)
{
    static const enum sim_lc_fault kinds[] = {SIM_LC_GARBAGE, SIM_LC_CUT, SIM_LC_STRAY};
    (void)state;
    lcw_begin(&fixture);
    for (int k = 0; k < 3; k++) {
        lcw_fault(&fixture, kinds[k], 10);
        lcw_run_ms(&fixture, 500);
    }
    lcw_run_ms(&fixture, 1500);
    lcw_expect_undisturbed(&fixture);
}

/* Reports that never come: the clock paces, and the level is asked for. */
static void test_plays_without_reports(void **state)
{
    (void)state;
    lcw_begin(&fixture);
    for (int k = 0; k < 100; k++) {
        lcw_fault(&fixture, SIM_LC_REPORTS, 0);
        lcw_run_ms(&fixture, 50);
    }
    lcw_count_anew(&fixture);
    for (int k = 0; k < 100; k++) {
        lcw_fault(&fixture, SIM_LC_REPORTS, 0);
        lcw_run_ms(&fixture, 50);
    }
    assert_int_equal(fixture.skipped + fixture.backwards, 0);
    assert_true(fixture.gap_ns < 500 * LCW_MS);
}

static void test_silence_is_told_and_ends_the_connection(void **state)
{
    (void)state;
    lcw_begin(&fixture);
    fake_net_set_route(fixture.net, LCW_IP, FAKE_ROUTE_BLACK_HOLE);
    lcw_run_ms(&fixture, 700);
    assert_true(lcw_heard(&fixture, "silent for half a second"));
    assert_int_equal(lcw_stats(&fixture).state, BJ_STREAM_STREAMING);
    lcw_run_ms(&fixture, 500);
    assert_true(lcw_heard(&fixture, "silent for a second"));
    assert_int_equal(lcw_stats(&fixture).state, BJ_STREAM_RECONNECTING);
    fake_net_set_route(fixture.net, LCW_IP, FAKE_ROUTE_OPEN);
    lcw_light_up(&fixture);
}

static void test_nobody_listens_any_more(void **state)
{
    (void)state;
    lcw_begin(&fixture);
    fake_net_set_route(fixture.net, LCW_IP, FAKE_ROUTE_REFUSE);
    lcw_run_ms(&fixture, 1000);
    assert_true(lcw_heard(&fixture, "nobody listens"));
    assert_false(lcw_stats(&fixture).armed);
    fake_net_set_route(fixture.net, LCW_IP, FAKE_ROUTE_OPEN);
    lcw_light_up(&fixture);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_dry_ring_is_counted_and_refilled),
        TEST(test_nonsense_changes_nothing),
        TEST(test_plays_without_reports),
        TEST(test_silence_is_told_and_ends_the_connection),
        TEST(test_nobody_listens_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
