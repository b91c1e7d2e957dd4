/* SPDX-License-Identifier: MIT
 *
 * The LaserShark family while it works: filled, counted, darkened, repaired.
 */
#include "lasershark_family/shark_session.h"
#include "shark_fixture.h"

static struct fixture fixture;

static struct sim_shark_status device(void)
{
    return sim_shark_status(fixture.device);
}

static int64_t command_after(int64_t since_ns, uint8_t op, uint32_t argument)
{
    for (size_t k = 0; k < shark_notes(&fixture)->command_count; k++)
        if (shark_notes(&fixture)->commands[k].time_ns >= since_ns &&
            shark_notes(&fixture)->commands[k].op == op &&
            shark_notes(&fixture)->commands[k].argument == argument)
            return shark_notes(&fixture)->commands[k].time_ns;
    return BJ_NEVER;
}

/* ---- Playing ------------------------------------------------------------------------- */

static void test_plays_every_point_once_and_in_order(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        fixture_run_ms(&fixture, 10000);
        assert_true(fixture.played > 295000);
        assert_int_equal(fixture.emptied, 0);
        assert_int_equal(fixture.notices, 0);
        assert_int_equal(fixture_counters(&fixture)->refused_packets, 0);
        assert_int_equal(fixture_counters(&fixture)->interlock_missing, 0);
        assert_int_equal(fixture_counters(&fixture)->foreign_words, 0);
        assert_int_equal(fixture_counters(&fixture)->half_samples, 0);
        assert_true(fixture.reports > 900);
        fixture_balance_all(&fixture);
        assert_int_equal(fixture.lost, 0);
        assert_int_equal(fixture.dried, 1); /* when the feed ended */
        fixture_stop(&fixture);
    }
}

/* Tags tell one command's transfer from another's: 2^32 of them are a year's. */
static void test_more_commands_than_tags(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        ((struct shark_session *)fixture.dac)->channel.last_tag = UINT32_MAX - 100;
        fixture_run_ms(&fixture, 3000);
        assert_int_equal(fixture.emptied, 0);
        assert_int_equal(fixture.notices, 0);
        assert_true(((struct shark_session *)fixture.dac)->channel.last_tag <
                    UINT32_MAX / 2);
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

static void test_begins_when_enough_is_queued_and_not_before(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture.begin_points = 300;
        fixture.chunk_points = fixture.target_points = 299;
        fixture_connect(&fixture);
        fixture_reach(&fixture, BJ_DAC_READY);
        fixture.feeding = true;
        fixture_run_ms(&fixture, 50);
        assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
        assert_int_equal(device().level, 299);
        assert_false(device().enabled);
        fixture.target_points = 300;
        fixture_run_ms(&fixture, 5);
        assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
        fixture_stop(&fixture);
    }
}

static void test_begins_with_what_there_is_when_no_more_comes(void **state)
{
    (void)state;
    fixture_start_device(&fixture, 1);
    fixture.begin_points = 300;
    fixture.chunk_points = fixture.target_points = 40;
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_READY);
    fixture.feeding = true;
    fixture_run_ms(&fixture, 20);
    fixture.feeding = false;
    fixture_run_ms(&fixture, 150);
    assert_int_equal(fixture.played, 40);
    fixture_balance_all(&fixture);
    fixture_stop(&fixture);
}

/* The ring is never filled to where the device would refuse a packet. */
static void test_takes_no_more_than_the_ring_holds(void **state)
{
    struct bj_point point = {0};
    struct bj_chunk chunk = {.points = &point, .count = 1, .pps = 30000};
    uint32_t taken = 9;

    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture.target_points = 2000;
        fixture_play(&fixture);
        fixture_run_ms(&fixture, 500);
        assert_int_equal(fixture_counters(&fixture)->refused_packets, 0);
        assert_in_range(device().level, 500, 704);
        fixture_fault(&fixture, SIM_SHARK_HOLD_DATA, 40 * FIXTURE_MS);
        fixture_run_ms(&fixture, 5);
        assert_int_equal(fixture.dac_status.room_points, 0);
        assert_int_equal(FIXTURE_SLOT(&fixture, write, fixture.now_ns, &chunk, &taken),
                         BJ_WOULD_BLOCK);
        assert_int_equal(taken, 0);
        fixture_run_ms(&fixture, 500);
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

static void test_a_new_rate_counts_from_now(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        for (uint32_t pps = 20000; pps <= 50000; pps += 5000) {
            fixture.pps = pps;
            fixture_run_ms(&fixture, 100);
            assert_int_equal(device().rate, pps);
        }
        assert_int_equal(fixture.emptied, 0);
        assert_int_equal(fixture_count(&fixture, 0x82), 8); /* and one when it was set up */
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

/* ---- Counting ------------------------------------------------------------------------ */

static void test_reports_stay_true_when_replies_are_slow(void **state)
{
    static const double reply_ms[] = {0.05, 1, 3, 6};

    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        for (size_t n = 0; n < sizeof reply_ms / sizeof *reply_ms; n++) {
            fixture_start_device(&fixture, k);
            fixture_play(&fixture);
            fixture_fault(&fixture, SIM_SHARK_SLOW, (int64_t)(reply_ms[n] * 1e6));
            fixture_run_ms(&fixture, 100);
            uint32_t before = fixture.reports;
            fixture_run_ms(&fixture, 2000);
            assert_int_equal(fixture.emptied, 0);
            assert_int_equal(fixture.notices, 0);
            assert_true(fixture.reports > before + 15);
            fixture_balance_all(&fixture);
            fixture_stop(&fixture);
        }
    }
}

/* The count may be taken while a packet or two are before the ring. */
static void test_counts_may_miss_a_packet_or_two(void **state)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    (void)state;
    config.lazy = true;
    config.reply_ns = 1000;
    for (uint32_t pps = 30000; pps <= 60000; pps += 10000) {
        fixture_start_shark(&fixture, config);
        fixture.pps = pps;
        fixture_play(&fixture);
        fixture_run_ms(&fixture, 2000);
        assert_int_equal(fixture.emptied, 0);
        assert_int_equal(fixture.notices, 0);
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

/* What a full-speed bus and a busy hub make of a round trip, at the rates people use. */
static void test_keeps_its_rate_when_replies_take_three_ms(void **state)
{
    static const uint32_t rates[] = {30000, 40000, 48000, 50000, 60000};

    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        for (size_t n = 0; n < 5 - (k == 0); n++) {
            fixture_start_device(&fixture, k);
            fixture.pps = rates[n];
            fixture.target_points = 560;
            fixture_play(&fixture);
            fixture_fault(&fixture, SIM_SHARK_SLOW, 3 * FIXTURE_MS);
            fixture_run_ms(&fixture, 2000);
            assert_int_equal(fixture.emptied, 0);
            assert_int_equal(fixture.notices, 0);
            assert_int_equal(fixture_counters(&fixture)->refused_packets, 0);
            fixture_balance_all(&fixture);
            fixture_stop(&fixture);
        }
    }
}

static void test_late_wakeups_cost_no_point(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture.grain_ns = 2 * FIXTURE_MS;
        fixture_play(&fixture);
        fixture_run_ms(&fixture, 2000);
        assert_int_equal(fixture.emptied, 0);
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

/* ---- Darkness ------------------------------------------------------------------------ */

static void test_the_shutter_puts_the_light_out_at_once(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        for (int n = 0; n < 20; n++) {
            int64_t since_ns = fixture.now_ns;
            fixture_shutter(&fixture,
                            false); /* the same moment counts: see lit_in_the_dark */
            assert_int_equal(command_after(since_ns, 0x80, 0), since_ns);
            fixture.lit = false;
            fixture_run_ms(&fixture, 20 + 0.37 * n);
            assert_true(command_after(since_ns, 0x8d, 0) < since_ns + 5 * FIXTURE_MS);
            assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
            assert_int_equal(fixture.emptied, n + 1);
            fixture_shutter(&fixture, true);
            fixture.lit = true;
            fixture_run_ms(&fixture, 50 + 0.71 * n);
            assert_true(device().lit);
        }
        assert_int_equal(fixture.notices, 0);
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

/* What the first time threw away was not played. */
static void test_closing_again_while_it_empties_counts_nothing_as_played(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        for (int n = 0; n < 60; n++) {
            uint64_t lost = fixture.lost;
            fixture_shutter(&fixture, false);
            fixture_run_ms(&fixture, 0.09 * n);
            fixture_shutter(&fixture, true);
            fixture_shutter(&fixture, false);
            fixture_run_ms(&fixture, 20);
            assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
            assert_true(fixture.lost > lost + 100);
            fixture_shutter(&fixture, true);
            fixture_run_ms(&fixture, 50 + 0.71 * n);
        }
        assert_int_equal(fixture.notices, 0);
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

static void test_lit_points_are_darkened_while_the_shutter_is_closed(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        fixture_shutter(&fixture, false);
        fixture_run_ms(&fixture, 200); /* the feed goes on lit; see lit_in_the_dark */
        assert_true(fixture.played > 5000);
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

static void test_stop_is_confirmed_dark_and_empty(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        fixture.feeding = false;
        FIXTURE_SLOT(&fixture, stop, fixture.now_ns);
        fixture.shutter_open = false;
        fixture_run_ms(&fixture, 10);
        assert_int_equal(fixture.dac_status.state, BJ_DAC_STOPPED);
        assert_false(device().enabled);
        assert_int_equal(device().level, 0);
        assert_int_equal(fixture.written, fixture.played + fixture.lost);
        fixture_stop(&fixture);
        assert_int_equal(fixture.notices, 0);
    }
}

/* Whatever is held: the engine thread goes on, and the command for darkness is out. */
static void test_darkness_does_not_wait_for_samples(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        fake_usb_hold(fixture.usb, FIXTURE_PORT, 0x03, true);
        fixture_run_ms(&fixture, 4);
        int64_t since_ns = fixture.now_ns;
        fixture_shutter(&fixture, false);
        assert_int_equal(command_after(since_ns, 0x80, 0), since_ns);
        fixture_run_ms(&fixture, 20);
        fake_usb_hold(fixture.usb, FIXTURE_PORT, 0x03, false);
        fixture_run_ms(&fixture, 100);
        assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

static void test_darkness_does_not_wait_for_an_answer(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        fake_usb_hold(fixture.usb, FIXTURE_PORT, 0x81, true);
        fixture_run_ms(&fixture, 15); /* a count is under way */
        int64_t since_ns = fixture.now_ns;
        fixture_shutter(&fixture, false);
        assert_int_equal(command_after(since_ns, 0x80, 0), since_ns);
        fixture_run_ms(&fixture, 100);
        fake_usb_hold(fixture.usb, FIXTURE_PORT, 0x81, false);
        fixture_run_ms(&fixture, 200);
        assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

/* No command gets through for two seconds: nothing lit follows, the ring ends dark even in
 * a device that would hold the last colour, and the connection is given up. */
static void test_goes_dark_although_no_command_gets_through(void **state)
{
    struct sim_shark_config dock = sim_laserdock_defaults();

    (void)state;
    dock.underrun = SIM_SHARK_HOLDS_COLOUR;
    fixture_start_dock(&fixture, dock);
    fixture_play(&fixture);
    fake_usb_hold(fixture.usb, FIXTURE_PORT, 0x01, true);
    fixture_run_ms(&fixture, 20);
    fixture.shutter_open = true; /* what is queued is still played */
    FIXTURE_SLOT(&fixture, shutter, fixture.now_ns, false);
    fixture_run_ms(&fixture, 25);
    assert_false(device().lit);
    assert_int_equal(fixture_counters(&fixture)->standing_ticks, 0);
    fixture_run_ms(&fixture, 2000);
    assert_false(fixture.attempting);
    assert_int_equal(fixture.result, BJ_TIMED_OUT);
    assert_true(fixture_heard(&fixture, "does not answer"));
    fixture_stop(&fixture);
}

/* ---- Running dry --------------------------------------------------------------------- */

static void test_a_starved_ring_ends_dark_and_begins_again(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        struct sim_shark_config dock = sim_laserdock_defaults();
        dock.underrun = SIM_SHARK_HOLDS_COLOUR;
        if (k == 0)
            fixture_start_dock(&fixture, dock);
        else
            fixture_start_device(&fixture, 1);
        fixture_play(&fixture);
        for (int n = 1; n <= 5; n++) {
            fixture.feeding = false;
            fixture_run_ms(&fixture, 30);
            assert_int_equal(fixture.dried, n);
            assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
            assert_int_equal(fixture.written, fixture.played + fixture.lost);
            assert_int_equal(fixture_counters(&fixture)->standing_ticks, 0);
            fixture.feeding = true;
            fixture_run_ms(&fixture, 60);
            assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
        }
        assert_int_equal(fixture.notices, 0);
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

/* ---- A ring that does not move ------------------------------------------------------- */

static void test_an_output_switched_off_is_seen_and_mended(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture.target_points = 2000; /* as full as it gets */
        fixture_play(&fixture);
        shark_notes(&fixture)->lies = true; /* that it plays, until it is noticed */
        fixture_fault(&fixture, SIM_SHARK_OUTPUT_OFF, 0);
        fixture_run_ms(&fixture, 300);
        shark_notes(&fixture)->lies = false;
        assert_true(fixture_heard(&fixture, "stands still") ||
                    fixture_heard(&fixture, "does not take samples"));
        assert_int_equal(fixture.notices, 1);
        assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
        assert_true(device().enabled);
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

static void test_a_ring_that_never_moves_is_given_up(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        fixture_fault(&fixture, SIM_SHARK_FREEZE, 10 * BJ_NS_PER_S);
        fixture_run_ms(&fixture, 3000);
        assert_false(fixture.attempting);
        assert_int_equal(fixture.result, BJ_TIMED_OUT);
        assert_true(fixture_heard(&fixture, "again and again"));
        assert_false(device().enabled);
        fixture_stop(&fixture);
    }
}

/* ---- Samples that do not get through ------------------------------------------------- */

static void test_samples_held_for_long_are_dropped_and_told(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        fixture_fault(&fixture, SIM_SHARK_HOLD_DATA, 70 * FIXTURE_MS);
        fixture_run_ms(&fixture, 300);
        assert_true(fixture.emptied >= 1);
        assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

static void test_a_stalled_endpoint_gets_one_chance(void **state)
{
    static const enum sim_shark_fault faults[] = {
        SIM_SHARK_STALL_COMMAND, SIM_SHARK_STALL_REPLY, SIM_SHARK_STALL_DATA};

    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        for (size_t n = 0; n < 3; n++) {
            fixture_start_device(&fixture, k);
            fixture_play(&fixture);
            fixture_fault(&fixture, faults[n], 1);
            fixture_run_ms(&fixture, 500);
            assert_true(fixture.attempting);
            assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
            fixture_fault(&fixture, faults[n], 1000);
            fixture_run_ms(&fixture, 3000);
            assert_false(fixture.attempting);
            assert_int_equal(fixture.result, BJ_REFUSED);
            fixture_stop(&fixture);
        }
    }
}

static void break_samples(size_t after, enum usb_end end, bool survives)
{
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        fake_usb_break(fixture.usb, FIXTURE_PORT, 0x03, after, end);
        fixture_run_ms(&fixture, 300);
        assert_int_equal(fixture.attempting, survives);
        if (survives) {
            assert_int_equal(fixture.emptied, 1);
            fixture_balance_all(&fixture);
        } else {
            assert_int_equal(fixture.result, BJ_IO_ERROR);
            assert_true(fixture_heard(&fixture, "cannot be sent samples"));
        }
        fixture_stop(&fixture);
    }
}

static void test_a_transfer_that_came_short_starts_over(void **state)
{
    (void)state;
    break_samples(128, USB_END_DONE, true);
    break_samples(64, USB_END_CANCELLED, true);
}

static void test_a_broken_bus_ends_the_connection(void **state)
{
    (void)state;
    break_samples(64, USB_END_ERROR, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plays_every_point_once_and_in_order),
        cmocka_unit_test(test_more_commands_than_tags),
        cmocka_unit_test(test_begins_when_enough_is_queued_and_not_before),
        cmocka_unit_test(test_begins_with_what_there_is_when_no_more_comes),
        cmocka_unit_test(test_takes_no_more_than_the_ring_holds),
        cmocka_unit_test(test_a_new_rate_counts_from_now),
        cmocka_unit_test(test_reports_stay_true_when_replies_are_slow),
        cmocka_unit_test(test_keeps_its_rate_when_replies_take_three_ms),
        cmocka_unit_test(test_counts_may_miss_a_packet_or_two),
        cmocka_unit_test(test_late_wakeups_cost_no_point),
        cmocka_unit_test(test_the_shutter_puts_the_light_out_at_once),
        cmocka_unit_test(test_closing_again_while_it_empties_counts_nothing_as_played),
        cmocka_unit_test(test_lit_points_are_darkened_while_the_shutter_is_closed),
        cmocka_unit_test(test_stop_is_confirmed_dark_and_empty),
        cmocka_unit_test(test_darkness_does_not_wait_for_samples),
        cmocka_unit_test(test_darkness_does_not_wait_for_an_answer),
        cmocka_unit_test(test_goes_dark_although_no_command_gets_through),
        cmocka_unit_test(test_a_starved_ring_ends_dark_and_begins_again),
        cmocka_unit_test(test_an_output_switched_off_is_seen_and_mended),
        cmocka_unit_test(test_a_ring_that_never_moves_is_given_up),
        cmocka_unit_test(test_samples_held_for_long_are_dropped_and_told),
        cmocka_unit_test(test_a_stalled_endpoint_gets_one_chance),
        cmocka_unit_test(test_a_transfer_that_came_short_starts_over),
        cmocka_unit_test(test_a_broken_bus_ends_the_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
