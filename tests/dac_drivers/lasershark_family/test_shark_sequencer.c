/* SPDX-License-Identifier: MIT
 *
 * The LaserShark family while it works: filled, counted, darkened, repaired.
 */
#include "lasershark_family/shark_session.h"
#include "shark_world.h"

static struct world world;

static struct sim_shark_status device(void)
{
    return sim_shark_status(world.device);
}

static int64_t command_after(int64_t since_ns, uint8_t op, uint32_t argument)
{
    for (size_t k = 0; k < shark_notes(&world)->command_count; k++)
        if (shark_notes(&world)->commands[k].time_ns >= since_ns &&
            shark_notes(&world)->commands[k].op == op &&
            shark_notes(&world)->commands[k].argument == argument)
            return shark_notes(&world)->commands[k].time_ns;
    return BJ_NEVER;
}

/* ---- Playing ------------------------------------------------------------------------- */

static void test_plays_every_point_once_and_in_order(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        world_run_ms(&world, 10000);
        assert_true(world.played > 295000);
        assert_int_equal(world.emptied, 0);
        assert_int_equal(world.notices, 0);
        assert_int_equal(world_counters(&world)->refused_packets, 0);
        assert_int_equal(world_counters(&world)->interlock_missing, 0);
        assert_int_equal(world_counters(&world)->foreign_words, 0);
        assert_int_equal(world_counters(&world)->half_samples, 0);
        assert_true(world.reports > 900);
        world_balance_all(&world);
        assert_int_equal(world.lost, 0);
        assert_int_equal(world.dried, 1); /* when the feed ended */
        world_stop(&world);
    }
}

/* Tags tell one command's transfer from another's: 2^32 of them are a year's. */
static void test_more_commands_than_tags(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        ((struct shark_session *)world.dac)->channel.last_tag = UINT32_MAX - 100;
        world_run_ms(&world, 3000);
        assert_int_equal(world.emptied, 0);
        assert_int_equal(world.notices, 0);
        assert_true(((struct shark_session *)world.dac)->channel.last_tag < UINT32_MAX / 2);
        world_balance_all(&world);
        world_stop(&world);
    }
}

static void test_begins_when_enough_is_queued_and_not_before(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world.begin_points = 300;
        world.chunk_points = world.target_points = 299;
        world_connect(&world);
        world_reach(&world, BJ_DAC_READY);
        world.feeding = true;
        world_run_ms(&world, 50);
        assert_int_equal(world.dac_status.state, BJ_DAC_READY);
        assert_int_equal(device().level, 299);
        assert_false(device().enabled);
        world.target_points = 300;
        world_run_ms(&world, 5);
        assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
        world_stop(&world);
    }
}

static void test_begins_with_what_there_is_when_no_more_comes(void **state)
{
    (void)state;
    world_start_device(&world, 1);
    world.begin_points = 300;
    world.chunk_points = world.target_points = 40;
    world_connect(&world);
    world_reach(&world, BJ_DAC_READY);
    world.feeding = true;
    world_run_ms(&world, 20);
    world.feeding = false;
    world_run_ms(&world, 150);
    assert_int_equal(world.played, 40);
    world_balance_all(&world);
    world_stop(&world);
}

/* The ring is never filled to where the device would refuse a packet. */
static void test_takes_no_more_than_the_ring_holds(void **state)
{
    struct bj_point point = {0};
    struct bj_chunk chunk = {.points = &point, .count = 1, .pps = 30000};
    uint32_t taken = 9;

    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world.target_points = 2000;
        world_play(&world);
        world_run_ms(&world, 500);
        assert_int_equal(world_counters(&world)->refused_packets, 0);
        assert_in_range(device().level, 500, 704);
        world_fault(&world, SIM_SHARK_HOLD_DATA, 40 * WORLD_MS);
        world_run_ms(&world, 5);
        assert_int_equal(world.dac_status.room_points, 0);
        assert_int_equal(WORLD_SLOT(&world, write, world.now_ns, &chunk, &taken),
                         BJ_WOULD_BLOCK);
        assert_int_equal(taken, 0);
        world_run_ms(&world, 500);
        world_balance_all(&world);
        world_stop(&world);
    }
}

static void test_a_new_rate_counts_from_now(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        for (uint32_t pps = 20000; pps <= 50000; pps += 5000) {
            world.pps = pps;
            world_run_ms(&world, 100);
            assert_int_equal(device().rate, pps);
        }
        assert_int_equal(world.emptied, 0);
        assert_int_equal(world_count(&world, 0x82), 8); /* and one when it was set up */
        world_balance_all(&world);
        world_stop(&world);
    }
}

/* ---- Counting ------------------------------------------------------------------------ */

static void test_reports_stay_true_when_replies_are_slow(void **state)
{
    static const double reply_ms[] = {0.05, 1, 3, 6};

    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        for (size_t n = 0; n < sizeof reply_ms / sizeof *reply_ms; n++) {
            world_start_device(&world, k);
            world_play(&world);
            world_fault(&world, SIM_SHARK_SLOW, (int64_t)(reply_ms[n] * 1e6));
            world_run_ms(&world, 100);
            uint32_t before = world.reports;
            world_run_ms(&world, 2000);
            assert_int_equal(world.emptied, 0);
            assert_int_equal(world.notices, 0);
            assert_true(world.reports > before + 15);
            world_balance_all(&world);
            world_stop(&world);
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
        world_start_shark(&world, config);
        world.pps = pps;
        world_play(&world);
        world_run_ms(&world, 2000);
        assert_int_equal(world.emptied, 0);
        assert_int_equal(world.notices, 0);
        world_balance_all(&world);
        world_stop(&world);
    }
}

/* What a full-speed bus and a busy hub make of a round trip, at the rates people use. */
static void test_keeps_its_rate_when_replies_take_three_ms(void **state)
{
    static const uint32_t rates[] = {30000, 40000, 48000, 50000, 60000};

    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        for (size_t n = 0; n < 5 - (k == 0); n++) {
            world_start_device(&world, k);
            world.pps = rates[n];
            world.target_points = 560;
            world_play(&world);
            world_fault(&world, SIM_SHARK_SLOW, 3 * WORLD_MS);
            world_run_ms(&world, 2000);
            assert_int_equal(world.emptied, 0);
            assert_int_equal(world.notices, 0);
            assert_int_equal(world_counters(&world)->refused_packets, 0);
            world_balance_all(&world);
            world_stop(&world);
        }
    }
}

static void test_late_wakeups_cost_no_point(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world.grain_ns = 2 * WORLD_MS;
        world_play(&world);
        world_run_ms(&world, 2000);
        assert_int_equal(world.emptied, 0);
        world_balance_all(&world);
        world_stop(&world);
    }
}

/* ---- Darkness ------------------------------------------------------------------------ */

static void test_the_shutter_puts_the_light_out_at_once(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        for (int n = 0; n < 20; n++) {
            int64_t since_ns = world.now_ns;
            world_shutter(&world, false); /* the same moment counts: see lit_in_the_dark */
            assert_int_equal(command_after(since_ns, 0x80, 0), since_ns);
            world.lit = false;
            world_run_ms(&world, 20 + 0.37 * n);
            assert_true(command_after(since_ns, 0x8d, 0) < since_ns + 5 * WORLD_MS);
            assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
            assert_int_equal(world.emptied, n + 1);
            world_shutter(&world, true);
            world.lit = true;
            world_run_ms(&world, 50 + 0.71 * n);
            assert_true(device().lit);
        }
        assert_int_equal(world.notices, 0);
        world_balance_all(&world);
        world_stop(&world);
    }
}

/* What the first time threw away was not played. */
static void test_closing_again_while_it_empties_counts_nothing_as_played(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        for (int n = 0; n < 60; n++) {
            uint64_t lost = world.lost;
            world_shutter(&world, false);
            world_run_ms(&world, 0.09 * n);
            world_shutter(&world, true);
            world_shutter(&world, false);
            world_run_ms(&world, 20);
            assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
            assert_true(world.lost > lost + 100);
            world_shutter(&world, true);
            world_run_ms(&world, 50 + 0.71 * n);
        }
        assert_int_equal(world.notices, 0);
        world_balance_all(&world);
        world_stop(&world);
    }
}

static void test_lit_points_are_darkened_while_the_shutter_is_closed(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        world_shutter(&world, false);
        world_run_ms(&world, 200); /* the feed goes on lit; see lit_in_the_dark */
        assert_true(world.played > 5000);
        world_balance_all(&world);
        world_stop(&world);
    }
}

static void test_stop_is_confirmed_dark_and_empty(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        world.feeding = false;
        WORLD_SLOT(&world, stop, world.now_ns);
        world.shutter_open = false;
        world_run_ms(&world, 10);
        assert_int_equal(world.dac_status.state, BJ_DAC_STOPPED);
        assert_false(device().enabled);
        assert_int_equal(device().level, 0);
        assert_int_equal(world.written, world.played + world.lost);
        world_stop(&world);
        assert_int_equal(world.notices, 0);
    }
}

/* Whatever is held: the engine thread goes on, and the command for darkness is out. */
static void test_darkness_does_not_wait_for_samples(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        fake_usb_hold(world.usb, WORLD_PORT, 0x03, true);
        world_run_ms(&world, 4);
        int64_t since_ns = world.now_ns;
        world_shutter(&world, false);
        assert_int_equal(command_after(since_ns, 0x80, 0), since_ns);
        world_run_ms(&world, 20);
        fake_usb_hold(world.usb, WORLD_PORT, 0x03, false);
        world_run_ms(&world, 100);
        assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
        world_balance_all(&world);
        world_stop(&world);
    }
}

static void test_darkness_does_not_wait_for_an_answer(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        fake_usb_hold(world.usb, WORLD_PORT, 0x81, true);
        world_run_ms(&world, 15); /* a count is under way */
        int64_t since_ns = world.now_ns;
        world_shutter(&world, false);
        assert_int_equal(command_after(since_ns, 0x80, 0), since_ns);
        world_run_ms(&world, 100);
        fake_usb_hold(world.usb, WORLD_PORT, 0x81, false);
        world_run_ms(&world, 200);
        assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
        world_balance_all(&world);
        world_stop(&world);
    }
}

/* No command gets through for two seconds: nothing lit follows, the ring ends dark even in
 * a device that would hold the last colour, and the connection is given up. */
static void test_goes_dark_although_no_command_gets_through(void **state)
{
    struct sim_shark_config dock = sim_laserdock_defaults();

    (void)state;
    dock.underrun = SIM_SHARK_HOLDS_COLOUR;
    world_start_dock(&world, dock);
    world_play(&world);
    fake_usb_hold(world.usb, WORLD_PORT, 0x01, true);
    world_run_ms(&world, 20);
    world.shutter_open = true; /* what is queued is still played */
    WORLD_SLOT(&world, shutter, world.now_ns, false);
    world_run_ms(&world, 25);
    assert_false(device().lit);
    assert_int_equal(world_counters(&world)->standing_ticks, 0);
    world_run_ms(&world, 2000);
    assert_false(world.attempting);
    assert_int_equal(world.result, BJ_TIMED_OUT);
    assert_true(world_heard(&world, "does not answer"));
    world_stop(&world);
}

/* ---- Running dry --------------------------------------------------------------------- */

static void test_a_starved_ring_ends_dark_and_begins_again(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        struct sim_shark_config dock = sim_laserdock_defaults();
        dock.underrun = SIM_SHARK_HOLDS_COLOUR;
        if (k == 0)
            world_start_dock(&world, dock);
        else
            world_start_device(&world, 1);
        world_play(&world);
        for (int n = 1; n <= 5; n++) {
            world.feeding = false;
            world_run_ms(&world, 30);
            assert_int_equal(world.dried, n);
            assert_int_equal(world.dac_status.state, BJ_DAC_READY);
            assert_int_equal(world.written, world.played + world.lost);
            assert_int_equal(world_counters(&world)->standing_ticks, 0);
            world.feeding = true;
            world_run_ms(&world, 60);
            assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
        }
        assert_int_equal(world.notices, 0);
        world_balance_all(&world);
        world_stop(&world);
    }
}

/* ---- A ring that does not move ------------------------------------------------------- */

static void test_an_output_switched_off_is_seen_and_mended(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world.target_points = 2000; /* as full as it gets */
        world_play(&world);
        shark_notes(&world)->lies = true; /* that it plays, until it is noticed */
        world_fault(&world, SIM_SHARK_OUTPUT_OFF, 0);
        world_run_ms(&world, 300);
        shark_notes(&world)->lies = false;
        assert_true(world_heard(&world, "stands still") ||
                    world_heard(&world, "does not take samples"));
        assert_int_equal(world.notices, 1);
        assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
        assert_true(device().enabled);
        world_balance_all(&world);
        world_stop(&world);
    }
}

static void test_a_ring_that_never_moves_is_given_up(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        world_fault(&world, SIM_SHARK_FREEZE, 10 * BJ_NS_PER_S);
        world_run_ms(&world, 3000);
        assert_false(world.attempting);
        assert_int_equal(world.result, BJ_TIMED_OUT);
        assert_true(world_heard(&world, "again and again"));
        assert_false(device().enabled);
        world_stop(&world);
    }
}

/* ---- Samples that do not get through ------------------------------------------------- */

static void test_samples_held_for_long_are_dropped_and_told(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        world_fault(&world, SIM_SHARK_HOLD_DATA, 70 * WORLD_MS);
        world_run_ms(&world, 300);
        assert_true(world.emptied >= 1);
        assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
        world_balance_all(&world);
        world_stop(&world);
    }
}

static void test_a_stalled_endpoint_gets_one_chance(void **state)
{
    static const enum sim_shark_fault faults[] = {
        SIM_SHARK_STALL_COMMAND, SIM_SHARK_STALL_REPLY, SIM_SHARK_STALL_DATA};

    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        for (size_t n = 0; n < 3; n++) {
            world_start_device(&world, k);
            world_play(&world);
            world_fault(&world, faults[n], 1);
            world_run_ms(&world, 500);
            assert_true(world.attempting);
            assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
            world_fault(&world, faults[n], 1000);
            world_run_ms(&world, 3000);
            assert_false(world.attempting);
            assert_int_equal(world.result, BJ_REFUSED);
            world_stop(&world);
        }
    }
}

static void break_samples(size_t after, enum usb_end end, bool survives)
{
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        fake_usb_break(world.usb, WORLD_PORT, 0x03, after, end);
        world_run_ms(&world, 300);
        assert_int_equal(world.attempting, survives);
        if (survives) {
            assert_int_equal(world.emptied, 1);
            world_balance_all(&world);
        } else {
            assert_int_equal(world.result, BJ_IO_ERROR);
            assert_true(world_heard(&world, "cannot be sent samples"));
        }
        world_stop(&world);
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
