/* SPDX-License-Identifier: MIT
 *
 * Darkness: after disarm, on every way out and from every state; and staying alive.
 */
#include "idn_fixture.h"

static struct idn_fixture the_fixture, *const fixture = &the_fixture;

#define MS BJ_NS_PER_MS

/* ---- Disarm -------------------------------------------------------------------------- */

static void disarm(void)
{
    bj_stream_disarm(fixture->stream);
    bj_wait_until(&fixture->wait, fixture->now_ns);
}

static void test_disarm_is_dark_at_once(void **state)
{
    static const char *const profiles[] = {"openidn", "spec"};

    (void)state;
    for (int k = 0; k < 2; k++) {
        idn_fixture_start_as(fixture, profiles[k], 30000);
        idn_fixture_light_up(fixture);
        disarm();
        idn_fixture_expect_dark(fixture, 0.01);
        idn_fixture_run_ms(fixture, 1000);
        assert_int_equal(idn_fixture_counters(fixture)->aborts, 1);
        assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_STREAMING);
        assert_in_range(idn_fixture_stats(fixture).flushed_points, 1300, 1500);
        fixture->dark_from_ns = BJ_NEVER;
        bj_stream_arm(fixture->stream);
        bj_wait_until(&fixture->wait, fixture->now_ns);
        idn_fixture_count_anew(fixture);
        idn_fixture_run_ms(fixture, 500);
        assert_true(fixture->lit > 12000);
        assert_int_equal(idn_fixture_counters(fixture)->dries, 0);
        idn_fixture_stop(fixture);
    }
}

/* Who cannot throw anything away plays what it has: the target buffer. */
static void test_disarm_of_a_simple_one_is_dark_within_the_buffer(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "simple", 30000);
    idn_fixture_light_up(fixture);
    disarm();
    idn_fixture_expect_dark(fixture, 60);
    idn_fixture_run_ms(fixture, 1000);
    idn_fixture_stop(fixture);
}

/* A datagram is all that says so: if it gets lost, what is queued is all that is left. */
static void test_disarm_on_a_bad_way(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_fault(fixture, SIM_IDN_DROP, 1);
    disarm();
    idn_fixture_expect_dark(fixture, 75);
    idn_fixture_run_ms(fixture, 1000);
    assert_int_equal(idn_fixture_counters(fixture)->aborts, 0);
    idn_fixture_stop(fixture);
}

static void test_disarm_again_and_again(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    for (int k = 0; k < 50; k++) {
        disarm();
        idn_fixture_expect_dark(fixture, 0.01);
        idn_fixture_run_ms(fixture, 7.3 * (k % 5));
        fixture->dark_from_ns = BJ_NEVER;
        bj_stream_arm(fixture->stream);
        bj_wait_until(&fixture->wait, fixture->now_ns);
        idn_fixture_run_ms(fixture, 3.1 * (k % 7));
    }
    idn_fixture_run_ms(fixture, 300);
    assert_int_equal(idn_fixture_stats(fixture).reconnects, 0);
    assert_true(idn_fixture_stats(fixture).armed);
    assert_true(fixture->last_lit_ns > fixture->now_ns - 5 * MS);
    idn_fixture_stop(fixture);
}

/* ---- Ways out ------------------------------------------------------------------------ */

static void leave(void)
{
    bj_stream_stop(fixture->stream);
    bj_wait_until(&fixture->wait, fixture->now_ns);
}

static void test_stop_is_dark_at_once_and_closes(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    leave();
    idn_fixture_expect_dark(fixture, 0.01);
    idn_fixture_run_ms(fixture, 20);
    assert_int_equal(fixture->result, BJ_RUN_STOPPED);
    assert_int_equal(sim_idn_connections(fixture->device), 0);
    assert_false(sim_idn_shutter_open(fixture->device, 1));
    idn_fixture_stop(fixture);
}

static void test_stop_of_a_simple_one_waits_until_it_has_played(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "simple", 30000);
    idn_fixture_light_up(fixture);
    leave();
    idn_fixture_expect_dark(fixture, 60);
    idn_fixture_run_ms(fixture, 50);
    assert_int_equal(fixture->result, BJ_RUN_GOING);
    idn_fixture_run_ms(fixture, 150);
    assert_int_equal(fixture->result, BJ_RUN_STOPPED);
    idn_fixture_stop(fixture);
}

static void test_stop_insists(void **state)
{
    const struct sim_datagrams_config bad = {.loss = 0.6};

    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_link(fixture, &bad);
    leave();
    idn_fixture_expect_dark(fixture, 75);
    idn_fixture_run_ms(fixture, 600);
    assert_int_equal(fixture->result, BJ_RUN_STOPPED);
    idn_fixture_run_ms(fixture, 1500);
    assert_int_equal(sim_idn_connections(fixture->device), 0);
    idn_fixture_stop(fixture);
}

static void vanish(void)
{
    bj_stream_destroy(fixture->stream);
    fixture->stream = NULL;
    fixture->result = BJ_RUN_STOPPED;
    bj_wait_init(&fixture->wait);
}

/* However far it has come: gone, without a socket left, and dark. */
static void test_leaving_at_any_moment(void **state)
{
    (void)state;
    for (int at = 0; at < 120; at++) {
        struct sim_idn_config device = sim_idn_defaults();
        device.link.latency_ns = 7 * MS;
        device.profile = *sim_idn_profile(at % 2 ? "openidn" : "spec");
        idn_fixture_start_armed(fixture, &device);
        idn_fixture_run_ms(fixture, at * 1.7);
        if (at % 3 > 0)
            leave();
        else
            vanish();
        idn_fixture_expect_dark(fixture, 15);
        idn_fixture_run_ms(fixture, 700);
        assert_int_not_equal(fixture->result, BJ_RUN_GOING);
        assert_int_equal(sim_idn_connections(fixture->device), 0);
        idn_fixture_stop(fixture);
    }
}

static void test_leaving_while_looking_for_it(void **state)
{
    (void)state;
    idn_fixture_start_empty(fixture, IDN_FIXTURE_ID, (struct bj_address){0}, 30000);
    idn_fixture_run_ms(fixture, 700);
    leave();
    idn_fixture_run_ms(fixture, 10);
    assert_int_equal(fixture->result, BJ_RUN_STOPPED);
    idn_fixture_stop(fixture);
}

/* A killed program sends nothing any more. */
static void test_silence_of_the_sender_is_dark_within_its_buffer(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    fixture->late_ns = 3600 * BJ_NS_PER_S;
    idn_fixture_expect_dark(fixture, 75);
    idn_fixture_run_ms(fixture, 1500);
    assert_int_equal(sim_idn_connections(fixture->device), 0);
    idn_fixture_stop(fixture);
}

/* ---- Alive --------------------------------------------------------------------------- */

static void test_a_silent_receiver_is_given_up(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_fault(fixture, SIM_IDN_SILENT, 5000 * MS);
    idn_fixture_run_ms(fixture, 850);
    assert_true(idn_fixture_stats(fixture).armed);
    idn_fixture_expect_dark(fixture, 300);
    idn_fixture_run_ms(fixture, 300);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_RECONNECTING);
    idn_fixture_run_ms(fixture, 6000);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_STREAMING);
    assert_false(idn_fixture_stats(fixture).armed);
    idn_fixture_stop(fixture);
}

static void test_a_silent_simple_one_too(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "simple", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_fault(fixture, SIM_IDN_SILENT, 10000 * MS);
    idn_fixture_run_ms(fixture, 700);
    assert_true(idn_fixture_stats(fixture).armed);
    idn_fixture_expect_dark(fixture, 500);
    idn_fixture_run_ms(fixture, 500);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_RECONNECTING);
    idn_fixture_stop(fixture);
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
