/* SPDX-License-Identifier: MIT
 *
 * Darkness: after disarm, on every way out and from every state; and staying alive.
 */
#include "idn_world.h"

static struct idn_world the_world, *const world = &the_world;

#define MS BJ_NS_PER_MS

/* ---- Disarm ----------------------------------------------------------------------------- */

static void disarm(void)
{
    bj_stream_disarm(world->stream);
    bj_wait_until(&world->wait, world->now_ns);
}

static void test_disarm_is_dark_at_once(void **state)
{
    static const char *const profiles[] = {"openidn", "spec"};

    (void)state;
    for (int k = 0; k < 2; k++) {
        idn_world_start_as(world, profiles[k], 30000);
        idn_world_light_up(world);
        disarm();
        idn_world_expect_dark(world, 0.01);
        idn_world_run_ms(world, 1000);
        assert_int_equal(idn_world_counters(world)->aborts, 1);
        assert_int_equal(idn_world_stats(world).state, BJ_STREAM_STREAMING);
        assert_in_range(idn_world_stats(world).flushed_points, 1300, 1500);
        world->dark_from_ns = BJ_NEVER;
        bj_stream_arm(world->stream);
        bj_wait_until(&world->wait, world->now_ns);
        idn_world_count_anew(world);
        idn_world_run_ms(world, 500);
        assert_true(world->lit > 12000);
        assert_int_equal(idn_world_counters(world)->dries, 0);
        idn_world_stop(world);
    }
}

/* Who cannot throw anything away plays what it has: the target buffer. */
static void test_disarm_of_a_simple_one_is_dark_within_the_buffer(void **state)
{
    (void)state;
    idn_world_start_as(world, "simple", 30000);
    idn_world_light_up(world);
    disarm();
    idn_world_expect_dark(world, 60);
    idn_world_run_ms(world, 1000);
    idn_world_stop(world);
}

/* A datagram is all that says so: if it gets lost, what is queued is all that is left. */
static void test_disarm_on_a_bad_way(void **state)
{
    (void)state;
    idn_world_start_as(world, "openidn", 30000);
    idn_world_light_up(world);
    idn_world_fault(world, SIM_IDN_DROP, 1);
    disarm();
    idn_world_expect_dark(world, 75);
    idn_world_run_ms(world, 1000);
    assert_int_equal(idn_world_counters(world)->aborts, 0);
    idn_world_stop(world);
}

static void test_disarm_again_and_again(void **state)
{
    (void)state;
    idn_world_start_as(world, "openidn", 30000);
    idn_world_light_up(world);
    for (int k = 0; k < 50; k++) {
        disarm();
        idn_world_expect_dark(world, 0.01);
        idn_world_run_ms(world, 7.3 * (k % 5));
        world->dark_from_ns = BJ_NEVER;
        bj_stream_arm(world->stream);
        bj_wait_until(&world->wait, world->now_ns);
        idn_world_run_ms(world, 3.1 * (k % 7));
    }
    idn_world_run_ms(world, 300);
    assert_int_equal(idn_world_stats(world).reconnects, 0);
    assert_true(idn_world_stats(world).armed);
    assert_true(world->last_lit_ns > world->now_ns - 5 * MS);
    idn_world_stop(world);
}

/* ---- Ways out --------------------------------------------------------------------------- */

static void leave(void)
{
    bj_stream_stop(world->stream);
    bj_wait_until(&world->wait, world->now_ns);
}

static void test_stop_is_dark_at_once_and_closes(void **state)
{
    (void)state;
    idn_world_start_as(world, "openidn", 30000);
    idn_world_light_up(world);
    leave();
    idn_world_expect_dark(world, 0.01);
    idn_world_run_ms(world, 20);
    assert_int_equal(world->result, BJ_RUN_STOPPED);
    assert_int_equal(sim_idn_connections(world->device), 0);
    assert_false(sim_idn_shutter_open(world->device, 1));
    idn_world_stop(world);
}

static void test_stop_of_a_simple_one_waits_until_it_has_played(void **state)
{
    (void)state;
    idn_world_start_as(world, "simple", 30000);
    idn_world_light_up(world);
    leave();
    idn_world_expect_dark(world, 60);
    idn_world_run_ms(world, 50);
    assert_int_equal(world->result, BJ_RUN_GOING);
    idn_world_run_ms(world, 150);
    assert_int_equal(world->result, BJ_RUN_STOPPED);
    idn_world_stop(world);
}

static void test_stop_insists(void **state)
{
    const struct sim_datagrams_config bad = {.loss = 0.6};

    (void)state;
    idn_world_start_as(world, "openidn", 30000);
    idn_world_light_up(world);
    idn_world_link(world, &bad);
    leave();
    idn_world_expect_dark(world, 75);
    idn_world_run_ms(world, 600);
    assert_int_equal(world->result, BJ_RUN_STOPPED);
    idn_world_run_ms(world, 1500);
    assert_int_equal(sim_idn_connections(world->device), 0);
    idn_world_stop(world);
}

static void vanish(void)
{
    bj_stream_destroy(world->stream);
    world->stream = NULL;
    world->result = BJ_RUN_STOPPED;
    bj_wait_init(&world->wait);
}

/* However far it has come: gone, without a socket left, and dark. */
static void test_leaving_at_any_moment(void **state)
{
    (void)state;
    for (int at = 0; at < 120; at++) {
        struct sim_idn_config device = sim_idn_defaults();
        device.link.latency_ns = 7 * MS;
        device.profile = *sim_idn_profile(at % 2 ? "openidn" : "spec");
        idn_world_start_armed(world, &device);
        idn_world_run_ms(world, at * 1.7);
        if (at % 3 > 0)
            leave();
        else
            vanish();
        idn_world_expect_dark(world, 15);
        idn_world_run_ms(world, 700);
        assert_int_not_equal(world->result, BJ_RUN_GOING);
        assert_int_equal(sim_idn_connections(world->device), 0);
        idn_world_stop(world);
    }
}

static void test_leaving_while_looking_for_it(void **state)
{
    (void)state;
    idn_world_start_empty(world, IDN_WORLD_ID, (struct bj_address){0}, 30000);
    idn_world_run_ms(world, 700);
    leave();
    idn_world_run_ms(world, 10);
    assert_int_equal(world->result, BJ_RUN_STOPPED);
    idn_world_stop(world);
}

/* A killed program sends nothing any more. */
static void test_silence_of_the_sender_is_dark_within_its_buffer(void **state)
{
    (void)state;
    idn_world_start_as(world, "openidn", 30000);
    idn_world_light_up(world);
    world->late_ns = 3600 * BJ_NS_PER_S;
    idn_world_expect_dark(world, 75);
    idn_world_run_ms(world, 1500);
    assert_int_equal(sim_idn_connections(world->device), 0);
    idn_world_stop(world);
}

/* ---- Alive ------------------------------------------------------------------------------ */

static void test_a_silent_receiver_is_given_up(void **state)
{
    (void)state;
    idn_world_start_as(world, "openidn", 30000);
    idn_world_light_up(world);
    idn_world_fault(world, SIM_IDN_SILENT, 5000 * MS);
    idn_world_run_ms(world, 850);
    assert_true(idn_world_stats(world).armed);
    idn_world_expect_dark(world, 300);
    idn_world_run_ms(world, 300);
    assert_int_equal(idn_world_stats(world).state, BJ_STREAM_RECONNECTING);
    idn_world_run_ms(world, 6000);
    assert_int_equal(idn_world_stats(world).state, BJ_STREAM_STREAMING);
    assert_false(idn_world_stats(world).armed);
    idn_world_stop(world);
}

static void test_a_silent_simple_one_too(void **state)
{
    (void)state;
    idn_world_start_as(world, "simple", 30000);
    idn_world_light_up(world);
    idn_world_fault(world, SIM_IDN_SILENT, 10000 * MS);
    idn_world_run_ms(world, 700);
    assert_true(idn_world_stats(world).armed);
    idn_world_expect_dark(world, 500);
    idn_world_run_ms(world, 500);
    assert_int_equal(idn_world_stats(world).state, BJ_STREAM_RECONNECTING);
    idn_world_stop(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disarm_is_dark_at_once),
        cmocka_unit_test(test_disarm_of_a_simple_one_is_dark_within_the_buffer),
        cmocka_unit_test(test_disarm_on_a_bad_way),
        cmocka_unit_test(test_disarm_again_and_again),
        cmocka_unit_test(test_stop_is_dark_at_once_and_closes),
        cmocka_unit_test(test_stop_of_a_simple_one_waits_until_it_has_played),
        cmocka_unit_test(test_stop_insists),
        cmocka_unit_test(test_leaving_at_any_moment),
        cmocka_unit_test(test_leaving_while_looking_for_it),
        cmocka_unit_test(test_silence_of_the_sender_is_dark_within_its_buffer),
        cmocka_unit_test(test_a_silent_receiver_is_given_up),
        cmocka_unit_test(test_a_silent_simple_one_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
