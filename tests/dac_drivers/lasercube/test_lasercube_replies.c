/* SPDX-License-Identifier: MIT
 *
 * What is heard, or not: the level, nonsense, nothing.
 */
#include "lasercube_world.h"

static struct lcw world;

static int stop_world(void **state)
{
    (void)state;
    lcw_stop(&world);
    return 0;
}

static void test_a_dry_ring_is_counted_and_refilled(void **state)
{
    (void)state;
    lcw_begin(&world);
    lcw_fault(&world, SIM_LC_DRY, 0);
    lcw_run_ms(&world, 100);
    assert_true(lcw_stats(&world).device_underruns <= 1);
    assert_true(lcw_device(&world).held > 1300);
    assert_in_range(world.longest_gap_ns, 0, 6 * LCW_MS);
    lcw_count_anew(&world);
    lcw_run_ms(&world, 500);
    lcw_expect_perfect(&world, 500);
}

static void test_nonsense_changes_nothing(void **state)
{
    static const enum sim_lc_fault kinds[] = {SIM_LC_GARBAGE, SIM_LC_CUT, SIM_LC_STRAY};
    (void)state;
    lcw_begin(&world);
    for (int k = 0; k < 3; k++) {
        lcw_fault(&world, kinds[k], 10);
        lcw_run_ms(&world, 500);
    }
    lcw_run_ms(&world, 1500);
    lcw_expect_undisturbed(&world);
}

/* Reports that never come: the clock paces, and the level is asked for. */
static void test_plays_without_reports(void **state)
{
    (void)state;
    lcw_begin(&world);
    for (int k = 0; k < 100; k++) {
        lcw_fault(&world, SIM_LC_REPORTS, 0);
        lcw_run_ms(&world, 50);
    }
    lcw_count_anew(&world);
    for (int k = 0; k < 100; k++) {
        lcw_fault(&world, SIM_LC_REPORTS, 0);
        lcw_run_ms(&world, 50);
    }
    assert_int_equal(world.skipped + world.backwards, 0);
    assert_true(world.gap_ns < 500 * LCW_MS);
}

static void test_silence_is_told_and_ends_the_connection(void **state)
{
    (void)state;
    lcw_begin(&world);
    fake_net_set_route(world.net, LCW_IP, FAKE_ROUTE_BLACK_HOLE);
    lcw_run_ms(&world, 700);
    assert_true(lcw_heard(&world, "silent for half a second"));
    assert_int_equal(lcw_stats(&world).state, BJ_STREAM_STREAMING);
    lcw_run_ms(&world, 500);
    assert_true(lcw_heard(&world, "silent for a second"));
    assert_int_equal(lcw_stats(&world).state, BJ_STREAM_RECONNECTING);
    fake_net_set_route(world.net, LCW_IP, FAKE_ROUTE_OPEN);
    lcw_light_up(&world);
}

static void test_nobody_listens_any_more(void **state)
{
    (void)state;
    lcw_begin(&world);
    fake_net_set_route(world.net, LCW_IP, FAKE_ROUTE_REFUSE);
    lcw_run_ms(&world, 1000);
    assert_true(lcw_heard(&world, "nobody listens"));
    assert_false(lcw_stats(&world).armed);
    fake_net_set_route(world.net, LCW_IP, FAKE_ROUTE_OPEN);
    lcw_light_up(&world);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop_world)

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
