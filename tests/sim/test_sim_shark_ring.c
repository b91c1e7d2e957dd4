/* SPDX-License-Identifier: MIT
 *
 * The ring, the FIFO and the tick of the simulated family, without any driver.
 */
#include "sim_shark_fixture.h"

#define LIT 0x8fff
#define DARK 0x8000

static struct shark_fixture fixture;

static int start(void **state)
{
    (void)state;
    shark_fixture_start(&fixture, false, sim_lasershark_defaults());
    return 0;
}

static int stop(void **state)
{
    (void)state;
    shark_fixture_stop(&fixture);
    return 0;
}

static void restart(struct sim_shark_config config)
{
    shark_fixture_stop(&fixture);
    shark_fixture_start(&fixture, false, config);
}

static struct sim_shark_status status(void)
{
    return sim_shark_status(fixture.device);
}

/* ---- The tick ------------------------------------------------------------------------ */

static void test_nothing_is_played_while_the_output_is_off(void **state)
{
    (void)state;
    shark_fixture_samples(&fixture, 100, LIT);
    shark_fixture_wait_ms(&fixture, 1000);
    assert_int_equal(fixture.played_count, 0);
    assert_int_equal(status().level, 100);
    assert_false(status().lit);
    assert_int_equal(status().x, 0x7ff);
    assert_int_equal(sim_shark_counters(fixture.device)->disabled_samples, 100);
}

static void test_one_sample_a_tick(void **state)
{
    (void)state;
    shark_fixture_samples(&fixture, 100, LIT);
    shark_fixture_ask(&fixture, "80 01");
    shark_fixture_wait_ms(&fixture, 50);
    assert_in_range(fixture.played_count, 50, 51);
    for (int k = 1; k < fixture.played_count; k++) {
        assert_int_equal(fixture.played[k].x, k);
        assert_int_equal(fixture.played[k].time_ns - fixture.played[k - 1].time_ns,
                         1000000);
    }
    assert_true(status().lit);
}

/* The first look comes when the machine has been running for ten years, at any tick. */
static void test_ten_years_of_ticks_cost_nothing(void **state)
{
    (void)state;
    shark_fixture_wait_ms(&fixture, INT64_C(3653) * 86400 * 1000);
    test_one_sample_a_tick(state);
    shark_fixture_ask(&fixture, "80 00");
    shark_fixture_ask(&fixture, "8d 01");
    shark_fixture_wait_ms(&fixture, INT64_C(3653) * 86400 * 1000);
    assert_int_equal(sim_shark_counters(fixture.device)->underruns, 0);
}

static void test_the_timer_divides_its_clock(void **state)
{
    (void)state;
    shark_fixture_ask(&fixture, "82 44 ac 00 00"); /* 44,100 */
    assert_float_equal(sim_shark_tick_hz(fixture.device), 44117.647, 0.001);
    shark_fixture_ask(&fixture, "82 80 bb 00 00"); /* 48,000 */
    assert_float_equal(sim_shark_tick_hz(fixture.device), 48000, 0.001);
    struct sim_shark_config config = sim_lasershark_defaults();
    config.skew_ppm = 100;
    restart(config);
    assert_float_equal(sim_shark_tick_hz(fixture.device), 1000.1, 0.001);
}

static void test_running_dry_is_dark_and_heals(void **state)
{
    (void)state;
    shark_fixture_ask(&fixture, "80 01");
    shark_fixture_samples(&fixture, 10, LIT);
    shark_fixture_wait_ms(&fixture, 30);
    assert_int_equal(fixture.played_count, 10);
    assert_false(status().lit);
    assert_int_equal(status().x, 9); /* the mirrors stay */
    assert_int_equal(sim_shark_counters(fixture.device)->underruns, 1);
    assert_int_equal(sim_shark_counters(fixture.device)->standing_ticks, 0);
    shark_fixture_samples(&fixture, 10, LIT);
    shark_fixture_wait_ms(&fixture, 5);
    assert_true(status().lit);
}

static void test_the_worst_device_holds_the_last_colour(void **state)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    (void)state;
    config.underrun = SIM_SHARK_HOLDS_COLOUR;
    restart(config);
    shark_fixture_ask(&fixture, "80 01");
    shark_fixture_samples(&fixture, 1, LIT);
    shark_fixture_wait_ms(&fixture, 10);
    assert_true(status().lit);
    assert_in_range(sim_shark_counters(fixture.device)->standing_ticks, 8, 10);
    shark_fixture_samples(&fixture, 1, DARK);
    shark_fixture_wait_ms(&fixture, 10);
    assert_false(status().lit);
}

/* ---- The way in ---------------------------------------------------------------------- */

static void test_free_counts_what_is_not_queued(void **state)
{
    (void)state;
    shark_fixture_samples(&fixture, 1, DARK);
    assert_int_equal(shark_fixture_number(&fixture, "8a"), 767);
    shark_fixture_samples(&fixture, 500, DARK);
    assert_int_equal(shark_fixture_number(&fixture, "8a"), 267);
}

/* Taken with 9 free; two packets more wait in the FIFO; then the bus waits. */
static void test_a_full_ring_makes_the_bus_wait(void **state)
{
    (void)state;
    shark_fixture_samples(&fixture, 760, DARK);
    assert_int_equal(status().level, 760); /* 8 free: the next does not fit */
    assert_int_equal(shark_fixture_packet(&fixture, 8, DARK), 0);
    assert_int_equal(shark_fixture_packet(&fixture, 8, DARK), 0);
    assert_int_equal(status().fifo_packets, 2);
    assert_int_equal(shark_fixture_number(&fixture, "8a"), 8);
    assert_int_equal(shark_fixture_packet(&fixture, 8, DARK), SIM_USB_NAK);
    shark_fixture_wait_ms(&fixture, 60000);
    assert_int_equal(shark_fixture_packet(&fixture, 8, DARK), SIM_USB_NAK); /* for ever */
}

static void test_what_did_not_fit_waits_for_64_free(void **state)
{
    (void)state;
    shark_fixture_samples(&fixture, 760, DARK);
    shark_fixture_samples(&fixture, 16, DARK);
    shark_fixture_ask(&fixture, "80 01");
    while (status().level > 705)
        shark_fixture_wait_ms(&fixture, 1);
    assert_int_equal(status().fifo_packets, 2);
    int64_t next_ns = fixture.device->ops->next_event_ns(fixture.device, fixture.now_ns);
    assert_in_range(next_ns - fixture.now_ns, 1, 1000000);
    shark_fixture_wait_ns(&fixture, next_ns - fixture.now_ns);
    assert_int_equal(status().fifo_packets, 0);
    assert_int_equal(status().level, 720);
}

static void test_packets_in_the_fifo_survive_a_clear(void **state)
{
    (void)state;
    shark_fixture_samples(&fixture, 760, DARK);
    shark_fixture_samples(&fixture, 16, DARK);
    shark_fixture_ask(&fixture, "8d 00");
    assert_int_equal(status().level, 16);
    shark_fixture_ask(&fixture, "80 01");
    shark_fixture_wait_ms(&fixture, 20);
    assert_int_equal(fixture.played_count, 16);
    assert_int_equal(fixture.played[0].x, 760);
}

static void test_half_samples_are_noticed(void **state)
{
    uint8_t bytes[12] = {0};

    (void)state;
    assert_int_equal(fixture.device->ops->out(fixture.device, 0x03, bytes, sizeof bytes, 0),
                     0);
    assert_int_equal(sim_shark_counters(fixture.device)->half_samples, 1);
    assert_int_equal(status().level, 1);
}

static void test_bulk_samples_want_the_bulk_alternate(void **state)
{
    (void)state;
    fixture.device->ops->select(fixture.device, 1, 0, 0);
    assert_int_equal(shark_fixture_packet(&fixture, 8, DARK), SIM_USB_STALL);
}

/* Without flow control a writer that is ahead by a ring loses the ring. */
static void test_isochronous_samples_overrun(void **state)
{
    uint8_t bytes[512] = {0};

    (void)state;
    fixture.device->ops->select(fixture.device, 1, 0, 0);
    for (int k = 0; k < 12; k++)
        fixture.device->ops->out(fixture.device, 0x04, bytes, sizeof bytes, 0);
    assert_int_equal(status().level, 768);
    assert_int_equal(shark_fixture_number(&fixture, "8a"),
                     769); /* full to the last place */
    fixture.device->ops->out(fixture.device, 0x04, bytes, sizeof bytes, fixture.now_ns);
    assert_int_equal(sim_shark_counters(fixture.device)->overruns, 1);
    assert_int_equal(status().level, 63);
}

static void test_usb_has_a_ceiling(void **state)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    (void)state;
    config.most_per_second = 40000;
    restart(config);
    assert_int_equal(shark_fixture_packet(&fixture, 8, DARK), 0);
    assert_int_equal(shark_fixture_packet(&fixture, 8, DARK), SIM_USB_NAK);
    assert_int_equal(fixture.device->ops->next_event_ns(fixture.device, 0), 200000);
    shark_fixture_wait_ns(&fixture, 200000);
    assert_int_equal(shark_fixture_packet(&fixture, 8, DARK), 0);
}

static void test_a_lazy_device_fills_the_ring_at_the_tick(void **state)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    (void)state;
    config.lazy = true;
    restart(config);
    assert_int_equal(shark_fixture_packet(&fixture, 8, DARK), 0);
    assert_int_equal(shark_fixture_packet(&fixture, 8, DARK), 0);
    assert_int_equal(shark_fixture_packet(&fixture, 8, DARK), SIM_USB_NAK);
    assert_int_equal(status().level, 0);
    assert_int_equal(fixture.device->ops->next_event_ns(fixture.device, 0), 1000000);
    shark_fixture_wait_ms(&fixture, 1);
    assert_int_equal(status().level, 16);
}

/* ---- Older firmware ------------------------------------------------------------------ */

static void test_firmware_2_2(void **state)
{
    (void)state;
    restart(sim_lasershark_older(SIM_SHARK_2_2));
    assert_int_equal(shark_fixture_number(&fixture, "8a"), 767);
    assert_int_equal(shark_fixture_number(&fixture, "89"), 768); /* says so all the same */
    assert_int_equal(shark_fixture_ask(&fixture, "8e"), 0xff);
    shark_fixture_samples(&fixture, 704, DARK);
    shark_fixture_samples(&fixture, 8, DARK); /* 63 free: waits */
    assert_int_equal(status().level, 704);
    assert_int_equal(shark_fixture_ask(&fixture, "8d 00"), 0);
    assert_int_equal(status().level, 704); /* yes, but did nothing */
}

static void test_firmware_2_1_hangs_and_resets(void **state)
{
    (void)state;
    restart(sim_lasershark_older(SIM_SHARK_2_1));
    assert_int_equal(shark_fixture_ask(&fixture, "8d 00"), 0xff);
    shark_fixture_samples(&fixture, 704, DARK);
    shark_fixture_samples(&fixture, 8, DARK);
    assert_int_equal(
        fixture.device->ops->out(fixture.device, 0x01, "\x83", 1, fixture.now_ns),
        SIM_USB_NAK);
    shark_fixture_wait_ms(&fixture, 120);
    assert_int_equal(sim_shark_counters(fixture.device)->watchdog_resets, 1);
    assert_int_equal(status().level, 0);
}

#define FIXTURE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_nothing_is_played_while_the_output_is_off),
        FIXTURE_TEST(test_one_sample_a_tick),
        FIXTURE_TEST(test_ten_years_of_ticks_cost_nothing),
        FIXTURE_TEST(test_the_timer_divides_its_clock),
        FIXTURE_TEST(test_running_dry_is_dark_and_heals),
        FIXTURE_TEST(test_the_worst_device_holds_the_last_colour),
        FIXTURE_TEST(test_free_counts_what_is_not_queued),
        FIXTURE_TEST(test_a_full_ring_makes_the_bus_wait),
        FIXTURE_TEST(test_what_did_not_fit_waits_for_64_free),
        FIXTURE_TEST(test_packets_in_the_fifo_survive_a_clear),
        FIXTURE_TEST(test_half_samples_are_noticed),
        FIXTURE_TEST(test_bulk_samples_want_the_bulk_alternate),
        FIXTURE_TEST(test_isochronous_samples_overrun),
        FIXTURE_TEST(test_usb_has_a_ceiling),
        FIXTURE_TEST(test_a_lazy_device_fills_the_ring_at_the_tick),
        FIXTURE_TEST(test_firmware_2_2),
        FIXTURE_TEST(test_firmware_2_1_hangs_and_resets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
