/* SPDX-License-Identifier: MIT
 *
 * The life of a connection: made, silent, lost, flushed, stopped.
 */
#include "ether_dream_fixture.h"

static struct fixture fixture;

static int stop_fixture(void **state)
{
    (void)state;
    fixture_stop(&fixture);
    return 0;
}

static const struct sim_ed_counters *counters(void)
{
    return sim_ed_counters(fixture.device);
}

static void start_heard(const char *profile)
{
    fixture_start_as(&fixture, profile);
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_READY);
    fixture_disconnect(&fixture);
}

/* ---- Connecting ---------------------------------------------------------------------- */

static void test_refused(void **state)
{
    (void)state;
    start_heard("ed2");
    fake_net_set_route(fixture.net, FIXTURE_IP, FAKE_ROUTE_REFUSE);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 10);
    assert_int_equal(fixture.result, BJ_REFUSED);
    assert_true(fixture_heard(&fixture, "no connection"));
}

static void test_no_route(void **state)
{
    (void)state;
    start_heard("ed2");
    fake_net_set_route(fixture.net, FIXTURE_IP, FAKE_ROUTE_NONE);
    fixture_connect(&fixture);
    assert_int_equal(fixture.result, BJ_NOT_FOUND);
    assert_true(fixture_heard(&fixture, "no connection"));
}

static void test_no_answer_to_dialling(void **state)
{
    (void)state;
    start_heard("ed2");
    fake_net_set_route(fixture.net, FIXTURE_IP, FAKE_ROUTE_BLACK_HOLE);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 1990);
    assert_true(fixture.attempting);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_CONNECTING);
    fixture_run_ms(&fixture, 20);
    assert_int_equal(fixture.result, BJ_TIMED_OUT);
}

static void test_a_device_that_does_not_greet_wants_a_power_cycle(void **state)
{
    (void)state;
    start_heard("ed2");
    fixture_fault(&fixture, SIM_ED_HANG, 0);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 2010);
    assert_int_equal(fixture.result, BJ_TIMED_OUT);
    assert_true(fixture_heard(&fixture, "power-cycle"));
}

static void test_a_slow_connection_is_a_connection(void **state)
{
    (void)state;
    start_heard("ed2");
    fake_net_set_connect_delay(fixture.net, 1500 * FIXTURE_MS);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 1499);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_CONNECTING);
    fixture_run_ms(&fixture, 10);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
}

/* ---- Silence and loss ---------------------------------------------------------------- */

static void test_a_short_stall_is_nothing(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    fixture_fault(&fixture, SIM_ED_STALL, 20 * FIXTURE_MS);
    fixture_run_ms(&fixture, 500);
    assert_int_equal(fixture.notices, 0);
    assert_int_equal(fixture.emptied, 0);
    fixture_balance(&fixture, 0);
}

static void test_a_long_stall_is_told_and_waited_for(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    fixture_fault(&fixture, SIM_ED_STALL, 1000 * FIXTURE_MS);
    fixture_run_ms(&fixture, 490);
    assert_int_equal(fixture.notices, 0);
    fixture_run_ms(&fixture, 100);
    assert_int_equal(fixture.notices, 1);
    assert_true(fixture_heard(&fixture, "no answer for half a second"));
    fixture_run_ms(&fixture, 1000);
    assert_true(fixture.attempting);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    assert_int_equal(counters()->connections, 1);
    assert_int_equal(fixture.dried, 1);
}

static void test_after_a_silent_second_the_connection_is_over(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    fake_net_set_route(fixture.net, FIXTURE_IP, FAKE_ROUTE_BLACK_HOLE);
    fixture_run_ms(&fixture, 990);
    assert_true(fixture.attempting);
    fixture_run_ms(&fixture, 120);
    assert_int_equal(fixture.result, BJ_TIMED_OUT);
    assert_true(fixture_heard(&fixture, "no answer for a second"));
    assert_true(fixture.emptied > 0);
}

static void lose_by(enum sim_ed_fault fault, int64_t value, enum bj_status expected)
{
    fixture_fault(&fixture, fault, value);
    fixture_run_ms(&fixture, 100);
    assert_int_equal(fixture.result, expected);
    assert_true(fixture.notices > 0);
    assert_true(fixture.last_lost > 0);
    fixture.lit = false;
    fixture_connect(&fixture);
    fixture.shutter_open = true; /* what the device still plays is beyond reach */
    fixture_run_ms(&fixture, 50);
    fixture.shutter_open = false;
}

static void test_comes_back_after_a_reset(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    lose_by(SIM_ED_RESET, 3, BJ_DISCONNECTED);
    fixture_reach(&fixture, BJ_DAC_PLAYING);
}

static void test_comes_back_after_a_cut_inside_a_reply(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    for (int kept = 0; kept < 22; kept++) {
        fixture.told_size = 0;
        lose_by(SIM_ED_CUT, kept, BJ_DISCONNECTED);
        fixture_reach(&fixture, BJ_DAC_PLAYING);
    }
}

static void test_comes_back_after_a_reboot_assuming_nothing(void **state)
{
    size_t prepares;

    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    prepares = fixture_count(&fixture, 'p');
    fixture_fault(&fixture, SIM_ED_REBOOT, 2000 * FIXTURE_MS);
    fixture_run_ms(&fixture, 10);
    assert_int_equal(fixture.result, BJ_DISCONNECTED);
    fixture_run_ms(&fixture, 10);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 10);
    assert_int_equal(fixture.result, BJ_REFUSED);
    fixture_run_ms(&fixture, 2000);
    fixture.lit = false;
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_PLAYING);
    assert_int_equal(fixture_count(&fixture, 'p'), prepares + 1);
}

static void test_stale_fullness_after_a_stop_does_not_matter(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    fixture_disconnect(&fixture);
    fixture.shutter_open = false;
    assert_true(sim_ed_status(fixture.device).fullness > 0);
    fixture.lit = false;
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_PLAYING);
    fixture_run_ms(&fixture, 200);
    assert_int_equal(fixture.report.played_points + fixture.report.queued_points +
                         fixture.report.unreported_points,
                     fixture.written - fixture.written_at_connect);
}

/* ---- The shutter --------------------------------------------------------------------- */

static void test_closing_throws_the_queue_away_and_tells_how_many(void **state)
{
    uint32_t queued;

    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    fixture.feeding = false;
    fixture_run_ms(&fixture, 5);
    queued = sim_ed_status(fixture.device).fullness;
    assert_true(queued > 500);
    fixture_shutter(&fixture, false);
    fixture_run_ms(&fixture, 1);
    assert_int_equal(fixture.emptied, 1);
    assert_int_equal(fixture.last_lost, queued);
    assert_int_equal(fixture.dried, 0);
    assert_string_equal(ed_notes(&fixture)->ops + ed_notes(&fixture)->command_count - 2,
                        "sp");
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    assert_int_equal(fixture.played + fixture.lost, fixture.written);
}

static void test_dark_points_go_on_while_it_is_closed(void **state)
{
    uint64_t played;

    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    fixture_shutter(&fixture, false); /* and the feed goes on being lit */
    played = fixture.played;
    fixture_run_ms(&fixture, 200);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    assert_true(fixture.played > played + 5000);
    assert_int_equal(fixture.lit_in_the_dark, 0);
    fixture_shutter(&fixture, true);
    fixture_run_ms(&fixture, 200);
    assert_int_equal(fixture.emptied, 1);
    assert_true(counters()->lit_played > 0);
    fixture_balance(&fixture, 0);
    assert_int_equal(fixture.skipped, fixture.lost);
}

static void test_closing_twice_flushes_once(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    fixture_shutter(&fixture, false);
    fixture_shutter(&fixture, false);
    fixture_run_ms(&fixture, 50);
    fixture_shutter(&fixture, false);
    fixture_run_ms(&fixture, 50);
    assert_int_equal(fixture_count(&fixture, 's'), 1);
    assert_int_equal(fixture.emptied, 1);
}

/* In flight: some data behind, some ahead of the stop, over a slow link. */
static void test_a_flush_with_data_in_flight_balances(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();

    (void)state;
    config.link.latency_ns = 1500000;
    fixture_start(&fixture, &config);
    fixture.pps = 60000;
    fixture.target_points = 2500;
    fixture_play(&fixture);
    for (int k = 0; k < 20; k++) {
        fixture.lit = false; /* lit points already on their way would be no fault */
        FIXTURE_SLOT(&fixture, shutter, fixture.now_ns, false);
        fixture_run_ms(&fixture, 30 + k * 0.37);
        FIXTURE_SLOT(&fixture, shutter, fixture.now_ns, true);
        fixture_run_ms(&fixture, 50 + k * 0.73);
    }
    assert_int_equal(fixture.emptied, 20);
    assert_int_equal(fixture.notices, 0);
    fixture_balance(&fixture, 0);
    assert_int_equal(fixture.skipped, fixture.lost);
}

static void test_closing_before_it_is_ready_is_fine(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    FIXTURE_SLOT(&fixture, shutter, fixture.now_ns, false);
    fixture_connect(&fixture);
    for (int k = 0; k < 40; k++) {
        FIXTURE_SLOT(&fixture, shutter, fixture.now_ns, k % 2 == 0);
        fixture_run_ms(&fixture, 5);
    }
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    assert_int_equal(fixture.lost, 0);
    assert_int_equal(counters()->naks_invalid, 0);
}

/* ---- Stop and disconnect ------------------------------------------------------------- */

static void test_stop_is_confirmed_dark(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    FIXTURE_SLOT(&fixture, stop, fixture.now_ns);
    fixture.shutter_open = false;
    fixture_run_ms(&fixture, 5);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_STOPPED);
    assert_int_equal(fixture.dac_status.room_points, 0);
    assert_int_equal(sim_ed_status(fixture.device).playback, 0);
    assert_int_equal(ed_notes(&fixture)->ops[ed_notes(&fixture)->command_count - 1], 's');
    assert_int_equal(fixture.played + fixture.lost, fixture.written);
    fixture_run_ms(&fixture, 500);
    assert_int_equal(ed_notes(&fixture)->ops[ed_notes(&fixture)->command_count - 1],
                     's'); /* leaves it alone */
}

static void stop_now(void)
{
    FIXTURE_SLOT(&fixture, stop, fixture.now_ns);
    fixture_reach(&fixture, BJ_DAC_STOPPED);
    fixture_stop(&fixture);
}

static void test_stop_in_every_state_ends(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2"); /* not announced yet */
    fixture_connect(&fixture);
    stop_now();
    fixture_start_as(&fixture, "ed2"); /* dialling */
    fake_net_set_connect_delay(fixture.net, BJ_NS_PER_S);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 200);
    stop_now();
    fixture_start_as(&fixture, "ed2"); /* every moment around the greeting */
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 100);
    stop_now();
    fixture_start_as(&fixture, "ed2"); /* in e-stop */
    fixture_play(&fixture);
    fixture_fault(&fixture, SIM_ED_ESTOP, 0);
    fixture_run_ms(&fixture,
                   110); /* the stand-in sees the queue stand still: only a ping */
    assert_int_equal(fixture.dac_status.state, BJ_DAC_FAULT);
    stop_now();
    fixture_start_as(&fixture, "ed2");
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_READY);
    FIXTURE_SLOT(&fixture, stop, fixture.now_ns);
    fixture_reach(&fixture, BJ_DAC_STOPPED);
}

static void test_stop_at_any_time_over_a_slow_link(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();

    (void)state;
    config.link.latency_ns = 3 * FIXTURE_MS;
    for (int ms = 95; ms < 160; ms++) {
        if (ms > 95)
            fixture_stop(&fixture);
        fixture_start(&fixture, &config);
        fixture.feeding = true;
        fixture_connect(&fixture);
        fixture_run_ms(&fixture, ms);
        FIXTURE_SLOT(&fixture, stop, fixture.now_ns);
        fixture_reach(&fixture, BJ_DAC_STOPPED);
        assert_int_equal(sim_ed_status(fixture.device).playback, 0);
        assert_int_equal(fixture.played + fixture.lost, fixture.written);
    }
}

static void test_disconnect_sends_a_last_stop(void **state)
{
    static const char *const profiles[] = {"ed1", "ed2"};

    (void)state;
    for (int k = 0; k < 2; k++) {
        if (k > 0)
            fixture_stop(&fixture);
        fixture_start_as(&fixture, profiles[k]);
        fixture_play(&fixture);
        fixture_disconnect(&fixture);
        assert_int_equal(fixture.emptied, 1);
        fixture.shutter_open = false;
        fixture_run_ms(&fixture, 100);
        assert_int_equal(ed_notes(&fixture)->ops[ed_notes(&fixture)->command_count - 1],
                         's');
        assert_int_equal(sim_ed_status(fixture.device).playback, 0);
    }
}

static void test_disconnect_twice_and_while_nothing_is_open(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_disconnect(&fixture);
    fixture_connect(&fixture);
    fixture_disconnect(&fixture);
    fixture_disconnect(&fixture);
    assert_int_equal(fixture.emptied, 0);
}

static void test_a_stop_that_is_not_answered_becomes_an_estop(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    fixture.feeding = false;
    fixture_fault(&fixture, SIM_ED_SWALLOW, 1);
    FIXTURE_SLOT(&fixture, stop, fixture.now_ns);
    fixture_run_ms(&fixture, 95);
    assert_int_equal(counters()->estops, 0);
    fixture_run_ms(&fixture, 10);
    assert_int_equal(counters()->estops, 1);
    assert_int_equal(counters()->connections, 2);
    assert_int_equal(sim_ed_status(fixture.device).playback, 0);
}

/* ---- Looking ------------------------------------------------------------------------- */

/* In how many of `ms` milliseconds the answers are not waited for. */
static int left_lying(int ms)
{
    int count = 0;

    for (int k = 0; k < ms; k++) {
        fixture_run_ms(&fixture, 1);
        for (int h = 0; h < fixture.wait.count; h++)
            count += fixture.wait.handles[h].events == 0;
    }
    return count;
}

static void play_smoothly(const char *profile, uint32_t pps, uint32_t target_points)
{
    struct sim_ed_config device = sim_ed_defaults();

    device.profile = *sim_ed_profile(profile);
    device.link.latency_ns = 1500000;
    fixture_start(&fixture, &device);
    fixture.pps = pps;
    fixture.target_points = target_points;
    fixture.begin_points = target_points / 2;
    fixture_play(&fixture);
}

static void test_answers_are_left_lying_once_all_runs_smoothly(void **state)
{
    (void)state;
    play_smoothly("ed2", 30000, 1500);
    assert_int_equal(left_lying(2800), 0);
    fixture_run_ms(&fixture, 300);
    uint32_t before = fixture.reports;
    int lying = left_lying(1000);
    assert_true(lying > 500 && lying < 980); /* with an exact look every 40 ms */
    assert_true(fixture.reports - before > 100);
}

static void test_answers_are_awaited_where_room_is_short(void **state)
{
    (void)state;
    play_smoothly("ed1", 60000, 1438);
    fixture_run_ms(&fixture, 3300);
    assert_int_equal(left_lying(500), 0);
}

static void test_answers_are_awaited_again_after_running_dry(void **state)
{
    (void)state;
    play_smoothly("ed2", 30000, 1500);
    fixture_run_ms(&fixture, 3300);
    assert_true(left_lying(300) > 100);
    fixture.feeding = false;
    fixture_run_ms(&fixture, 300);
    assert_int_equal(fixture.dried, 1);
    fixture.feeding = true;
    fixture_run_ms(&fixture, 200);
    assert_int_equal(left_lying(2500), 0);
    assert_true(left_lying(1000) > 100);
}

static void test_a_stop_is_awaited_at_once(void **state)
{
    (void)state;
    play_smoothly("ed2", 30000, 1500);
    fixture_run_ms(&fixture, 3300);
    assert_true(left_lying(300) > 100);
    fixture.lit = false; /* lit points already on their way would be no fault */
    fixture_run_ms(&fixture, 100);
    fixture_shutter(&fixture, false);
    assert_int_equal(left_lying(100), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_refused),
        TEST(test_no_route),
        TEST(test_no_answer_to_dialling),
        TEST(test_a_device_that_does_not_greet_wants_a_power_cycle),
        TEST(test_a_slow_connection_is_a_connection),
        TEST(test_a_short_stall_is_nothing),
        TEST(test_a_long_stall_is_told_and_waited_for),
        TEST(test_after_a_silent_second_the_connection_is_over),
        TEST(test_comes_back_after_a_reset),
        TEST(test_comes_back_after_a_cut_inside_a_reply),
        TEST(test_comes_back_after_a_reboot_assuming_nothing),
        TEST(test_stale_fullness_after_a_stop_does_not_matter),
        TEST(test_closing_throws_the_queue_away_and_tells_how_many),
        TEST(test_dark_points_go_on_while_it_is_closed),
        TEST(test_closing_twice_flushes_once),
        TEST(test_a_flush_with_data_in_flight_balances),
        TEST(test_closing_before_it_is_ready_is_fine),
        TEST(test_stop_is_confirmed_dark),
        TEST(test_stop_in_every_state_ends),
        TEST(test_stop_at_any_time_over_a_slow_link),
        TEST(test_disconnect_sends_a_last_stop),
        TEST(test_disconnect_twice_and_while_nothing_is_open),
        TEST(test_a_stop_that_is_not_answered_becomes_an_estop),
        TEST(test_answers_are_left_lying_once_all_runs_smoothly),
        TEST(test_answers_are_awaited_where_room_is_short),
        TEST(test_answers_are_awaited_again_after_running_dry),
        TEST(test_a_stop_is_awaited_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
