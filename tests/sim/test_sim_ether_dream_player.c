/* SPDX-License-Identifier: MIT
 *
 * Playback and the point clock of the simulated Ether Dream, without any driver.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_rig.h"

/* ---- Prepare, begin, stop ------------------------------------------------------------ */

static void test_prepare_only_when_idle(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(rig_ask(rig, "70").playback, 1);
    assert_int_equal(rig_ask(rig, "70").code, 'I');
    rig_data(rig, 50);
    rig_reply(rig);
    rig_begin(rig, 1000);
    struct rig_reply reply = rig_ask(rig, "70");
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.playback, 2);
}

static void test_prepare_in_estop_says_invalid(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "00");
    struct rig_reply reply = rig_ask(rig, "70");
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.light, 3);
    assert_int_equal(reply.playback, 0);
}

static void test_prepare_empties_the_queue(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 300, 1000);
    rig_at_ms(rig, 10.5);
    assert_int_equal(rig_ask(rig, "73").fullness, 290);
    assert_int_equal(rig_ask(rig, "3f").fullness, 290);
    assert_int_equal(rig_ask(rig, "70").fullness, 0);
    assert_int_equal(sim_ed_counters(rig->host)->points_dropped, 290);
}

static void test_begin_when_idle_is_acknowledged_without_effect(void **state)
{
    struct rig *rig = *state;
    struct rig_reply reply = rig_begin(rig, 30000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.rate, 0);
    assert_int_equal(sim_ed_counters(rig->host)->begins_ignored, 1);
}

static void test_begin_without_points_underflows_at_the_first_tick(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    struct rig_reply reply = rig_begin(rig, 1000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.playback, 2);
    rig_wait_ns(rig, 999999);
    assert_int_equal(rig_ask(rig, "3f").playback, 2);
    rig_wait_ns(rig, 1);
    reply = rig_ask(rig, "3f");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.flags & 7, 1 | 2); /* bit 0 is noise of this unit */
}

static void test_begin_while_playing_changes_the_rate(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 1000, 1000);
    rig_at_ms(rig, 10);
    struct rig_reply reply = rig_begin(rig, 10000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.rate, 10000);
    assert_int_equal(reply.count, 10); /* not from zero again */
    rig_at_ms(rig, 20);
    assert_int_equal(rig_ask(rig, "3f").count, 110);
}

static void test_stop_keeps_the_level_and_zeroes_the_count(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 100, 1000);
    rig_at_ms(rig, 20);
    struct rig_reply reply = rig_ask(rig, "73");
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 80);
    assert_int_equal(reply.count, 0);
    assert_int_equal(reply.rate, 0);
    rig_at_ms(rig, 40);
    assert_int_equal(rig->played_count, 20);
    assert_int_equal(rig_ask(rig, "73").code, 'I');
}

static void test_stop_of_prepared(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    rig_ask_data(rig, 7);
    struct rig_reply reply = rig_ask(rig, "73");
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.fullness, 7);
}

/* ---- The point clock ----------------------------------------------------------------- */

static void test_played_is_the_floor_of_time_times_rate(void **state)
{
    struct rig *rig = *state;
    const int64_t moments_ns[] = {1, 29411, 29412, 29413, 1000000, 12345678, 99999999};

    rig_play(rig, 3800, 34000);
    for (size_t n = 0; n < sizeof moments_ns / sizeof *moments_ns; n++) {
        rig_wait_ns(rig, moments_ns[n] - rig->now_ns);
        assert_int_equal(rig_ask(rig, "3f").count, moments_ns[n] * 34000 / BJ_NS_PER_S);
    }
}

static void test_points_have_exact_times_in_order(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 3000, 36100);
    rig_at_ms(rig, 90);
    assert_int_equal(rig->played_count, 3000);
    for (int n = 0; n < 3000; n++) {
        int64_t exact_ns = ((n + 1) * BJ_NS_PER_S + 36099) / 36100;
        assert_int_equal(rig->played[n].x, n);
        assert_int_equal(rig->played[n].time_ns, exact_ns);
    }
}

static void test_how_often_one_looks_does_not_matter(void **state)
{
    struct rig *rig = *state;
    static struct sim_ed_point seldom[2000];

    rig_play(rig, 2000, 33333);
    rig_at_ms(rig, 70);
    memcpy(seldom, rig->played, sizeof seldom);
    rig_restart_as(rig, "ed2");
    rig_play(rig, 2000, 33333);
    for (int n = 0; n < 70000; n++) {
        rig_wait_ns(rig, 1000);
    }
    for (int n = 0; n < 2000; n++) {
        assert_int_equal(rig->played[n].x, seldom[n].x);
        assert_int_equal(rig->played[n].time_ns, seldom[n].time_ns);
    }
}

static void test_skew_is_exact(void **state)
{
    struct rig *rig = *state;
    struct sim_ed_config config = sim_ed_defaults();

    rig_stop(rig);
    config.skew_ppm = 500;
    rig_start(rig, config);
    rig_play(rig, 3000, 30000);
    rig_at_ms(rig, 100);
    assert_int_equal(rig->played[1999].time_ns, 66633350); /* 2000 / 30015 s */
}

static void test_skew_can_change_while_playing(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 3800, 10000);
    rig_at_ms(rig, 100);
    sim_ed_set_skew(rig->host, rig->now_ns, 100000);
    rig_at_ms(rig, 200);
    assert_int_equal(rig_ask(rig, "3f").count, 1000 + 1100);
}

static void test_timer_ticks_of_24_mhz(void **state)
{
    struct rig *rig = *state;
    struct sim_ed_config config = sim_ed_defaults();

    rig_stop(rig);
    config.timer_ticks = true;
    rig_start(rig, config);
    rig_play(rig, 3800, 44100); /* 544 ticks: 44117.6 a second */
    rig_at_ms(rig, 85);
    assert_int_equal(rig->played_count, 3750);
    assert_int_equal(rig->played[2999].time_ns, 68000000); /* 3000 * 544 / 24e6 s */
}

static void test_an_hour_does_not_drift(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 3000, 997);
    for (int second = 1; second <= 3600; second++) {
        rig_at_ms(rig, second * 1000.0);
        assert_int_equal(rig_ask(rig, "3f").count, (uint32_t)second * 997);
        assert_int_equal(rig_ask_data(rig, 997).code, 'a');
    }
}

/* ---- Underflow ----------------------------------------------------------------------- */

static void test_underflow_one_tick_after_the_last_point(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 10, 1000);
    rig_at_ms(rig, 10.9);
    struct rig_reply reply = rig_ask(rig, "3f");
    assert_int_equal(reply.playback, 2);
    assert_int_equal(reply.fullness, 0);
    assert_int_equal(reply.count, 10);
    rig_at_ms(rig, 11);
    reply = rig_ask(rig, "3f");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.flags & 6, 2);
    assert_int_equal(reply.rate, 0);
    assert_int_equal(reply.count, 0);
    assert_int_equal(sim_ed_counters(rig->host)->underflows, 1);
}

static void test_underflow_flag_stays_until_prepare(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 1, 1000);
    rig_at_ms(rig, 5);
    assert_int_equal(rig_ask(rig, "73").flags & 6, 2);
    assert_int_equal(rig_begin(rig, 1000).flags & 6, 2);
    assert_int_equal(rig_ask(rig, "70").flags & 6, 0);
}

static void test_prepared_never_drains(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    rig_ask_data(rig, 100);
    rig_at_ms(rig, 60000);
    struct rig_reply reply = rig_ask(rig, "3f");
    assert_int_equal(reply.fullness, 100);
    assert_int_equal(reply.playback, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_prepare_only_when_idle),
        RIG_TEST(test_prepare_in_estop_says_invalid),
        RIG_TEST(test_prepare_empties_the_queue),
        RIG_TEST(test_begin_when_idle_is_acknowledged_without_effect),
        RIG_TEST(test_begin_without_points_underflows_at_the_first_tick),
        RIG_TEST(test_begin_while_playing_changes_the_rate),
        RIG_TEST(test_stop_keeps_the_level_and_zeroes_the_count),
        RIG_TEST(test_stop_of_prepared),
        RIG_TEST(test_played_is_the_floor_of_time_times_rate),
        RIG_TEST(test_points_have_exact_times_in_order),
        RIG_TEST(test_how_often_one_looks_does_not_matter),
        RIG_TEST(test_skew_is_exact),
        RIG_TEST(test_skew_can_change_while_playing),
        RIG_TEST(test_timer_ticks_of_24_mhz),
        RIG_TEST(test_an_hour_does_not_drift),
        RIG_TEST(test_underflow_one_tick_after_the_last_point),
        RIG_TEST(test_underflow_flag_stays_until_prepare),
        RIG_TEST(test_prepared_never_drains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
