/* SPDX-License-Identifier: MIT
 *
 * The rules of the simulated Ether Dream, one by one, without any driver.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_rig.h"

static struct rig rig;

static int start(void **state)
{
    (void)state;
    rig_start(&rig, sim_ed_defaults());
    return 0;
}

static int finish(void **state)
{
    (void)state;
    rig_stop(&rig);
    return 0;
}

static void restart_as(const char *profile)
{
    struct sim_ed_config config = sim_ed_defaults();

    rig_stop(&rig);
    config.profile = *sim_ed_profile(profile);
    rig_start(&rig, config);
}

static void restart_with(struct sim_ed_profile profile)
{
    struct sim_ed_config config = sim_ed_defaults();

    rig_stop(&rig);
    config.profile = profile;
    rig_start(&rig, config);
}

static const struct sim_ed_counters *counters(void)
{
    return sim_ed_counters(rig.host);
}

/* ---- Prepare, begin, stop ---------------------------------------------------------------------- */

static void test_prepare_only_when_idle(void **state)
{
    (void)state;
    assert_int_equal(rig_ask(&rig, "70").playback, 1);
    assert_int_equal(rig_ask(&rig, "70").code, 'I');
    rig_data(&rig, 50);
    rig_reply(&rig);
    rig_begin(&rig, 1000);
    struct rig_reply reply = rig_ask(&rig, "70");
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.playback, 2);
}

static void test_prepare_in_estop_says_invalid(void **state)
{
    (void)state;
    rig_ask(&rig, "00");
    struct rig_reply reply = rig_ask(&rig, "70");
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.light, 3);
    assert_int_equal(reply.playback, 0);
}

static void test_prepare_empties_the_queue(void **state)
{
    (void)state;
    rig_play(&rig, 300, 1000);
    rig_at_ms(&rig, 10.5);
    assert_int_equal(rig_ask(&rig, "73").fullness, 290);
    assert_int_equal(rig_ask(&rig, "3f").fullness, 290);
    assert_int_equal(rig_ask(&rig, "70").fullness, 0);
    assert_int_equal(counters()->points_dropped, 290);
}

static void test_begin_when_idle_is_acknowledged_without_effect(void **state)
{
    (void)state;
    struct rig_reply reply = rig_begin(&rig, 30000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.rate, 0);
    assert_int_equal(counters()->begins_ignored, 1);
}

static void test_begin_without_points_underflows_at_the_first_tick(void **state)
{
    (void)state;
    rig_ask(&rig, "70");
    struct rig_reply reply = rig_begin(&rig, 1000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.playback, 2);
    rig_wait_ns(&rig, 999999);
    assert_int_equal(rig_ask(&rig, "3f").playback, 2);
    rig_wait_ns(&rig, 1);
    reply = rig_ask(&rig, "3f");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.flags & 7, 1 | 2); /* bit 0 is noise of this unit */
}

static void test_begin_while_playing_changes_the_rate(void **state)
{
    (void)state;
    rig_play(&rig, 1000, 1000);
    rig_at_ms(&rig, 10);
    struct rig_reply reply = rig_begin(&rig, 10000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.rate, 10000);
    assert_int_equal(reply.count, 10); /* not from zero again */
    rig_at_ms(&rig, 20);
    assert_int_equal(rig_ask(&rig, "3f").count, 110);
}

static void test_stop_keeps_the_level_and_zeroes_the_count(void **state)
{
    (void)state;
    rig_play(&rig, 100, 1000);
    rig_at_ms(&rig, 20);
    struct rig_reply reply = rig_ask(&rig, "73");
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 80);
    assert_int_equal(reply.count, 0);
    assert_int_equal(reply.rate, 0);
    rig_at_ms(&rig, 40);
    assert_int_equal(rig.played_count, 20);
    assert_int_equal(rig_ask(&rig, "73").code, 'I');
}

static void test_stop_of_prepared(void **state)
{
    (void)state;
    rig_ask(&rig, "70");
    rig_ask_data(&rig, 7);
    struct rig_reply reply = rig_ask(&rig, "73");
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.fullness, 7);
}

/* ---- The point clock ------------------------------------------------------------------------------ */

static void test_played_is_the_floor_of_time_times_rate(void **state)
{
    const int64_t moments_ns[] = {1, 29411, 29412, 29413, 1000000, 12345678, 99999999};
    (void)state;

    rig_play(&rig, 3800, 34000);
    for (size_t n = 0; n < sizeof moments_ns / sizeof *moments_ns; n++) {
        rig_wait_ns(&rig, moments_ns[n] - rig.now_ns);
        assert_int_equal(rig_ask(&rig, "3f").count, moments_ns[n] * 34000 / BJ_NS_PER_S);
    }
}

static void test_points_have_exact_times_in_order(void **state)
{
    (void)state;
    rig_play(&rig, 3000, 36100);
    rig_at_ms(&rig, 90);
    assert_int_equal(rig.played_count, 3000);
    for (int n = 0; n < 3000; n++) {
        int64_t exact_ns = ((n + 1) * BJ_NS_PER_S + 36099) / 36100;
        assert_int_equal(rig.played[n].x, n);
        assert_int_equal(rig.played[n].time_ns, exact_ns);
    }
}

static void test_how_often_one_looks_does_not_matter(void **state)
{
    static struct sim_ed_point seldom[2000];
    (void)state;

    rig_play(&rig, 2000, 33333);
    rig_at_ms(&rig, 70);
    memcpy(seldom, rig.played, sizeof seldom);
    restart_as("ed2");
    rig_play(&rig, 2000, 33333);
    for (int n = 0; n < 70000; n++) {
        rig_wait_ns(&rig, 1000);
    }
    assert_memory_equal(seldom, rig.played, sizeof seldom);
}

static void test_skew_is_exact(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();
    (void)state;

    rig_stop(&rig);
    config.skew_ppm = 500;
    rig_start(&rig, config);
    rig_play(&rig, 3000, 30000);
    rig_at_ms(&rig, 100);
    assert_int_equal(rig.played[1999].time_ns, 66633350); /* 2000 / 30015 s */
}

static void test_skew_can_change_while_playing(void **state)
{
    (void)state;
    rig_play(&rig, 3800, 10000);
    rig_at_ms(&rig, 100);
    sim_ed_set_skew(rig.host, rig.now_ns, 100000);
    rig_at_ms(&rig, 200);
    assert_int_equal(rig_ask(&rig, "3f").count, 1000 + 1100);
}

static void test_timer_ticks_of_24_mhz(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();
    (void)state;

    rig_stop(&rig);
    config.timer_ticks = true;
    rig_start(&rig, config);
    rig_play(&rig, 3800, 44100); /* 544 ticks: 44117.6 a second */
    rig_at_ms(&rig, 85);
    assert_int_equal(rig.played_count, 3750);
    assert_int_equal(rig.played[2999].time_ns, 68000000); /* 3000 * 544 / 24e6 s */
}

static void test_an_hour_does_not_drift(void **state)
{
    (void)state;
    rig_play(&rig, 3000, 997);
    for (int second = 1; second <= 3600; second++) {
        rig_at_ms(&rig, second * 1000.0);
        assert_int_equal(rig_ask(&rig, "3f").count, (uint32_t)second * 997);
        assert_int_equal(rig_ask_data(&rig, 997).code, 'a');
    }
}

/* ---- Underflow -------------------------------------------------------------------------------------- */

static void test_underflow_one_tick_after_the_last_point(void **state)
{
    (void)state;
    rig_play(&rig, 10, 1000);
    rig_at_ms(&rig, 10.9);
    struct rig_reply reply = rig_ask(&rig, "3f");
    assert_int_equal(reply.playback, 2);
    assert_int_equal(reply.fullness, 0);
    assert_int_equal(reply.count, 10);
    rig_at_ms(&rig, 11);
    reply = rig_ask(&rig, "3f");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.flags & 6, 2);
    assert_int_equal(reply.rate, 0);
    assert_int_equal(reply.count, 0);
    assert_int_equal(counters()->underflows, 1);
}

static void test_underflow_flag_stays_until_prepare(void **state)
{
    (void)state;
    rig_play(&rig, 1, 1000);
    rig_at_ms(&rig, 5);
    assert_int_equal(rig_ask(&rig, "73").flags & 6, 2);
    assert_int_equal(rig_begin(&rig, 1000).flags & 6, 2);
    assert_int_equal(rig_ask(&rig, "70").flags & 6, 0);
}

static void test_prepared_never_drains(void **state)
{
    (void)state;
    rig_ask(&rig, "70");
    rig_ask_data(&rig, 100);
    rig_at_ms(&rig, 60000);
    struct rig_reply reply = rig_ask(&rig, "3f");
    assert_int_equal(reply.fullness, 100);
    assert_int_equal(reply.playback, 1);
}

/* ---- Data ---------------------------------------------------------------------------------------------- */

static void test_reply_already_counts_the_points(void **state)
{
    (void)state;
    rig_ask(&rig, "70");
    assert_int_equal(rig_ask_data(&rig, 500).fullness, 500);
    assert_int_equal(rig_ask_data(&rig, 20).fullness, 520);
}

static void test_data_when_idle_is_swallowed(void **state)
{
    (void)state;
    rig_data_header(&rig, 3);
    rig_points(&rig, 2, 0, 0);
    rig_no_reply(&rig);
    rig_points(&rig, 1, 0, 0);
    struct rig_reply reply = rig_reply(&rig);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.opcode, 'd');
    assert_int_equal(reply.fullness, 0);
    assert_int_equal(rig_ask(&rig, "3f").code, 'a');
}

static void test_no_points_at_all_are_acknowledged_in_any_state(void **state)
{
    (void)state;
    assert_int_equal(rig_ask(&rig, "640000").code, 'a');
    rig_ask(&rig, "70");
    assert_int_equal(rig_ask(&rig, "640000").code, 'a');
    rig_ask(&rig, "00");
    assert_int_equal(rig_ask(&rig, "640000").code, 'a');
}

static void test_what_fits_is_kept_and_the_rest_swallowed(void **state)
{
    (void)state;
    rig_ask(&rig, "70");
    assert_int_equal(rig_ask_data(&rig, 3849).code, 'a');
    struct rig_reply reply = rig_ask_data(&rig, 100);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.fullness, 3899);
    assert_int_equal(reply.playback, 1);
    assert_int_equal(rig_ask(&rig, "3f").code, 'a');
    assert_int_equal(counters()->points_refused, 50);
    rig_begin(&rig, 100000);
    rig_at_ms(&rig, 39);
    assert_int_equal(rig.played_count, 3899);
    assert_int_equal(rig.played[3898].x, 3898); /* the kept prefix is played */
}

static void test_full_ring_refuses_one_more(void **state)
{
    (void)state;
    rig_ask(&rig, "70");
    assert_int_equal(rig_ask_data(&rig, 3899).code, 'a');
    struct rig_reply reply = rig_ask_data(&rig, 1);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.fullness, 3899);
}

static void test_more_than_fits_succeeds_if_it_drains_meanwhile(void **state)
{
    (void)state;
    rig_play(&rig, 3899, 1000);
    rig_data_header(&rig, 20);
    for (int n = 0; n < 20; n++) {
        rig_wait_ns(&rig, BJ_NS_PER_MS);
        rig_points(&rig, 1, 0, 0);
    }
    assert_int_equal(rig_reply(&rig).code, 'a');
}

static void test_refusal_lasts_to_the_end_of_the_command(void **state)
{
    (void)state;
    rig_play(&rig, 3899, 1000);
    rig_data_header(&rig, 3);
    rig_points(&rig, 1, 0, 0);
    rig_wait_ns(&rig, 100 * BJ_NS_PER_MS);
    rig_points(&rig, 2, 0, 0);
    struct rig_reply reply = rig_reply(&rig);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.fullness, 3799);
}

static void test_stored_points_play_before_the_command_is_complete(void **state)
{
    (void)state;
    rig_play(&rig, 1, 1000);
    rig_data_header(&rig, 10);
    rig_points(&rig, 3, 0, 0);
    rig_at_ms(&rig, 4.5);
    assert_int_equal(rig.played_count, 4);
    rig_no_reply(&rig);
}

static void test_a_point_has_all_its_fields(void **state)
{
    (void)state;
    rig_ask(&rig, "70");
    rig_ask(&rig, "640100 0100 fe7f 0080 0a01 0b02 0c03 0d04 0e05 0f06");
    rig_begin(&rig, 1000);
    rig_at_ms(&rig, 1);
    struct sim_ed_point *point = &rig.played[0];
    assert_int_equal(point->control, 1);
    assert_int_equal(point->x, 32766);
    assert_int_equal(point->y, -32768);
    assert_int_equal(point->r, 0x010a);
    assert_int_equal(point->g, 0x020b);
    assert_int_equal(point->b, 0x030c);
    assert_int_equal(point->i, 0x040d);
    assert_int_equal(point->u1, 0x050e);
    assert_int_equal(point->u2, 0x060f);
}

static void test_light_is_counted(void **state)
{
    (void)state;
    rig_ask(&rig, "70");
    rig_data_header(&rig, 5);
    rig_points(&rig, 2, 0, 1);
    rig_points(&rig, 3, 0, 0);
    rig_reply(&rig);
    assert_int_equal(counters()->lit_received, 2);
    assert_int_equal(counters()->lit_played, 0);
    rig_begin(&rig, 1000);
    rig_at_ms(&rig, 4);
    assert_int_equal(counters()->lit_played, 2);
    assert_int_equal(counters()->lit_shutter_closed, 0);
}

/* ---- Rates ------------------------------------------------------------------------------------------- */

static void test_rate_over_max_eats_one_byte(void **state)
{
    const struct {
        const char *bytes;
        int pings;
    } rows[] = {{"62 3f3f3f3f3f3f", 6}, {"75 3f3f3f3f3f3f", 6}, {"71 3f3f3f3f", 4}};
    uint8_t replies[256];
    (void)state;

    for (size_t n = 0; n < 3; n++) {
        rig_send_hex(&rig, rows[n].bytes);
        size_t size = rig_collect(&rig, replies, sizeof replies);
        assert_int_equal(size, 22 * (1 + rows[n].pings));
        assert_int_equal(replies[0], 'I');
        for (size_t at = 22; at < size; at += 22) {
            assert_memory_equal(replies + at, "a?", 2);
        }
    }
}

static void test_rate_over_max_with_zero_mark_is_an_estop(void **state)
{
    uint8_t replies[256];
    (void)state;

    rig_send_hex(&rig, "62 0000 a1860100"); /* 100001 */
    assert_true(rig_collect(&rig, replies, sizeof replies) >= 66);
    assert_memory_equal(replies, "Ib", 2);
    assert_memory_equal(replies + 22, "a\0", 2);
    assert_memory_equal(replies + 44, "a\0", 2);
    assert_int_equal(sim_ed_status(rig.host).light_engine, 3);
}

static void test_max_rate_itself_is_fine(void **state)
{
    (void)state;
    rig_ask(&rig, "70");
    assert_int_equal(rig_begin(&rig, 100000).rate, 100000);
}

static void test_update_acts_at_once(void **state)
{
    (void)state;
    rig_play(&rig, 3000, 1000);
    rig_at_ms(&rig, 100);
    struct rig_reply reply = rig_rate(&rig, 'u', 20000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.rate, 20000);
    rig_at_ms(&rig, 110);
    assert_int_equal(rig_ask(&rig, "3f").count, 300);
}

static void test_update_keeps_the_tick_under_way(void **state)
{
    (void)state;
    rig_play(&rig, 3000, 1000);
    rig_at_ms(&rig, 10.4);
    rig_rate(&rig, 'u', 1250); /* 0.8 ms after the tick at 10 ms */
    rig_at_ms(&rig, 20);
    assert_int_equal(rig.played[10].time_ns, 10800000);
    rig_at_ms(&rig, 20.5);
    rig_rate(&rig, 'u', 100000); /* the new tick is long over */
    rig_at_ms(&rig, 20.6);
    assert_int_equal(rig.played[23].time_ns, 20500000);
    assert_int_equal(rig.played[24].time_ns, 20510000);
}

static void test_update_in_other_states_is_acknowledged(void **state)
{
    (void)state;
    assert_int_equal(rig_rate(&rig, 'u', 1000).code, 'a');
    rig_ask(&rig, "70");
    struct rig_reply reply = rig_rate(&rig, 'u', 1000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.rate, 0);
    rig_ask(&rig, "00");
    assert_int_equal(rig_rate(&rig, 'u', 1000).code, 'a');
}

static void test_queued_rate_waits_for_the_flagged_point(void **state)
{
    (void)state;
    rig_ask(&rig, "70");
    rig_rate(&rig, 'q', 10000);
    rig_data_header(&rig, 100);
    rig_points(&rig, 10, 0, 0);
    rig_points(&rig, 1, 0x8000, 0);
    rig_points(&rig, 89, 0, 0);
    rig_reply(&rig);
    rig_begin(&rig, 1000);
    rig_at_ms(&rig, 10.99);
    assert_int_equal(rig_ask(&rig, "3f").rate, 1000);
    rig_at_ms(&rig, 13);
    assert_int_equal(rig_ask(&rig, "3f").rate, 10000);
    assert_int_equal(rig.played[10].time_ns, 11000000);
    assert_int_equal(rig.played[11].time_ns, 11100000);
}

static void test_flag_without_a_queued_rate_changes_nothing(void **state)
{
    (void)state;
    rig_ask(&rig, "70");
    rig_data_header(&rig, 10);
    rig_points(&rig, 10, 0x8000, 0);
    rig_reply(&rig);
    rig_begin(&rig, 1000);
    rig_at_ms(&rig, 9);
    assert_int_equal(rig_ask(&rig, "3f").rate, 1000);
}

static void test_rate_queue_holds_199_and_drops_silently(void **state)
{
    (void)state;
    rig_rate(&rig, 'q', 5000);
    assert_int_equal(counters()->rates_dropped, 1); /* idle */
    rig_ask(&rig, "70");
    for (int n = 0; n < 200; n++) {
        assert_int_equal(rig_rate(&rig, 'q', (uint32_t)(1000 + n)).code, 'a');
    }
    assert_int_equal(counters()->rates_queued, 199);
    assert_int_equal(counters()->rates_dropped, 2);
}

static void test_prepare_empties_the_rate_queue(void **state)
{
    (void)state;
    rig_ask(&rig, "70");
    rig_rate(&rig, 'q', 5000);
    rig_ask(&rig, "73");
    rig_ask(&rig, "70");
    rig_data_header(&rig, 5);
    rig_points(&rig, 5, 0x8000, 0);
    rig_reply(&rig);
    rig_begin(&rig, 1000);
    rig_at_ms(&rig, 3);
    assert_int_equal(rig_ask(&rig, "3f").rate, 1000);
}

static void test_rate_zero_hangs_an_ether_dream_2(void **state)
{
    struct bj_address to;
    uint8_t bytes[64];
    uint16_t port;
    (void)state;

    rig_play(&rig, 1000, 1000);
    rig_at_ms(&rig, 10);
    rig_send_hex(&rig, "62 0000 00000000 3f");
    rig_no_reply(&rig);
    rig.client = rig_connect(&rig); /* still accepts */
    assert_true(rig.client >= 0);
    rig_no_reply(&rig); /* but says nothing */
    rig.host->ops->datagram_out(rig.host, &port, &to, bytes, sizeof bytes, rig.now_ns);
    rig_at_ms(&rig, 5000);
    assert_int_equal(rig.played_count, 10);
    assert_int_equal(
        rig.host->ops->datagram_out(rig.host, &port, &to, bytes, sizeof bytes, rig.now_ns),
        0);
}

static void test_rate_zero_reboots_an_ether_dream_1(void **state)
{
    (void)state;
    restart_as("ed1");
    rig_play(&rig, 1000, 1000);
    rig_send_hex(&rig, "75 0000 00000000");
    rig_at_ms(&rig, 19.9);
    assert_int_equal(rig_link(&rig), SIM_LINK_OPEN);
    rig_at_ms(&rig, 20);
    assert_int_equal(rig_link(&rig), SIM_LINK_RESET);
    assert_int_equal(rig_connect(&rig), -1);
    rig_at_ms(&rig, 4000);
    rig.client = rig_connect(&rig);
    struct rig_reply reply = rig_reply(&rig);
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 0);
}

static void test_queued_rate_zero_hangs_when_its_point_plays(void **state)
{
    (void)state;
    rig_ask(&rig, "70");
    assert_int_equal(rig_rate(&rig, 'q', 0).code, 'a');
    rig_data_header(&rig, 10);
    rig_points(&rig, 5, 0, 0);
    rig_points(&rig, 5, 0x8000, 0);
    rig_reply(&rig);
    rig_begin(&rig, 1000);
    rig_at_ms(&rig, 5);
    assert_int_equal(rig_ask(&rig, "3f").code, 'a');
    rig_at_ms(&rig, 9);
    rig_send_hex(&rig, "3f");
    rig_no_reply(&rig);
    assert_int_equal(rig.played_count, 6);
}

/* ---- E-stop --------------------------------------------------------------------------------------------- */

static void test_estop_echoes_either_opcode(void **state)
{
    (void)state;
    struct rig_reply reply = rig_ask(&rig, "00");
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.opcode, 0);
    reply = rig_ask(&rig, "ff");
    assert_int_equal(reply.opcode, 0xff);
    assert_int_equal(reply.light, 3);
    assert_int_equal(reply.light_flags, 3); /* a copy of the state, not the cause */
    assert_int_equal(reply.flags & 6, 4);   /* although nothing was playing */
}

static void test_estop_stops_playing_and_freezes_the_level(void **state)
{
    (void)state;
    rig_play(&rig, 100, 1000);
    rig_at_ms(&rig, 10);
    struct rig_reply reply = rig_ask(&rig, "00");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 90);
    assert_int_equal(reply.count, 0);
    rig_at_ms(&rig, 50);
    assert_int_equal(rig.played_count, 10);
}

static void test_clear_makes_ready_but_keeps_the_flag(void **state)
{
    (void)state;
    rig_ask(&rig, "00");
    struct rig_reply reply = rig_ask(&rig, "63");
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.light, 0);
    assert_int_equal(reply.flags & 6, 4);
    assert_int_equal(rig_ask(&rig, "70").flags & 6, 0);
    assert_int_equal(rig_ask(&rig, "63").code,
                     'a'); /* also when there is nothing to clear */
}

/* ---- Version and unknown commands ------------------------------------------------------------------- */

static void test_version_is_32_bare_bytes(void **state)
{
    uint8_t bytes[64];
    (void)state;

    rig_send_hex(&rig, "76 3f");
    assert_int_equal(rig_collect(&rig, bytes, sizeof bytes), 32 + 22);
    assert_memory_equal(bytes, "r331-ed4bef5\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32);
    assert_memory_equal(bytes + 32, "a?", 2);
}

static void test_old_firmware_has_no_version(void **state)
{
    struct sim_ed_profile profile = *sim_ed_profile("ed1");
    (void)state;

    profile.sw_revision = 1;
    restart_with(profile);
    rig_send_hex(&rig, "76");
    rig_no_reply(&rig);
    assert_int_equal(rig_link(&rig), SIM_LINK_FIN);
}

static void test_unknown_opcodes_end_the_connection(void **state)
{
    const char *const opcodes[] = {"74", "30", "49", "44", "50", "01"};
    (void)state;

    for (size_t n = 0; n < 2 * sizeof opcodes / sizeof *opcodes; n++) {
        bool ed1 = n % 2;
        restart_as(ed1 ? "ed1" : "ed2");
        rig_send_hex(&rig, "3f");
        rig_send_hex(&rig, opcodes[n / 2]);
        rig_reply(&rig); /* of the ping */
        rig_no_reply(&rig);
        assert_int_equal(rig_link(&rig), ed1 ? SIM_LINK_FIN : SIM_LINK_RESET);
        assert_int_equal(sim_ed_status(rig.host).light_engine, 0);
        rig.host->ops->hang_up(rig.host, rig.client, rig.now_ns);
    }
}

/* ---- Bytes in any shape --------------------------------------------------------------------------------- */

static void send_byte_by_byte(const uint8_t *bytes, size_t size)
{
    for (size_t n = 0; n < size; n++) {
        rig_send(&rig, bytes + n, 1);
    }
}

static void test_byte_by_byte_is_the_same(void **state)
{
    uint8_t data[3 + 18 * 4] = {'d', 4, 0};
    uint8_t begin[7] = {'b', 0, 0, 0xe8, 3, 0, 0};
    (void)state;

    send_byte_by_byte((const uint8_t *)"p", 1);
    rig_reply(&rig);
    send_byte_by_byte(data, sizeof data - 1);
    rig_no_reply(&rig);
    assert_int_equal(sim_ed_status(rig.host).fullness, 3);
    send_byte_by_byte(data + sizeof data - 1, 1);
    assert_int_equal(rig_reply(&rig).fullness, 4);
    send_byte_by_byte(begin, 6);
    rig_no_reply(&rig);
    send_byte_by_byte(begin + 6, 1);
    assert_int_equal(rig_reply(&rig).rate, 1000);
}

static void test_half_a_command_waits_for_ever(void **state)
{
    (void)state;
    rig_send_hex(&rig, "62 00");
    rig_at_ms(&rig, 3600e3);
    rig_no_reply(&rig);
    assert_int_equal(rig_link(&rig), SIM_LINK_OPEN);
    assert_int_equal(rig_ask(&rig, "00 30750000").code, 'a');
}

static void test_pipelined_commands_get_one_reply_each_in_order(void **state)
{
    const char order[] = "ps?sc?";
    const char codes[] = "aaaIaa";
    uint8_t bytes[256];
    (void)state;

    rig_send(&rig, order, 6);
    assert_int_equal(rig_collect(&rig, bytes, sizeof bytes), 6 * 22);
    for (int n = 0; n < 6; n++) {
        assert_int_equal(bytes[22 * n], codes[n]);
        assert_int_equal(bytes[22 * n + 1], order[n]);
    }
}

static void test_commands_are_logged_with_what_they_did(void **state)
{
    (void)state;
    rig_at_ms(&rig, 3);
    rig_ask(&rig, "70");
    rig_ask_data(&rig, 9);
    assert_int_equal(rig.command_count, 2);
    struct sim_ed_command *command = &rig.commands[1];
    assert_int_equal(command->time_ns, 3 * BJ_NS_PER_MS);
    assert_int_equal(command->opcode, 'd');
    assert_int_equal(command->reply, 'a');
    assert_int_equal(command->argument, 9);
    assert_int_equal(command->stored, 9);
    assert_int_equal(command->before.fullness, 0);
    assert_int_equal(command->after.fullness, 9);
}

/* ---- Clients ---------------------------------------------------------------------------------------------- */

static void test_two_clients_share_the_device(void **state)
{
    int first = rig.client;
    (void)state;

    rig_ask(&rig, "70");
    rig_ask_data(&rig, 100);
    rig.client = rig_connect(&rig);
    struct rig_reply hello = rig_reply(&rig);
    assert_int_equal(hello.playback, 1);
    assert_int_equal(hello.fullness, 100);
    assert_int_equal(rig_ask(&rig, "73").code, 'a');
    rig.client = first;
    assert_int_equal(rig_ask_data(&rig, 10).code, 'I');
}

static void test_each_client_has_its_own_parser(void **state)
{
    int first = rig.client;
    (void)state;

    rig_ask(&rig, "70");
    rig_data_header(&rig, 2);
    rig_points(&rig, 1, 0, 0);
    rig.client = rig_connect(&rig);
    rig_reply(&rig);
    assert_int_equal(rig_ask(&rig, "3f").fullness, 1);
    rig.client = first;
    rig_points(&rig, 1, 0, 0);
    assert_int_equal(rig_reply(&rig).fullness, 2);
}

static void test_close_stops_an_ether_dream_2(void **state)
{
    (void)state;
    rig_play(&rig, 100, 1000);
    rig_at_ms(&rig, 65);
    rig.host->ops->hang_up(rig.host, rig.client, rig.now_ns);
    rig_at_ms(&rig, 200);
    struct sim_ed_status status = sim_ed_status(rig.host);
    assert_int_equal(status.playback, 0);
    assert_int_equal(status.fullness, 35);
    assert_int_equal(status.playback_flags & 6, 0);
    assert_int_equal(rig.played_count, 65);
}

static void test_close_does_not_stop_an_ether_dream_1(void **state)
{
    (void)state;
    restart_as("ed1");
    rig_play(&rig, 100, 1000);
    rig_at_ms(&rig, 65);
    rig.host->ops->hang_up(rig.host, rig.client, rig.now_ns);
    rig_at_ms(&rig, 70);
    assert_int_equal(sim_ed_status(rig.host).playback, 2);
    rig_at_ms(&rig, 200);
    assert_int_equal(rig.played_count, 100);
    assert_int_equal(sim_ed_status(rig.host).playback_flags & 6, 2);
}

static void test_closing_an_onlooker_stops_nothing(void **state)
{
    (void)state;
    rig_play(&rig, 100, 1000);
    int onlooker = rig_connect(&rig);
    rig.host->ops->hang_up(rig.host, onlooker, rig.now_ns);
    rig_at_ms(&rig, 10);
    assert_int_equal(sim_ed_status(rig.host).playback, 2);
}

static void test_last_words_before_a_close_are_heard(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();
    (void)state;

    rig_stop(&rig);
    config.profile = *sim_ed_profile("ed1");
    config.link.latency_ns = 5 * BJ_NS_PER_MS;
    rig_start(&rig, config);
    rig_send_hex(&rig, "70 73");
    rig.host->ops->hang_up(rig.host, rig.client, rig.now_ns);
    rig_at_ms(&rig, 20);
    assert_int_equal(counters()->stops, 1);
}

static void test_clients_beyond_the_limit_are_refused(void **state)
{
    struct sim_ed_profile profile = *sim_ed_profile("ed2");
    (void)state;

    for (int n = 1; n < profile.max_clients; n++) {
        assert_true(rig_connect(&rig) >= 0);
    }
    assert_int_equal(rig_connect(&rig), -1);
    rig.host->ops->hang_up(rig.host, rig.client, rig.now_ns);
    assert_true(rig_connect(&rig) >= 0);
    profile.max_clients = 1;
    restart_with(profile);
    assert_int_equal(rig_connect(&rig), -1);
}

static void test_other_ports_are_closed(void **state)
{
    (void)state;
    assert_int_equal(rig.host->ops->accept(rig.host, 7766, rig.now_ns), -1);
}

/* ---- Generations ------------------------------------------------------------------------------------------ */

static void test_profiles(void **state)
{
    int count = 0;
    (void)state;

    for (const struct sim_ed_profile *row = sim_ed_profiles(); row->name; row++, count++) {
        assert_ptr_equal(sim_ed_profile(row->name), row);
        assert_true(row->hw_revision > 0); /* 0 means something else to some programs */
        assert_true(row->max_clients <= SIM_ED_CLIENTS);
        assert_true(strlen(row->version) <= 31);
    }
    assert_int_equal(count, 4);
    assert_null(sim_ed_profile("ed9"));
    assert_int_equal(sim_ed_profile("ed1")->capacity, 1799);
    assert_int_equal(sim_ed_profile("ed2")->capacity, 3899);
}

static void test_noise_bits_only_where_known(void **state)
{
    (void)state;
    assert_int_equal(rig_ask(&rig, "3f").flags, 0x7731);
    restart_as("ed1");
    assert_int_equal(rig_ask(&rig, "3f").flags, 0);
    rig_ask(&rig, "70");
    assert_int_equal(rig_begin(&rig, 10).flags, 1);
    assert_int_equal(rig_ask(&rig, "73").flags, 0);
}

static void test_some_refuse_the_last_place(void **state)
{
    struct sim_ed_profile profile = *sim_ed_profile("ed2");
    (void)state;

    profile.keeps_one_free = true;
    restart_with(profile);
    rig_ask(&rig, "70");
    struct rig_reply reply = rig_ask_data(&rig, 3899);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.fullness, 3898);
}

static void test_some_say_full(void **state)
{
    struct sim_ed_profile profile = *sim_ed_profile("ed2");
    (void)state;

    profile.says_full = true;
    restart_with(profile);
    assert_int_equal(rig_ask_data(&rig, 1).code, 'I'); /* idle is no question of room */
    rig_ask(&rig, "70");
    assert_int_equal(rig_ask_data(&rig, 3900).code, 'F');
    assert_int_equal(counters()->naks_full, 1);
}

static void test_batches_stop_early_and_without_the_flag(void **state)
{
    (void)state;
    restart_as("ed3");
    rig_play(&rig, 256 + 224, 10000);
    rig_at_ms(&rig, 1);
    assert_int_equal(rig_ask(&rig, "3f").fullness, 224);
    rig_at_ms(&rig, 25.6);
    assert_int_equal(rig_ask(&rig, "3f").playback, 2);
    rig_at_ms(&rig, 25.7);
    struct rig_reply reply = rig_ask(&rig, "3f");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 224);
    assert_int_equal(reply.flags & 6, 0);
    assert_int_equal(reply.count, 256);
    assert_int_equal(counters()->underflows, 1);
}

static void test_ether_dream_1_window(void **state)
{
    static uint8_t many[8000];
    (void)state;

    restart_as("ed1");
    sim_ed_fault(rig.host, 0, SIM_ED_STALL, BJ_NS_PER_S);
    size_t taken =
        rig.host->ops->deliver(rig.host, rig.client, many, sizeof many, rig.now_ns);
    assert_int_equal(taken, 7500);
}

static void test_ether_dream_1_drops_replies_nobody_reads(void **state)
{
    uint8_t bytes[4096];
    (void)state;

    restart_as("ed1");
    for (int n = 0; n < 60; n++) {
        rig_send_hex(&rig, "3f");
    }
    assert_int_equal(rig_collect(&rig, bytes, sizeof bytes), 45 * 22);
    assert_int_equal(counters()->replies_dropped, 15);
    assert_int_equal(rig_ask(&rig, "3f").code, 'a');
}

/* ---- Broadcasts ------------------------------------------------------------------------------------------- */

static void test_broadcasts_every_second_in_every_state(void **state)
{
    struct bj_address to;
    uint8_t bytes[64];
    uint16_t port;
    int seen = 0;
    (void)state;

    rig_play(&rig, 3000, 1000);
    for (int ms = 0; ms < 10000; ms += 50) {
        rig_at_ms(&rig, ms);
        if (ms == 5000) {
            rig_ask(&rig, "00");
        }
        size_t size = rig.host->ops->datagram_out(rig.host, &port, &to, bytes, sizeof bytes,
                                                  rig.now_ns);
        if (size == 0) {
            continue;
        }
        assert_int_equal(size, 36);
        assert_int_equal(to.ip, 0xffffffff);
        assert_int_equal(to.port, 7654);
        assert_int_equal(ms, 100 + 1000 * seen);
        assert_int_equal(bytes[18], ms < 3001 ? 2 : 0);
        assert_int_equal(bytes[17], ms < 5000 ? 0 : 3);
        assert_int_equal(bytes[26] | bytes[27] << 8, ms < 3000 ? 3000 - ms : 0);
        seen++;
    }
    assert_int_equal(seen, 10);
}

static void test_next_event_is_the_next_broadcast(void **state)
{
    struct bj_address to;
    uint8_t bytes[64];
    uint16_t port;
    (void)state;

    assert_int_equal(rig.host->ops->next_event_ns(rig.host, 0), 100 * BJ_NS_PER_MS);
    rig_at_ms(&rig, 150);
    assert_int_equal(rig.host->ops->next_event_ns(rig.host, rig.now_ns), rig.now_ns);
    rig.host->ops->datagram_out(rig.host, &port, &to, bytes, sizeof bytes, rig.now_ns);
    assert_int_equal(rig.host->ops->next_event_ns(rig.host, rig.now_ns),
                     1100 * BJ_NS_PER_MS);
}

/* ---- Reports ------------------------------------------------------------------------------------------------ */

static void test_judging_numbers(void **state)
{
    (void)state;
    assert_int_equal(counters()->min_fullness, UINT32_MAX);
    rig_play(&rig, 1000, 10000);
    rig_at_ms(&rig, 40);
    rig_ask_data(&rig, 100);
    rig_at_ms(&rig, 105);
    rig_ask_data(&rig, 100);
    assert_int_equal(counters()->min_fullness, 1000 + 100 - 1050);
    assert_int_equal(counters()->max_fullness, 1000);
    assert_int_equal(counters()->longest_data_gap_ns, 65 * BJ_NS_PER_MS);
    rig_ask(&rig, "73");
    assert_int_equal(counters()->played_ns, 105 * BJ_NS_PER_MS);
    sim_ed_clear_min_fullness(rig.host);
    assert_int_equal(counters()->min_fullness, UINT32_MAX);
}

static void test_json(void **state)
{
    char text[4096] = {0};
    (void)state;

    rig_play(&rig, 10, 1000);
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_int_equal(sim_ed_write_json(rig.host, rig.now_ns, out), BJ_OK);
    fclose(out);
    assert_non_null(strstr(text, "{\"id\":\"etherdream:0004a3112233\","));
    assert_non_null(strstr(text, "\"playback\":\"playing\""));
    assert_non_null(strstr(text, "\"points_stored\":10,"));
    assert_non_null(strstr(text, "\"min_fullness\":null"));
    assert_int_equal(text[strlen(text) - 1], '}');
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_prepare_only_when_idle),
        TEST(test_prepare_in_estop_says_invalid),
        TEST(test_prepare_empties_the_queue),
        TEST(test_begin_when_idle_is_acknowledged_without_effect),
        TEST(test_begin_without_points_underflows_at_the_first_tick),
        TEST(test_begin_while_playing_changes_the_rate),
        TEST(test_stop_keeps_the_level_and_zeroes_the_count),
        TEST(test_stop_of_prepared),
        TEST(test_played_is_the_floor_of_time_times_rate),
        TEST(test_points_have_exact_times_in_order),
        TEST(test_how_often_one_looks_does_not_matter),
        TEST(test_skew_is_exact),
        TEST(test_skew_can_change_while_playing),
        TEST(test_timer_ticks_of_24_mhz),
        TEST(test_an_hour_does_not_drift),
        TEST(test_underflow_one_tick_after_the_last_point),
        TEST(test_underflow_flag_stays_until_prepare),
        TEST(test_prepared_never_drains),
        TEST(test_reply_already_counts_the_points),
        TEST(test_data_when_idle_is_swallowed),
        TEST(test_no_points_at_all_are_acknowledged_in_any_state),
        TEST(test_what_fits_is_kept_and_the_rest_swallowed),
        TEST(test_full_ring_refuses_one_more),
        TEST(test_more_than_fits_succeeds_if_it_drains_meanwhile),
        TEST(test_refusal_lasts_to_the_end_of_the_command),
        TEST(test_stored_points_play_before_the_command_is_complete),
        TEST(test_a_point_has_all_its_fields),
        TEST(test_light_is_counted),
        TEST(test_rate_over_max_eats_one_byte),
        TEST(test_rate_over_max_with_zero_mark_is_an_estop),
        TEST(test_max_rate_itself_is_fine),
        TEST(test_update_acts_at_once),
        TEST(test_update_keeps_the_tick_under_way),
        TEST(test_update_in_other_states_is_acknowledged),
        TEST(test_queued_rate_waits_for_the_flagged_point),
        TEST(test_flag_without_a_queued_rate_changes_nothing),
        TEST(test_rate_queue_holds_199_and_drops_silently),
        TEST(test_prepare_empties_the_rate_queue),
        TEST(test_rate_zero_hangs_an_ether_dream_2),
        TEST(test_rate_zero_reboots_an_ether_dream_1),
        TEST(test_queued_rate_zero_hangs_when_its_point_plays),
        TEST(test_estop_echoes_either_opcode),
        TEST(test_estop_stops_playing_and_freezes_the_level),
        TEST(test_clear_makes_ready_but_keeps_the_flag),
        TEST(test_version_is_32_bare_bytes),
        TEST(test_old_firmware_has_no_version),
        TEST(test_unknown_opcodes_end_the_connection),
        TEST(test_byte_by_byte_is_the_same),
        TEST(test_half_a_command_waits_for_ever),
        TEST(test_pipelined_commands_get_one_reply_each_in_order),
        TEST(test_commands_are_logged_with_what_they_did),
        TEST(test_two_clients_share_the_device),
        TEST(test_each_client_has_its_own_parser),
        TEST(test_close_stops_an_ether_dream_2),
        TEST(test_close_does_not_stop_an_ether_dream_1),
        TEST(test_closing_an_onlooker_stops_nothing),
        TEST(test_last_words_before_a_close_are_heard),
        TEST(test_clients_beyond_the_limit_are_refused),
        TEST(test_other_ports_are_closed),
        TEST(test_profiles),
        TEST(test_noise_bits_only_where_known),
        TEST(test_some_refuse_the_last_place),
        TEST(test_some_say_full),
        TEST(test_batches_stop_early_and_without_the_flag),
        TEST(test_ether_dream_1_window),
        TEST(test_ether_dream_1_drops_replies_nobody_reads),
        TEST(test_broadcasts_every_second_in_every_state),
        TEST(test_next_event_is_the_next_broadcast),
        TEST(test_judging_numbers),
        TEST(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
