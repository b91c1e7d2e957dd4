/* SPDX-License-Identifier: MIT
 *
 * Darkness, whatever the way there.
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

static void disarm_and_expect_darkness(double within_ms)
{
    int64_t disarmed_ns = fixture.now_ns;

    bj_stream_disarm(fixture.stream);
    lcw_run_ms(&fixture, 1000);
    assert_true(fixture.last_lit_ns <= disarmed_ns + (int64_t)(within_ms * 1e6));
    assert_false(lcw_device(&fixture).output);
    lcw_count_anew(&fixture);
    lcw_run_ms(&fixture, 500);
    assert_int_equal(fixture.lit, 0);
    assert_in_range(fixture.played, 14900, 15100); /* and it goes on, dark */
}

static void test_disarm_is_dark_at_once(void **state)
{
    (void)state;
    start();
    for (int k = 0; k < 20; k++) {
        lcw_light_up(&fixture);
        lcw_run_ms(&fixture, 0.37 * k);
        disarm_and_expect_darkness(1.3); /* there, and a tick of the device */
    }
}

/* All copies of one try get lost: the next one comes after 100 ms; what was sent before
 * plays out meanwhile, nothing lit follows. */
static void test_disarm_with_every_copy_lost(void **state)
{
    (void)state;
    start();
    lcw_light_up(&fixture);
    lcw_fault(&fixture, SIM_LC_LOSE, 5);
    disarm_and_expect_darkness(62);
}

static void test_disarm_over_a_bad_network(void **state)
{
    struct lcw_config config = lcw_defaults();
    (void)state;
    config.device.to_it = config.device.from_it = (struct sim_datagrams_config){
        .jitter_ns = 20 * LCW_MS, .loss = 0.2, .duplicate = 0.2};
    lcw_start(&fixture, &config);
    for (int k = 0; k < 20; k++) {
        int64_t disarmed_ns;
        lcw_light_up(&fixture);
        disarmed_ns = fixture.now_ns;
        bj_stream_disarm(fixture.stream);
        lcw_run_ms(&fixture, 2000);
        assert_true(fixture.last_lit_ns <= disarmed_ns + 150 * LCW_MS);
        assert_false(lcw_device(&fixture).output);
    }
}

/* The very next moment: nothing of before the disarm may come out. */
static void test_arm_right_after_disarm(void **state)
{
    (void)state;
    start();
    lcw_light_up(&fixture);
    for (int k = 0; k < 20; k++) {
        bj_stream_disarm(fixture.stream);
        lcw_run_ms(&fixture, 0.2 * k);
        bj_stream_arm(fixture.stream);
        lcw_run_ms(&fixture, 400);
        assert_true(lcw_device(&fixture).output);
        assert_true(fixture.now_ns - fixture.last_lit_ns < LCW_MS);
    }
}

static void test_stop_is_confirmed(void **state)
{
    int64_t stopped_ns;
    (void)state;
    start();
    lcw_light_up(&fixture);
    stopped_ns = fixture.now_ns;
    bj_stream_stop(fixture.stream);
    lcw_run_ms(&fixture, 50);
    assert_true(fixture.over && fixture.result == BJ_RUN_STOPPED);
    assert_true(fixture.last_lit_ns <= stopped_ns + 2 * LCW_MS);
    assert_false(lcw_device(&fixture).output);
    assert_int_equal(lcw_device(&fixture).held, 0);
}

static void test_drains_at_the_end(void **state)
{
    (void)state;
    start();
    lcw_light_up(&fixture);
    fixture.ended = true;
    lcw_run_ms(&fixture, 1000);
    assert_true(fixture.over && fixture.result == BJ_RUN_ENDED);
    assert_int_equal(fixture.newest, (int64_t)fixture.made - 1);
    assert_int_equal(fixture.skipped, 0);
    assert_false(lcw_device(&fixture).output);
}

/* Wherever it is when the program goes: output off, ring empty. */
static void test_destroyed_at_every_moment(void **state)
{
    (void)state;
    for (int k = 0; k < 60; k++) {
        struct lcw_config config = lcw_defaults();
        int64_t gone_ns;
        if (k > 0)
            lcw_stop(&fixture);
        config.arm = true;
        lcw_start(&fixture, &config);
        lcw_run_ms(&fixture, k < 30 ? 0.17 * k : 7.3 * (k - 20));
        gone_ns = fixture.now_ns;
        bj_stream_destroy(fixture.stream);
        fixture.stream = NULL;
        lcw_run_ms(&fixture, 300);
        assert_false(lcw_device(&fixture).output);
        assert_int_equal(lcw_device(&fixture).held, 0);
        assert_true(fixture.last_lit_ns <= gone_ns + 2 * LCW_MS);
    }
}

/* When nothing can be told any more the light lasts no longer than what is queued. */
static void test_unplugged_it_plays_what_it_holds(void **state)
{
    int64_t gone_ns;
    (void)state;
    start();
    lcw_light_up(&fixture);
    gone_ns = fixture.now_ns;
    fake_net_set_route(fixture.net, LCW_IP, FAKE_ROUTE_BLACK_HOLE);
    lcw_run_ms(&fixture, 5000);
    assert_true(fixture.last_lit_ns <= gone_ns + 65 * LCW_MS);
    fake_net_set_route(fixture.net, LCW_IP, FAKE_ROUTE_OPEN);
    lcw_run_ms(&fixture, 3000);
    assert_false(lcw_device(&fixture).output); /* back, and not lit by itself */
}

#define TEST(name) cmocka_unit_test_teardown(name, stop_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {

        TEST(test_disarm_is_dark_at_once),    TEST(test_disarm_with_every_copy_lost),
        TEST(test_disarm_over_a_bad_network), TEST(test_arm_right_after_disarm),
        TEST(test_stop_is_confirmed),         TEST(test_drains_at_the_end),
        TEST(test_destroyed_at_every_moment), TEST(test_unplugged_it_plays_what_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
