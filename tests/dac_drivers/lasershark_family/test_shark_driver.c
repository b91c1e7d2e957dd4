/* SPDX-License-Identifier: MIT
 *
 * The slots of the family's drivers: what they say of themselves, and every rate.
 */
#include "shark_fixture.h"

#include <stdlib.h>

static struct fixture fixture;

/* ---- Rates --------------------------------------------------------------------------- */

/* As the engine plans it. */
static void aim(uint32_t pps)
{
    const struct bj_dac_caps *caps = &fixture.dac->caps;
    uint32_t target = (uint32_t)(caps->target_buffer_ns * pps / BJ_NS_PER_S);

    if (target > caps->capacity_points * 8 / 10)
        target = caps->capacity_points * 8 / 10;
    if (target < 2 * caps->min_points_per_chunk)
        target = 2 * caps->min_points_per_chunk;
    fixture.pps = pps;
    fixture.target_points = target;
    fixture.begin_points = target / 2;
}

static void play_at(bool dock, uint32_t pps, double skew_ppm)
{
    struct sim_shark_config config =
        dock ? sim_laserdock_defaults() : sim_lasershark_defaults();

    config.skew_ppm = skew_ppm;
    if (dock)
        fixture_start_dock(&fixture, config);
    else
        fixture_start_shark(&fixture, config);
    aim(pps);
    fixture_play(&fixture);
    sim_shark_clear_least_level(fixture.device);
    fixture_run_ms(&fixture, 1000);
    assert_int_equal(fixture.emptied, 0);
    assert_int_equal(fixture.notices, 0);
    assert_int_equal(sim_shark_status(fixture.device).rate, pps);
    assert_int_equal(fixture_counters(&fixture)->underruns, 0);
    assert_int_equal(fixture_counters(&fixture)->refused_packets, 0);
    assert_true(fixture_counters(&fixture)->least_level >= fixture.target_points / 2);
    fixture_balance_all(&fixture);
    assert_int_equal(fixture.lost, 0);
    fixture_stop(&fixture);
}

static void test_plays_at_every_rate(void **state)
{
    static const uint32_t rates[] = {1000,  1001,  10000, 30000, 36100,
                                     44100, 48000, 50000, 60000, 64000};
    static const double skews[] = {-500, 0, 500};

    (void)state;
    for (int dock = 0; dock < 2; dock++) {
        for (size_t k = 0; k < sizeof rates / sizeof *rates; k++)
            for (size_t n = 0; n < 3 && rates[k] <= (dock ? 50000 : 64000); n++)
                play_at(dock, rates[k], skews[n]);
    }
}

/* ---- What it says of itself ---------------------------------------------------------- */

static void test_the_true_rate_is_what_the_timer_makes(void **state)
{
    static const uint32_t rates[] = {1000, 30000, 44100, 48000, 63999};

    (void)state;
    fixture_start_device(&fixture, 1);
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        fixture.pps = rates[k];
        fixture_play(&fixture);
        assert_float_equal(FIXTURE_SLOT(&fixture, true_pps, rates[k]),
                           sim_shark_tick_hz(fixture.device), 1e-6);
        fixture_disconnect(&fixture);
        fixture.feeding = false;
        fixture_run_ms(&fixture, 60);
    }
    assert_float_equal(FIXTURE_SLOT(&fixture, true_pps, 44100), 44117.647, 0.001);
    fixture_stop(&fixture);
}

static void test_caps_fit_the_ring(void **state)
{
    const struct bj_dac_caps *caps;

    (void)state;
    fixture_start_device(&fixture, 0);
    caps = &fixture.dac->caps;
    assert_int_equal(caps->model, BJ_MODEL_FIFO);
    assert_true(caps->reports_level);
    assert_int_equal(caps->capacity_points, 704);
    assert_int_equal(caps->max_points_per_chunk, 384);
    assert_int_equal(caps->max_pps, 50000);
    fixture_stop(&fixture);
    fixture_start_device(&fixture, 1);
    assert_int_equal(fixture.dac->caps.max_pps, 64000);
    fixture_stop(&fixture);
}

static void test_caps_follow_what_the_device_says(void **state)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    (void)state;
    config.answers.max_rate = 40000;
    fixture_start_shark(&fixture, config);
    fixture.pps = 64000; /* more than it does */
    fixture.target_points = 300;
    fixture_play(&fixture);
    assert_int_equal(fixture.dac->caps.max_pps, 40000);
    assert_int_equal(sim_shark_status(fixture.device).rate, 40000);
    assert_int_equal(fixture.emptied, 0);
    fixture_stop(&fixture);
}

static void test_names_the_device(void **state)
{
    (void)state;
    fixture_start_device(&fixture, 0);
    assert_string_equal(fixture.dac->name, "LaserDock 2191717100001435");
    fixture_play(&fixture);
    assert_string_equal(fixture.dac->name,
                        "LaserDock 2191717100001435 firmware 3.7 at USB 1-2.3");
    fixture_stop(&fixture);
}

/* ---- Several ------------------------------------------------------------------------- */

static void test_takes_the_one_it_was_told(void **state)
{
    struct sim_usb *other;
    struct sim_shark_config config = sim_laserdock_defaults();

    (void)state;
    fixture_start_empty(&fixture, &bj_laserdock, FIXTURE_DOCK_ID "@2-1");
    other = sim_laserdock_create(&config);
    fake_usb_plug(fixture.usb, FIXTURE_PORT, other);
    fixture_make_device(&fixture, config, false);
    fake_usb_plug(fixture.usb, "2-1", fixture.device);
    fixture_play(&fixture);
    assert_int_equal(sim_shark_counters(other)->commands, 0);
    fixture_stop(&fixture);
    sim_shark_destroy(other);
}

static void test_asks_which_when_two_show_the_same_serial(void **state)
{
    struct sim_usb *other;
    struct sim_shark_config config = sim_laserdock_defaults();

    (void)state;
    fixture_start_device(&fixture, 0);
    other = sim_laserdock_create(&config);
    fake_usb_plug(fixture.usb, "2-1", other);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 3000);
    assert_int_equal(fixture.result, BJ_NOT_FOUND);
    assert_true(fixture_heard(&fixture, "several devices show this serial"));
    fake_usb_unplug(fixture.usb, "2-1");
    fixture_play(&fixture);
    fixture_disconnect(&fixture);
    fake_usb_plug(fixture.usb, "2-1", other); /* now it is known which */
    fixture.shutter_open = false;
    fixture_play(&fixture);
    assert_int_equal(sim_shark_counters(other)->commands, 0);
    fixture_stop(&fixture);
    sim_shark_destroy(other);
}

/* ---- Real time ----------------------------------------------------------------------- */

static size_t allocations;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

static void test_allocates_nothing_after_init(void **state)
{
    size_t before;

    (void)state;
    fixture_start_device(&fixture, 0);
    before = allocations;
    fixture_play(&fixture);
    fixture_shutter(&fixture, false);
    fixture_run_ms(&fixture, 100);
    fixture_shutter(&fixture, true);
    fixture_fault(&fixture, SIM_SHARK_STALL_DATA, 1);
    fixture_run_ms(&fixture, 300);
    FIXTURE_SLOT(&fixture, stop, fixture.now_ns);
    fixture.shutter_open = false;
    fixture_run_ms(&fixture, 20);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_STOPPED);
    assert_int_equal(allocations, before);
    void *volatile proof = malloc(1); /* that it would have been seen */
    free(proof);
    assert_int_equal(allocations, before + 1);
    fixture_stop(&fixture);
}

static void test_needs_usb_and_an_id(void **state)
{
    struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                   .id = FIXTURE_DOCK_ID};
    struct bj_dac *dac;

    (void)state;
    fixture_start_device(&fixture, 0);
    assert_int_equal(bj_dac_create(&bj_laserdock, &config, NULL, NULL, &dac),
                     BJ_BAD_ARGUMENT);
    config.via.usb = fake_usb_base(fixture.usb);
    config.id = FIXTURE_SHARK_ID;
    assert_int_equal(bj_dac_create(&bj_laserdock, &config, NULL, NULL, &dac),
                     BJ_BAD_ARGUMENT);
    fixture_stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plays_at_every_rate),
        cmocka_unit_test(test_the_true_rate_is_what_the_timer_makes),
        cmocka_unit_test(test_caps_fit_the_ring),
        cmocka_unit_test(test_caps_follow_what_the_device_says),
        cmocka_unit_test(test_names_the_device),
        cmocka_unit_test(test_takes_the_one_it_was_told),
        cmocka_unit_test(test_asks_which_when_two_show_the_same_serial),
        cmocka_unit_test(test_allocates_nothing_after_init),
        cmocka_unit_test(test_needs_usb_and_an_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
