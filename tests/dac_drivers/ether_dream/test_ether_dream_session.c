/* SPDX-License-Identifier: MIT
 *
 * The life of a connection: made, silent, lost, flushed, stopped.
 */
#include "ether_dream_world.h"

static struct world world;

static int stop_world(void **state)
{
    (void)state;
    world_stop(&world);
    return 0;
}

static const struct sim_ed_counters *counters(void)
{
    return sim_ed_counters(world.device);
}

static void start_heard(const char *profile)
{
    world_start_as(&world, profile);
    world_connect(&world);
    world_reach(&world, BJ_DAC_READY);
    world_disconnect(&world);
}

/* ---- Connecting ---------------------------------------------------------------------- */

static void test_refused(void **state)
{
    (void)state;
    start_heard("ed2");
    fake_net_set_route(world.net, WORLD_IP, FAKE_ROUTE_REFUSE);
    world_connect(&world);
    world_run_ms(&world, 10);
    assert_int_equal(world.result, BJ_REFUSED);
    assert_true(world_heard(&world, "no connection"));
}

static void test_no_route(void **state)
{
    (void)state;
    start_heard("ed2");
    fake_net_set_route(world.net, WORLD_IP, FAKE_ROUTE_NONE);
    world_connect(&world);
    assert_int_equal(world.result, BJ_NOT_FOUND);
    assert_true(world_heard(&world, "no connection"));
}

static void test_no_answer_to_dialling(void **state)
{
    (void)state;
    start_heard("ed2");
    fake_net_set_route(world.net, WORLD_IP, FAKE_ROUTE_BLACK_HOLE);
    world_connect(&world);
    world_run_ms(&world, 1990);
    assert_true(world.attempting);
    assert_int_equal(world.dac_status.state, BJ_DAC_CONNECTING);
    world_run_ms(&world, 20);
    assert_int_equal(world.result, BJ_TIMED_OUT);
}

static void test_a_device_that_does_not_greet_wants_a_power_cycle(void **state)
{
    (void)state;
    start_heard("ed2");
    world_fault(&world, SIM_ED_HANG, 0);
    world_connect(&world);
    world_run_ms(&world, 2010);
    assert_int_equal(world.result, BJ_TIMED_OUT);
    assert_true(world_heard(&world, "power-cycle"));
}

static void test_a_slow_connection_is_a_connection(void **state)
{
    (void)state;
    start_heard("ed2");
    fake_net_set_connect_delay(world.net, 1500 * WORLD_MS);
    world_connect(&world);
    world_run_ms(&world, 1499);
    assert_int_equal(world.dac_status.state, BJ_DAC_CONNECTING);
    world_run_ms(&world, 10);
    assert_int_equal(world.dac_status.state, BJ_DAC_READY);
}

/* ---- Silence and loss ---------------------------------------------------------------- */

static void test_a_short_stall_is_nothing(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    world_fault(&world, SIM_ED_STALL, 20 * WORLD_MS);
    world_run_ms(&world, 500);
    assert_int_equal(world.notices, 0);
    assert_int_equal(world.emptied, 0);
    world_balance(&world, 0);
}

static void test_a_long_stall_is_told_and_waited_for(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    world_fault(&world, SIM_ED_STALL, 1000 * WORLD_MS);
    world_run_ms(&world, 490);
    assert_int_equal(world.notices, 0);
    world_run_ms(&world, 100);
    assert_int_equal(world.notices, 1);
    assert_true(world_heard(&world, "no answer for half a second"));
    world_run_ms(&world, 1000);
    assert_true(world.attempting);
    assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
    assert_int_equal(counters()->connections, 1);
    assert_int_equal(world.dried, 1);
}

static void test_after_a_silent_second_the_connection_is_over(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    fake_net_set_route(world.net, WORLD_IP, FAKE_ROUTE_BLACK_HOLE);
    world_run_ms(&world, 990);
    assert_true(world.attempting);
    world_run_ms(&world, 120);
    assert_int_equal(world.result, BJ_TIMED_OUT);
    assert_true(world_heard(&world, "no answer for a second"));
    assert_true(world.emptied > 0);
}

static void lose_by(enum sim_ed_fault fault, int64_t value, enum bj_status expected)
{
    world_fault(&world, fault, value);
    world_run_ms(&world, 100);
    assert_int_equal(world.result, expected);
    assert_true(world.notices > 0);
    assert_true(world.last_lost > 0);
    world.lit = false;
    world_connect(&world);
    world.shutter_open = true; /* what the device still plays is beyond reach */
    world_run_ms(&world, 50);
    world.shutter_open = false;
}

static void test_comes_back_after_a_reset(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    lose_by(SIM_ED_RESET, 3, BJ_DISCONNECTED);
    world_reach(&world, BJ_DAC_PLAYING);
}

static void test_comes_back_after_a_cut_inside_a_reply(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    for (int kept = 0; kept < 22; kept++) {
        world.told_size = 0;
        lose_by(SIM_ED_CUT, kept, BJ_DISCONNECTED);
        world_reach(&world, BJ_DAC_PLAYING);
    }
}

static void test_comes_back_after_a_reboot_assuming_nothing(void **state)
{
    size_t prepares;

    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    prepares = world_count(&world, 'p');
    world_fault(&world, SIM_ED_REBOOT, 2000 * WORLD_MS);
    world_run_ms(&world, 10);
    assert_int_equal(world.result, BJ_DISCONNECTED);
    world_run_ms(&world, 10);
    world_connect(&world);
    world_run_ms(&world, 10);
    assert_int_equal(world.result, BJ_REFUSED);
    world_run_ms(&world, 2000);
    world.lit = false;
    world_connect(&world);
    world_reach(&world, BJ_DAC_PLAYING);
    assert_int_equal(world_count(&world, 'p'), prepares + 1);
}

static void test_stale_fullness_after_a_stop_does_not_matter(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    world_disconnect(&world);
    world.shutter_open = false;
    assert_true(sim_ed_status(world.device).fullness > 0);
    world.lit = false;
    world_connect(&world);
    world_reach(&world, BJ_DAC_PLAYING);
    world_run_ms(&world, 200);
    assert_int_equal(world.report.played_points + world.report.queued_points +
                         world.report.unreported_points,
                     world.written - world.written_at_connect);
}

/* ---- The shutter --------------------------------------------------------------------- */

static void test_closing_throws_the_queue_away_and_tells_how_many(void **state)
{
    uint32_t queued;

    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    world.feeding = false;
    world_run_ms(&world, 5);
    queued = sim_ed_status(world.device).fullness;
    assert_true(queued > 500);
    world_shutter(&world, false);
    world_run_ms(&world, 1);
    assert_int_equal(world.emptied, 1);
    assert_int_equal(world.last_lost, queued);
    assert_int_equal(world.dried, 0);
    assert_string_equal(ed_notes(&world)->ops + ed_notes(&world)->command_count - 2, "sp");
    assert_int_equal(world.dac_status.state, BJ_DAC_READY);
    assert_int_equal(world.played + world.lost, world.written);
}

static void test_dark_points_go_on_while_it_is_closed(void **state)
{
    uint64_t played;

    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    world_shutter(&world, false); /* and the feed goes on being lit */
    played = world.played;
    world_run_ms(&world, 200);
    assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
    assert_true(world.played > played + 5000);
    assert_int_equal(world.lit_in_the_dark, 0);
    world_shutter(&world, true);
    world_run_ms(&world, 200);
    assert_int_equal(world.emptied, 1);
    assert_true(counters()->lit_played > 0);
    world_balance(&world, 0);
    assert_int_equal(world.skipped, world.lost);
}

static void test_closing_twice_flushes_once(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    world_shutter(&world, false);
    world_shutter(&world, false);
    world_run_ms(&world, 50);
    world_shutter(&world, false);
    world_run_ms(&world, 50);
    assert_int_equal(world_count(&world, 's'), 1);
    assert_int_equal(world.emptied, 1);
}

/* In flight: some data behind, some ahead of the stop, over a slow link. */
static void test_a_flush_with_data_in_flight_balances(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();

    (void)state;
    config.link.latency_ns = 1500000;
    world_start(&world, &config);
    world.pps = 60000;
    world.target_points = 2500;
    world_play(&world);
    for (int k = 0; k < 20; k++) {
        world.lit = false; /* lit points already on their way would be no fault */
        WORLD_SLOT(&world, shutter, world.now_ns, false);
        world_run_ms(&world, 30 + k * 0.37);
        WORLD_SLOT(&world, shutter, world.now_ns, true);
        world_run_ms(&world, 50 + k * 0.73);
    }
    assert_int_equal(world.emptied, 20);
    assert_int_equal(world.notices, 0);
    world_balance(&world, 0);
    assert_int_equal(world.skipped, world.lost);
}

static void test_closing_before_it_is_ready_is_fine(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    WORLD_SLOT(&world, shutter, world.now_ns, false);
    world_connect(&world);
    for (int k = 0; k < 40; k++) {
        WORLD_SLOT(&world, shutter, world.now_ns, k % 2 == 0);
        world_run_ms(&world, 5);
    }
    assert_int_equal(world.dac_status.state, BJ_DAC_READY);
    assert_int_equal(world.lost, 0);
    assert_int_equal(counters()->naks_invalid, 0);
}

/* ---- Stop and disconnect ------------------------------------------------------------- */

static void test_stop_is_confirmed_dark(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    WORLD_SLOT(&world, stop, world.now_ns);
    world.shutter_open = false;
    world_run_ms(&world, 5);
    assert_int_equal(world.dac_status.state, BJ_DAC_STOPPED);
    assert_int_equal(world.dac_status.room_points, 0);
    assert_int_equal(sim_ed_status(world.device).playback, 0);
    assert_int_equal(ed_notes(&world)->ops[ed_notes(&world)->command_count - 1], 's');
    assert_int_equal(world.played + world.lost, world.written);
    world_run_ms(&world, 500);
    assert_int_equal(ed_notes(&world)->ops[ed_notes(&world)->command_count - 1],
                     's'); /* leaves it alone */
}

static void stop_now(void)
{
    WORLD_SLOT(&world, stop, world.now_ns);
    world_reach(&world, BJ_DAC_STOPPED);
    world_stop(&world);
}

static void test_stop_in_every_state_ends(void **state)
{
    (void)state;
    world_start_as(&world, "ed2"); /* not announced yet */
    world_connect(&world);
    stop_now();
    world_start_as(&world, "ed2"); /* dialling */
    fake_net_set_connect_delay(world.net, BJ_NS_PER_S);
    world_connect(&world);
    world_run_ms(&world, 200);
    stop_now();
    world_start_as(&world, "ed2"); /* every moment around the greeting */
    world_connect(&world);
    world_run_ms(&world, 100);
    stop_now();
    world_start_as(&world, "ed2"); /* in e-stop */
    world_play(&world);
    world_fault(&world, SIM_ED_ESTOP, 0);
    world_run_ms(&world, 110); /* the stand-in sees the queue stand still: only a ping */
    assert_int_equal(world.dac_status.state, BJ_DAC_FAULT);
    stop_now();
    world_start_as(&world, "ed2");
    world_connect(&world);
    world_reach(&world, BJ_DAC_READY);
    WORLD_SLOT(&world, stop, world.now_ns);
    world_reach(&world, BJ_DAC_STOPPED);
}

static void test_stop_at_any_time_over_a_slow_link(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();

    (void)state;
    config.link.latency_ns = 3 * WORLD_MS;
    for (int ms = 95; ms < 160; ms++) {
        if (ms > 95)
            world_stop(&world);
        world_start(&world, &config);
        world.feeding = true;
        world_connect(&world);
        world_run_ms(&world, ms);
        WORLD_SLOT(&world, stop, world.now_ns);
        world_reach(&world, BJ_DAC_STOPPED);
        assert_int_equal(sim_ed_status(world.device).playback, 0);
        assert_int_equal(world.played + world.lost, world.written);
    }
}

static void test_disconnect_sends_a_last_stop(void **state)
{
    static const char *const profiles[] = {"ed1", "ed2"};

    (void)state;
    for (int k = 0; k < 2; k++) {
        if (k > 0)
            world_stop(&world);
        world_start_as(&world, profiles[k]);
        world_play(&world);
        world_disconnect(&world);
        assert_int_equal(world.emptied, 1);
        world.shutter_open = false;
        world_run_ms(&world, 100);
        assert_int_equal(ed_notes(&world)->ops[ed_notes(&world)->command_count - 1], 's');
        assert_int_equal(sim_ed_status(world.device).playback, 0);
    }
}

static void test_disconnect_twice_and_while_nothing_is_open(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_disconnect(&world);
    world_connect(&world);
    world_disconnect(&world);
    world_disconnect(&world);
    assert_int_equal(world.emptied, 0);
}

static void test_a_stop_that_is_not_answered_becomes_an_estop(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    world.feeding = false;
    world_fault(&world, SIM_ED_SWALLOW, 1);
    WORLD_SLOT(&world, stop, world.now_ns);
    world_run_ms(&world, 95);
    assert_int_equal(counters()->estops, 0);
    world_run_ms(&world, 10);
    assert_int_equal(counters()->estops, 1);
    assert_int_equal(counters()->connections, 2);
    assert_int_equal(sim_ed_status(world.device).playback, 0);
}

/* ---- Looking ------------------------------------------------------------------------- */

/* In how many of `ms` milliseconds the answers are not waited for. */
static int left_lying(int ms)
{
    int count = 0;

    for (int k = 0; k < ms; k++) {
        world_run_ms(&world, 1);
        for (int h = 0; h < world.wait.count; h++)
            count += world.wait.handles[h].events == 0;
    }
    return count;
}

static void play_smoothly(const char *profile, uint32_t pps, uint32_t target_points)
{
    struct sim_ed_config device = sim_ed_defaults();

    device.profile = *sim_ed_profile(profile);
    device.link.latency_ns = 1500000;
    world_start(&world, &device);
    world.pps = pps;
    world.target_points = target_points;
    world.begin_points = target_points / 2;
    world_play(&world);
}

static void test_answers_are_left_lying_once_all_runs_smoothly(void **state)
{
    (void)state;
    play_smoothly("ed2", 30000, 1500);
    assert_int_equal(left_lying(2800), 0);
    world_run_ms(&world, 300);
    uint32_t before = world.reports;
    int lying = left_lying(1000);
    assert_true(lying > 500 && lying < 980); /* with an exact look every 40 ms */
    assert_true(world.reports - before > 100);
}

static void test_answers_are_awaited_where_room_is_short(void **state)
{
    (void)state;
    play_smoothly("ed1", 60000, 1438);
    world_run_ms(&world, 3300);
    assert_int_equal(left_lying(500), 0);
}

static void test_answers_are_awaited_again_after_running_dry(void **state)
{
    (void)state;
    play_smoothly("ed2", 30000, 1500);
    world_run_ms(&world, 3300);
    assert_true(left_lying(300) > 100);
    world.feeding = false;
    world_run_ms(&world, 300);
    assert_int_equal(world.dried, 1);
    world.feeding = true;
    world_run_ms(&world, 200);
    assert_int_equal(left_lying(2500), 0);
    assert_true(left_lying(1000) > 100);
}

static void test_a_stop_is_awaited_at_once(void **state)
{
    (void)state;
    play_smoothly("ed2", 30000, 1500);
    world_run_ms(&world, 3300);
    assert_true(left_lying(300) > 100);
    world.lit = false; /* lit points already on their way would be no fault */
    world_run_ms(&world, 100);
    world_shutter(&world, false);
    assert_int_equal(left_lying(100), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop_world)

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
