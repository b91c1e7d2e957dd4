/* SPDX-License-Identifier: MIT
 *
 * What is said to the device, and how often.
 */
#include "lasercube_world.h"

static struct lcw world;

static void start(void)
{
    struct lcw_config config = lcw_defaults();

    lcw_start(&world, &config);
}

static int stop_world(void **state)
{
    (void)state;
    lcw_stop(&world);
    return 0;
}

static void test_says_everything_twice_and_once_is_enough(void **state)
{
    (void)state;
    start();
    lcw_reach_playing(&world);
    assert_int_equal(lcw_counters(&world)->outputs_off, 2);
    assert_int_equal(lcw_counters(&world)->clears, 2);
    assert_int_equal(lcw_counters(&world)->rates, 2);
    assert_int_equal(lcw_counters(&world)->outputs_on, 0); /* nobody armed */
    assert_true(lcw_device(&world).reports);
}

static void test_lost_commands_are_repeated(void **state)
{
    (void)state;
    for (int k = 1; k < 25; k++) { /* the first k datagrams of all are lost */
        if (k > 1)
            lcw_stop(&world);
        start();
        lcw_fault(&world, k % 2 ? SIM_LC_LOSE : SIM_LC_LOSE_REPLIES, k);
        lcw_reach_playing(&world);
        lcw_run_ms(&world, 1000);
        assert_int_equal(lcw_device(&world).rate, 30000);
        assert_true(lcw_device(&world).reports);
        assert_int_equal(world.lit, 0);
        lcw_count_anew(&world);
        lcw_run_ms(&world, 200);
        lcw_expect_perfect(&world, 200);
    }
}

static void test_asks_how_it_is_once_a_second(void **state)
{
    uint64_t infos;
    (void)state;
    start();
    lcw_light_up(&world);
    lcw_run_ms(&world, 2000);
    infos = lcw_counters(&world)->infos;
    lcw_run_ms(&world, 10000);
    assert_in_range(lcw_counters(&world)->infos - infos, 9, 11);
}

static void test_what_cannot_leave_leaves_a_moment_later(void **state)
{
    (void)state;
    start();
    lcw_light_up(&world);
    lcw_count_anew(&world);
    for (int k = 0; k < 50; k++) {
        fake_net_refuse_datagrams(world.net, world.now_ns + 3 * LCW_MS);
        lcw_run_ms(&world, 20);
    }
    lcw_expect_perfect(&world, 1000);
    assert_int_equal(lcw_stats(&world).device_underruns, 0);
}

/* Not with the next repetition, 100 ms later. */
static void test_the_last_commands_leave_a_moment_later(void **state)
{
    (void)state;
    start();
    lcw_light_up(&world);
    fake_net_refuse_datagrams(world.net, world.now_ns + 3 * LCW_MS);
    bj_stream_stop(world.stream);
    world.woken = true;
    lcw_run_ms(&world, 10);
    assert_true(world.over);
    assert_int_equal(world.result, BJ_RUN_STOPPED);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop_world)

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
