/* SPDX-License-Identifier: MIT
 *
 * What is said to the device, and how often.
 */
#include "lasercube_fixture.h"

static struct lcw fixture;

static void start(void)
{
    struct lcw_config config = lcw_defaults();

    lcw_start(&fixture, &config);
}

static int stop_fixture(void **state)
{
    (void)state;
    lcw_stop(&fixture);
    return 0;
}

static void test_says_everything_twice_and_once_is_enough(void **state)
{
    (void)state;
    start();
    lcw_reach_playing(&fixture);
    assert_int_equal(lcw_counters(&fixture)->outputs_off, 2);
    assert_int_equal(lcw_counters(&fixture)->clears, 2);
    assert_int_equal(lcw_counters(&fixture)->rates, 2);
    assert_int_equal(lcw_counters(&fixture)->outputs_on, 0); /* nobody armed */
    assert_true(lcw_device(&fixture).reports);
}

static void test_lost_commands_are_repeated(void **state)
{
    (void)state;
    for (int k = 1; k < 25; k++) { /* the first k datagrams of all are lost */
        if (k > 1)
            lcw_stop(&fixture);
        start();
        lcw_fault(&fixture, k % 2 ? SIM_LC_LOSE : SIM_LC_LOSE_REPLIES, k);
        lcw_reach_playing(&fixture);
        lcw_run_ms(&fixture, 1000);
        assert_int_equal(lcw_device(&fixture).rate, 30000);
        assert_true(lcw_device(&fixture).reports);
        assert_int_equal(fixture.lit, 0);
        lcw_count_anew(&fixture);
        lcw_run_ms(&fixture, 200);
        lcw_expect_perfect(&fixture, 200);
    }
}

static void test_asks_how_it_is_once_a_second(void **state)
{
    uint64_t infos;
    (void)state;
    start();
    lcw_light_up(&fixture);
    lcw_run_ms(&fixture, 2000);
    infos = lcw_counters(&fixture)->infos;
    lcw_run_ms(&fixture, 10000);
    assert_in_range(lcw_counters(&fixture)->infos - infos, 9, 11);
}

static void test_what_cannot_leave_leaves_a_moment_later(void **state)
{
    (void)state;
    start();
    lcw_light_up(&fixture);
    lcw_count_anew(&fixture);
    for (int k = 0; k < 50; k++) {
        fake_net_refuse_datagrams(fixture.net, fixture.now_ns + 3 * LCW_MS);
        lcw_run_ms(&fixture, 20);
    }
    lcw_expect_perfect(&fixture, 1000);
    assert_int_equal(lcw_stats(&fixture).device_underruns, 0);
}

/* Not with the next repetition, 100 ms later. */
static void test_the_last_commands_leave_a_moment_later(void **state)
{
    (void)state;
    start();
    lcw_light_up(&fixture);
    fake_net_refuse_datagrams(fixture.net, fixture.now_ns + 3 * LCW_MS);
    bj_stream_stop(fixture.stream);
    fixture.woken = true;
    lcw_run_ms(&fixture, 10);
    assert_true(fixture.over);
    assert_int_equal(fixture.result, BJ_RUN_STOPPED);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_says_everything_twice_and_once_is_enough),
        TEST(test_lost_commands_are_repeated),
        TEST(test_asks_how_it_is_once_a_second),
        TEST(test_what_cannot_leave_leaves_a_moment_later),
        TEST(test_the_last_commands_leave_a_moment_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
