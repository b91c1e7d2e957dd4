/* SPDX-License-Identifier: MIT
 *
 * The slots of the family's drivers: what they say of themselves, and every rate.
 */
#include "shark_world.h"

#include <stdlib.h>

static struct world world;

/* ---- Rates --------------------------------------------------------------------------- */

/* As the engine plans it. */
static void aim(uint32_t pps)
{
    const struct bj_dac_caps *caps = &world.dac->caps;
    uint32_t target = (uint32_t)(caps->target_buffer_ns * pps / BJ_NS_PER_S);

    if (target > caps->capacity_points * 8 / 10)
        target = caps->capacity_points * 8 / 10;
    if (target < 2 * caps->min_points_per_chunk)
        target = 2 * caps->min_points_per_chunk;
    world.pps = pps;
    world.target_points = target;
    world.begin_points = target / 2;
}

static void play_at(bool dock, uint32_t pps, double skew_ppm)
{
    struct sim_shark_config config =
        dock ? sim_laserdock_defaults() : sim_lasershark_defaults();

    config.skew_ppm = skew_ppm;
    if (dock)
        world_start_dock(&world, config);
    else
        world_start_shark(&world, config);
    aim(pps);
    world_play(&world);
    sim_shark_clear_least_level(world.device);
    world_run_ms(&world, 1000);
    assert_int_equal(world.emptied, 0);
    assert_int_equal(world.notices, 0);
    assert_int_equal(sim_shark_status(world.device).rate, pps);
    assert_int_equal(world_counters(&world)->underruns, 0);
    assert_int_equal(world_counters(&world)->refused_packets, 0);
    assert_true(world_counters(&world)->least_level >= world.target_points / 2);
    world_balance_all(&world);
    assert_int_equal(world.lost, 0);
    world_stop(&world);
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
    world_start_device(&world, 1);
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        world.pps = rates[k];
        world_play(&world);
        assert_float_equal(WORLD_SLOT(&world, true_pps, rates[k]),
                           sim_shark_tick_hz(world.device), 1e-6);
        world_disconnect(&world);
        world.feeding = false;
        world_run_ms(&world, 60);
    }
    assert_float_equal(WORLD_SLOT(&world, true_pps, 44100), 44117.647, 0.001);
    world_stop(&world);
}

static void test_caps_fit_the_ring(void **state)
{
    const struct bj_dac_caps *caps;

    (void)state;
    world_start_device(&world, 0);
    caps = &world.dac->caps;
    assert_int_equal(caps->model, BJ_MODEL_FIFO);
    assert_true(caps->reports_level);
    assert_int_equal(caps->capacity_points, 704);
    assert_int_equal(caps->max_points_per_chunk, 384);
    assert_int_equal(caps->max_pps, 50000);
    world_stop(&world);
    world_start_device(&world, 1);
    assert_int_equal(world.dac->caps.max_pps, 64000);
    world_stop(&world);
}

static void test_caps_follow_what_the_device_says(void **state)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    (void)state;
    config.answers.max_rate = 40000;
    world_start_shark(&world, config);
    world.pps = 64000; /* more than it does */
    world.target_points = 300;
    world_play(&world);
    assert_int_equal(world.dac->caps.max_pps, 40000);
    assert_int_equal(sim_shark_status(world.device).rate, 40000);
    assert_int_equal(world.emptied, 0);
    world_stop(&world);
}

static void test_names_the_device(void **state)
{
    (void)state;
    world_start_device(&world, 0);
    assert_string_equal(world.dac->name, "LaserDock 2191717100001435");
    world_play(&world);
    assert_string_equal(world.dac->name,
                        "LaserDock 2191717100001435 firmware 3.7 at USB 1-2.3");
    world_stop(&world);
}

/* ---- Several ------------------------------------------------------------------------- */

static void test_takes_the_one_it_was_told(void **state)
{
    struct sim_usb *other;
    struct sim_shark_config config = sim_laserdock_defaults();

    (void)state;
    world_start_empty(&world, &bj_laserdock, WORLD_DOCK_ID "@2-1");
    other = sim_laserdock_create(&config);
    fake_usb_plug(world.usb, WORLD_PORT, other);
    world_make_device(&world, config, false);
    fake_usb_plug(world.usb, "2-1", world.device);
    world_play(&world);
    assert_int_equal(sim_shark_counters(other)->commands, 0);
    world_stop(&world);
    sim_shark_destroy(other);
}

static void test_asks_which_when_two_show_the_same_serial(void **state)
{
    struct sim_usb *other;
    struct sim_shark_config config = sim_laserdock_defaults();

    (void)state;
    world_start_device(&world, 0);
    other = sim_laserdock_create(&config);
    fake_usb_plug(world.usb, "2-1", other);
    world_connect(&world);
    world_run_ms(&world, 3000);
    assert_int_equal(world.result, BJ_NOT_FOUND);
    assert_true(world_heard(&world, "several devices show this serial"));
    fake_usb_unplug(world.usb, "2-1");
    world_play(&world);
    world_disconnect(&world);
    fake_usb_plug(world.usb, "2-1", other); /* now it is known which */
    world.shutter_open = false;
    world_play(&world);
    assert_int_equal(sim_shark_counters(other)->commands, 0);
    world_stop(&world);
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
    world_start_device(&world, 0);
    before = allocations;
    world_play(&world);
    world_shutter(&world, false);
    world_run_ms(&world, 100);
    world_shutter(&world, true);
    world_fault(&world, SIM_SHARK_STALL_DATA, 1);
    world_run_ms(&world, 300);
    WORLD_SLOT(&world, stop, world.now_ns);
    world.shutter_open = false;
    world_run_ms(&world, 20);
    assert_int_equal(world.dac_status.state, BJ_DAC_STOPPED);
    assert_int_equal(allocations, before);
    void *volatile proof = malloc(1); /* that it would have been seen */
    free(proof);
    assert_int_equal(allocations, before + 1);
    world_stop(&world);
}

static void test_needs_usb_and_an_id(void **state)
{
    struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                   .id = WORLD_DOCK_ID};
    struct bj_dac *dac;

    (void)state;
    world_start_device(&world, 0);
    assert_int_equal(bj_dac_create(&bj_laserdock, &config, NULL, NULL, &dac),
                     BJ_BAD_ARGUMENT);
    config.via.usb = fake_usb_base(world.usb);
    config.id = WORLD_SHARK_ID;
    assert_int_equal(bj_dac_create(&bj_laserdock, &config, NULL, NULL, &dac),
                     BJ_BAD_ARGUMENT);
    world_stop(&world);
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
