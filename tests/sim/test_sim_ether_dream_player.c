/* SPDX-License-Identifier: MIT
 *
 * Playback and the point clock of the simulated Ether Dream, without any driver.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_fixture.h"

/* ---- Prepare, begin, stop ------------------------------------------------------------ */

static void test_prepare_only_when_idle(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_ask(fixture, "70").playback, 1);
    assert_int_equal(fixture_ask(fixture, "70").code, 'I');
    fixture_data(fixture, 50);
    fixture_reply(fixture);
    fixture_begin(fixture, 1000);
    struct fixture_reply reply = fixture_ask(fixture, "70");
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.playback, 2);
}

static void test_prepare_in_estop_says_invalid(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "00");
    struct fixture_reply reply = fixture_ask(fixture, "70");
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.light, 3);
    assert_int_equal(reply.playback, 0);
}

static void test_prepare_empties_the_queue(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 300, 1000);
    fixture_at_ms(fixture, 10.5);
    assert_int_equal(fixture_ask(fixture, "73").fullness, 290);
    assert_int_equal(fixture_ask(fixture, "3f").fullness, 290);
    assert_int_equal(fixture_ask(fixture, "70").fullness, 0);
    assert_int_equal(sim_ed_counters(fixture->host)->points_dropped, 290);
}

static void test_begin_when_idle_is_acknowledged_without_effect(void **state)
{
    struct fixture *fixture = *state;
    struct fixture_reply reply = fixture_begin(fixture, 30000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.rate, 0);
    assert_int_equal(sim_ed_counters(fixture->host)->begins_ignored, 1);
}

static void test_begin_without_points_underflows_at_the_first_tick(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    struct fixture_reply reply = fixture_begin(fixture, 1000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.playback, 2);
    fixture_wait_ns(fixture, 999999);
    assert_int_equal(fixture_ask(fixture, "3f").playback, 2);
    fixture_wait_ns(fixture, 1);
    reply = fixture_ask(fixture, "3f");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.flags & 7, 1 | 2); /* bit 0 is noise of this unit */
}

static void test_begin_while_playing_changes_the_rate(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 1000, 1000);
    fixture_at_ms(fixture, 10);
    struct fixture_reply reply = fixture_begin(fixture, 10000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.rate, 10000);
    assert_int_equal(reply.count, 10); /* not from zero again */
    fixture_at_ms(fixture, 20);
    assert_int_equal(fixture_ask(fixture, "3f").count, 110);
}

static void test_stop_keeps_the_level_and_zeroes_the_count(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 100, 1000);
    fixture_at_ms(fixture, 20);
    struct fixture_reply reply = fixture_ask(fixture, "73");
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 80);
    assert_int_equal(reply.count, 0);
    assert_int_equal(reply.rate, 0);
    fixture_at_ms(fixture, 40);
    assert_int_equal(fixture->played_count, 20);
    assert_int_equal(fixture_ask(fixture, "73").code, 'I');
}

static void test_stop_of_prepared(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    fixture_ask_data(fixture, 7);
    struct fixture_reply reply = fixture_ask(fixture, "73");
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.fullness, 7);
}

/* ---- The point clock ----------------------------------------------------------------- */

static void test_played_is_the_floor_of_time_times_rate(void **state)
{
    struct fixture *fixture = *state;
    const int64_t moments_ns[] = {1, 29411, 29412, 29413, 1000000, 12345678, 99999999};

    fixture_play(fixture, 3800, 34000);
    for (size_t n = 0; n < sizeof moments_ns / sizeof *moments_ns; n++) {
        fixture_wait_ns(fixture, moments_ns[n] - fixture->now_ns);
        assert_int_equal(fixture_ask(fixture, "3f").count,
                         moments_ns[n] * 34000 / BJ_NS_PER_S);
    }
}

static void test_points_have_exact_times_in_order(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 3000, 36100);
    fixture_at_ms(fixture, 90);
    assert_int_equal(fixture->played_count, 3000);
    for (int n = 0; n < 3000; n++) {
        int64_t exact_ns = ((n + 1) * BJ_NS_PER_S + 36099) / 36100;
        assert_int_equal(fixture->played[n].x, n);
        assert_int_equal(fixture->played[n].time_ns, exact_ns);
    }
}

static void test_how_often_one_looks_does_not_matter(void **state)
{
    struct fixture *fixture = *state;
    static struct sim_ed_point seldom[2000];

    fixture_play(fixture, 2000, 33333);
    fixture_at_ms(fixture, 70);
    memcpy(seldom, fixture->played, sizeof seldom);
    fixture_restart_as(fixture, "ed2");
    fixture_play(fixture, 2000, 33333);
    for (int n = 0; n < 70000; n++) {
        fixture_wait_ns(fixture, 1000);
    }
    for (int n = 0; n < 2000; n++) {
        assert_int_equal(fixture->played[n].x, seldom[n].x);
        assert_int_equal(fixture->played[n].time_ns, seldom[n].time_ns);
    }
}

static void test_skew_is_exact(void **state)
{
    struct fixture *fixture = *state;
    struct sim_ed_config config = sim_ed_defaults();

    fixture_stop(fixture);
    config.skew_ppm = 500;
    fixture_start(fixture, config);
    fixture_play(fixture, 3000, 30000);
    fixture_at_ms(fixture, 100);
    assert_int_equal(fixture->played[1999].time_ns, 66633350); /* 2000 / 30015 s */
}

static void test_skew_can_change_while_playing(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 3800, 10000);
    fixture_at_ms(fixture, 100);
    sim_ed_set_skew(fixture->host, fixture->now_ns, 100000);
    fixture_at_ms(fixture, 200);
    assert_int_equal(fixture_ask(fixture, "3f").count, 1000 + 1100);
}

static void test_timer_ticks_of_24_mhz(void **state)
{
    struct fixture *fixture = *state;
    struct sim_ed_config config = sim_ed_defaults();

    fixture_stop(fixture);
    config.timer_ticks = true;
    fixture_start(fixture, config);
    fixture_play(fixture, 3800, 44100); /* 544 ticks: 44117.6 a second */
    fixture_at_ms(fixture, 85);
    assert_int_equal(fixture->played_count, 3750);
    assert_int_equal(fixture->played[2999].time_ns, 68000000); /* 3000 * 544 / 24e6 s */
}

static void test_an_hour_does_not_drift(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 3000, 997);
    for (int second = 1; second <= 3600; second++) {
        fixture_at_ms(fixture, second * 1000.0);
        assert_int_equal(fixture_ask(fixture, "3f").count, (uint32_t)second * 997);
        assert_int_equal(fixture_ask_data(fixture, 997).code, 'a');
    }
}

/* ---- Underflow ----------------------------------------------------------------------- */

static void test_underflow_one_tick_after_the_last_point(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 10, 1000);
    fixture_at_ms(fixture, 10.9);
    struct fixture_reply reply = fixture_ask(fixture, "3f");
    assert_int_equal(reply.playback, 2);
    assert_int_equal(reply.fullness, 0);
    assert_int_equal(reply.count, 10);
    fixture_at_ms(fixture, 11);
    reply = fixture_ask(fixture, "3f");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.flags & 6, 2);
    assert_int_equal(reply.rate, 0);
    assert_int_equal(reply.count, 0);
    assert_int_equal(sim_ed_counters(fixture->host)->underflows, 1);
}

static void test_underflow_flag_stays_until_prepare(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 1, 1000);
    fixture_at_ms(fixture, 5);
    assert_int_equal(fixture_ask(fixture, "73").flags & 6, 2);
    assert_int_equal(fixture_begin(fixture, 1000).flags & 6, 2);
    assert_int_equal(fixture_ask(fixture, "70").flags & 6, 0);
}

static void test_prepared_never_drains(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    fixture_ask_data(fixture, 100);
    fixture_at_ms(fixture, 60000);
    struct fixture_reply reply = fixture_ask(fixture, "3f");
    assert_int_equal(reply.fullness, 100);
    assert_int_equal(reply.playback, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_prepare_only_when_idle),
        FIXTURE_TEST(test_prepare_in_estop_says_invalid),
        FIXTURE_TEST(test_prepare_empties_the_queue),
        FIXTURE_TEST(test_begin_when_idle_is_acknowledged_without_effect),
        FIXTURE_TEST(test_begin_without_points_underflows_at_the_first_tick),
        FIXTURE_TEST(test_begin_while_playing_changes_the_rate),
        FIXTURE_TEST(test_stop_keeps_the_level_and_zeroes_the_count),
        FIXTURE_TEST(test_stop_of_prepared),
        FIXTURE_TEST(test_played_is_the_floor_of_time_times_rate),
        FIXTURE_TEST(test_points_have_exact_times_in_order),
        FIXTURE_TEST(test_how_often_one_looks_does_not_matter),
        FIXTURE_TEST(test_skew_is_exact),
        FIXTURE_TEST(test_skew_can_change_while_playing),
        FIXTURE_TEST(test_timer_ticks_of_24_mhz),
        FIXTURE_TEST(test_an_hour_does_not_drift),
        FIXTURE_TEST(test_underflow_one_tick_after_the_last_point),
        FIXTURE_TEST(test_underflow_flag_stays_until_prepare),
        FIXTURE_TEST(test_prepared_never_drains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
