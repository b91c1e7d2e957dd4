/* SPDX-License-Identifier: MIT
 *
 * The ring, the FIFO and the tick of the simulated family, without any driver.
 */
#include "sim_shark_rig.h"

#define LIT 0x8fff
#define DARK 0x8000

static struct shark_rig rig;

static int start(void **state)
{
    (void)state;
    shark_rig_start(&rig, false, sim_lasershark_defaults());
    return 0;
}

static int stop(void **state)
{
    (void)state;
    shark_rig_stop(&rig);
    return 0;
}

static void restart(struct sim_shark_config config)
{
    shark_rig_stop(&rig);
    shark_rig_start(&rig, false, config);
}

static struct sim_shark_status status(void)
{
    return sim_shark_status(rig.device);
}

/* ---- The tick ------------------------------------------------------------------------ */

static void test_nothing_is_played_while_the_output_is_off(void **state)
{
    (void)state;
    shark_rig_samples(&rig, 100, LIT);
    shark_rig_wait_ms(&rig, 1000);
    assert_int_equal(rig.played_count, 0);
    assert_int_equal(status().level, 100);
    assert_false(status().lit);
    assert_int_equal(status().x, 0x7ff);
    assert_int_equal(sim_shark_counters(rig.device)->disabled_samples, 100);
}

static void test_one_sample_a_tick(void **state)
{
    (void)state;
    shark_rig_samples(&rig, 100, LIT);
    shark_rig_ask(&rig, "80 01");
    shark_rig_wait_ms(&rig, 50);
    assert_in_range(rig.played_count, 50, 51);
    for (int k = 1; k < rig.played_count; k++) {
        assert_int_equal(rig.played[k].x, k);
        assert_int_equal(rig.played[k].time_ns - rig.played[k - 1].time_ns, 1000000);
    }
    assert_true(status().lit);
}

/* The first look comes when the machine has been running for ten years, at any tick. */
static void test_ten_years_of_ticks_cost_nothing(void **state)
{
    (void)state;
    shark_rig_wait_ms(&rig, INT64_C(3653) * 86400 * 1000);
    test_one_sample_a_tick(state);
    shark_rig_ask(&rig, "80 00");
    shark_rig_ask(&rig, "8d 01");
    shark_rig_wait_ms(&rig, INT64_C(3653) * 86400 * 1000);
    assert_int_equal(sim_shark_counters(rig.device)->underruns, 0);
}

static void test_the_timer_divides_its_clock(void **state)
{
    (void)state;
    shark_rig_ask(&rig, "82 44 ac 00 00"); /* 44,100 */
    assert_float_equal(sim_shark_tick_hz(rig.device), 44117.647, 0.001);
    shark_rig_ask(&rig, "82 80 bb 00 00"); /* 48,000 */
    assert_float_equal(sim_shark_tick_hz(rig.device), 48000, 0.001);
    struct sim_shark_config config = sim_lasershark_defaults();
    config.skew_ppm = 100;
    restart(config);
    assert_float_equal(sim_shark_tick_hz(rig.device), 1000.1, 0.001);
}

static void test_running_dry_is_dark_and_heals(void **state)
{
    (void)state;
    shark_rig_ask(&rig, "80 01");
    shark_rig_samples(&rig, 10, LIT);
    shark_rig_wait_ms(&rig, 30);
    assert_int_equal(rig.played_count, 10);
    assert_false(status().lit);
    assert_int_equal(status().x, 9); /* the mirrors stay */
    assert_int_equal(sim_shark_counters(rig.device)->underruns, 1);
    assert_int_equal(sim_shark_counters(rig.device)->standing_ticks, 0);
    shark_rig_samples(&rig, 10, LIT);
    shark_rig_wait_ms(&rig, 5);
    assert_true(status().lit);
}

static void test_the_worst_device_holds_the_last_colour(void **state)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    (void)state;
    config.underrun = SIM_SHARK_HOLDS_COLOUR;
    restart(config);
    shark_rig_ask(&rig, "80 01");
    shark_rig_samples(&rig, 1, LIT);
    shark_rig_wait_ms(&rig, 10);
    assert_true(status().lit);
    assert_in_range(sim_shark_counters(rig.device)->standing_ticks, 8, 10);
    shark_rig_samples(&rig, 1, DARK);
    shark_rig_wait_ms(&rig, 10);
    assert_false(status().lit);
}

/* ---- The way in ---------------------------------------------------------------------- */

static void test_free_counts_what_is_not_queued(void **state)
{
    (void)state;
    shark_rig_samples(&rig, 1, DARK);
    assert_int_equal(shark_rig_number(&rig, "8a"), 767);
    shark_rig_samples(&rig, 500, DARK);
    assert_int_equal(shark_rig_number(&rig, "8a"), 267);
}

/* Taken with 9 free; two packets more wait in the FIFO; then the bus waits. */
static void test_a_full_ring_makes_the_bus_wait(void **state)
{
    (void)state;
    shark_rig_samples(&rig, 760, DARK);
    assert_int_equal(status().level, 760); /* 8 free: the next does not fit */
    assert_int_equal(shark_rig_packet(&rig, 8, DARK), 0);
    assert_int_equal(shark_rig_packet(&rig, 8, DARK), 0);
    assert_int_equal(status().fifo_packets, 2);
    assert_int_equal(shark_rig_number(&rig, "8a"), 8);
    assert_int_equal(shark_rig_packet(&rig, 8, DARK), SIM_USB_NAK);
    shark_rig_wait_ms(&rig, 60000);
    assert_int_equal(shark_rig_packet(&rig, 8, DARK), SIM_USB_NAK); /* for ever */
}

static void test_what_did_not_fit_waits_for_64_free(void **state)
{
    (void)state;
    shark_rig_samples(&rig, 760, DARK);
    shark_rig_samples(&rig, 16, DARK);
    shark_rig_ask(&rig, "80 01");
    while (status().level > 705)
        shark_rig_wait_ms(&rig, 1);
    assert_int_equal(status().fifo_packets, 2);
    int64_t next_ns = rig.device->ops->next_event_ns(rig.device, rig.now_ns);
    assert_in_range(next_ns - rig.now_ns, 1, 1000000);
    shark_rig_wait_ns(&rig, next_ns - rig.now_ns);
    assert_int_equal(status().fifo_packets, 0);
    assert_int_equal(status().level, 720);
}

static void test_packets_in_the_fifo_survive_a_clear(void **state)
{
    (void)state;
    shark_rig_samples(&rig, 760, DARK);
    shark_rig_samples(&rig, 16, DARK);
    shark_rig_ask(&rig, "8d 00");
    assert_int_equal(status().level, 16);
    shark_rig_ask(&rig, "80 01");
    shark_rig_wait_ms(&rig, 20);
    assert_int_equal(rig.played_count, 16);
    assert_int_equal(rig.played[0].x, 760);
}

static void test_half_samples_are_noticed(void **state)
{
    uint8_t bytes[12] = {0};

    (void)state;
    assert_int_equal(rig.device->ops->out(rig.device, 0x03, bytes, sizeof bytes, 0), 0);
    assert_int_equal(sim_shark_counters(rig.device)->half_samples, 1);
    assert_int_equal(status().level, 1);
}

static void test_bulk_samples_want_the_bulk_alternate(void **state)
{
    (void)state;
    rig.device->ops->select(rig.device, 1, 0, 0);
    assert_int_equal(shark_rig_packet(&rig, 8, DARK), SIM_USB_STALL);
}

/* Without flow control a writer that is ahead by a ring loses the ring. */
static void test_isochronous_samples_overrun(void **state)
{
    uint8_t bytes[512] = {0};

    (void)state;
    rig.device->ops->select(rig.device, 1, 0, 0);
    for (int k = 0; k < 12; k++)
        rig.device->ops->out(rig.device, 0x04, bytes, sizeof bytes, 0);
    assert_int_equal(status().level, 768);
    assert_int_equal(shark_rig_number(&rig, "8a"), 769); /* full to the last place */
    rig.device->ops->out(rig.device, 0x04, bytes, sizeof bytes, rig.now_ns);
    assert_int_equal(sim_shark_counters(rig.device)->overruns, 1);
    assert_int_equal(status().level, 63);
}

static void test_usb_has_a_ceiling(void **state)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    (void)state;
    config.most_per_second = 40000;
    restart(config);
    assert_int_equal(shark_rig_packet(&rig, 8, DARK), 0);
    assert_int_equal(shark_rig_packet(&rig, 8, DARK), SIM_USB_NAK);
    assert_int_equal(rig.device->ops->next_event_ns(rig.device, 0), 200000);
    shark_rig_wait_ns(&rig, 200000);
    assert_int_equal(shark_rig_packet(&rig, 8, DARK), 0);
}

static void test_a_lazy_device_fills_the_ring_at_the_tick(void **state)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    (void)state;
    config.lazy = true;
    restart(config);
    assert_int_equal(shark_rig_packet(&rig, 8, DARK), 0);
    assert_int_equal(shark_rig_packet(&rig, 8, DARK), 0);
    assert_int_equal(shark_rig_packet(&rig, 8, DARK), SIM_USB_NAK);
    assert_int_equal(status().level, 0);
    assert_int_equal(rig.device->ops->next_event_ns(rig.device, 0), 1000000);
    shark_rig_wait_ms(&rig, 1);
    assert_int_equal(status().level, 16);
}

/* ---- Older firmware ------------------------------------------------------------------ */

static void test_firmware_2_2(void **state)
{
    (void)state;
    restart(sim_lasershark_older(SIM_SHARK_2_2));
    assert_int_equal(shark_rig_number(&rig, "8a"), 767);
    assert_int_equal(shark_rig_number(&rig, "89"), 768); /* says so all the same */
    assert_int_equal(shark_rig_ask(&rig, "8e"), 0xff);
    shark_rig_samples(&rig, 704, DARK);
    shark_rig_samples(&rig, 8, DARK); /* 63 free: waits */
    assert_int_equal(status().level, 704);
    assert_int_equal(shark_rig_ask(&rig, "8d 00"), 0);
    assert_int_equal(status().level, 704); /* yes, but did nothing */
}

static void test_firmware_2_1_hangs_and_resets(void **state)
{
    (void)state;
    restart(sim_lasershark_older(SIM_SHARK_2_1));
    assert_int_equal(shark_rig_ask(&rig, "8d 00"), 0xff);
    shark_rig_samples(&rig, 704, DARK);
    shark_rig_samples(&rig, 8, DARK);
    assert_int_equal(rig.device->ops->out(rig.device, 0x01, "\x83", 1, rig.now_ns),
                     SIM_USB_NAK);
    shark_rig_wait_ms(&rig, 120);
    assert_int_equal(sim_shark_counters(rig.device)->watchdog_resets, 1);
    assert_int_equal(status().level, 0);
}

#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_nothing_is_played_while_the_output_is_off),
        RIG_TEST(test_one_sample_a_tick),
        RIG_TEST(test_ten_years_of_ticks_cost_nothing),
        RIG_TEST(test_the_timer_divides_its_clock),
        RIG_TEST(test_running_dry_is_dark_and_heals),
        RIG_TEST(test_the_worst_device_holds_the_last_colour),
        RIG_TEST(test_free_counts_what_is_not_queued),
        RIG_TEST(test_a_full_ring_makes_the_bus_wait),
        RIG_TEST(test_what_did_not_fit_waits_for_64_free),
        RIG_TEST(test_packets_in_the_fifo_survive_a_clear),
        RIG_TEST(test_half_samples_are_noticed),
        RIG_TEST(test_bulk_samples_want_the_bulk_alternate),
        RIG_TEST(test_isochronous_samples_overrun),
        RIG_TEST(test_usb_has_a_ceiling),
        RIG_TEST(test_a_lazy_device_fills_the_ring_at_the_tick),
        RIG_TEST(test_firmware_2_2),
        RIG_TEST(test_firmware_2_1_hangs_and_resets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
