/* SPDX-License-Identifier: MIT
 *
 * The ring and the point clock.
 */
#include "sim_lasercube_rig.h"

static struct rig rig;

static void start(const struct sim_lc_config *config)
{
    rig_start(&rig, config);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
}

static void fill(uint32_t packets, uint32_t points)
{
    for (uint32_t k = 0; k < packets; k++) {
        rig_send_points(&rig, (uint8_t)k, k * points, points);
    }
}

static void test_plays_in_order_at_the_rate(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    start(&config);
    fill(10, 140);
    rig_run_to(&rig, 20 * RIG_MS);
    assert_int_equal(rig.count, 600);
    for (uint32_t k = 0; k < rig.count; k++) {
        int64_t right_ns = (int64_t)(k + 1) * BJ_NS_PER_S / 30000;
        assert_int_equal(rig.played[k].x, k);
        assert_int_equal(rig.played[k].r, 0xf00);
        assert_true(rig.played[k].output);
        assert_in_range(rig.played[k].time_ns, right_ns - 1, right_ns + 1);
    }
    assert_int_equal(rig_counters(&rig)->lit_played, 600);
    assert_int_equal(sim_lc_status(rig.host).held, 800);
}

static void test_its_clock_may_be_fast(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    config.skew_ppm = 10000;
    start(&config);
    fill(40, 140);
    rig_run_to(&rig, 100 * RIG_MS);
    assert_in_range(rig.count, 3029, 3031);
    sim_lc_set_skew(rig.host, rig.now_ns, 0);
    rig_run_to(&rig, 110 * RIG_MS);
    assert_in_range(rig.count, 3328, 3332);
}

/* Ticks that play nothing are skipped. */
static void test_ten_years_of_ticks_cost_nothing(void **state)
{
    const int64_t filled_ns = INT64_C(3653) * 86400 * 1000 * RIG_MS;
    struct sim_lc_config config = rig_config();
    *state = &rig;
    start(&config);
    rig_run_to(&rig, filled_ns);
    fill(1, 140);
    rig_run_to(&rig, filled_ns + 10 * RIG_MS);
    assert_int_equal(rig.count, 140);
    assert_in_range(rig.played[0].time_ns, filled_ns, filled_ns + 33334);
    for (uint32_t k = 1; k < rig.count; k++)
        assert_in_range(rig.played[k].time_ns - rig.played[k - 1].time_ns, 33333, 33334);
}

static void test_a_long_stretch_is_exact(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    start(&config);
    for (uint32_t k = 0; k < 2000; k++) { /* 140 points each 140/30000 s */
        rig_run_to(&rig, (int64_t)k * 140 * BJ_NS_PER_S / 30000);
        rig_send_points(&rig, (uint8_t)k, 0, 140);
        rig.count = 0;
    }
    rig_run_to(&rig, 2000LL * 140 * BJ_NS_PER_S / 30000 + 1);
    assert_int_equal(rig_counters(&rig)->points_played, 2000 * 140);
}

static void test_dark_and_draining_without_output(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    start(&config);
    fill(1, 140);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x80\0", 2);
    rig_run_to(&rig, 2 * RIG_MS);
    assert_int_equal(rig.count, 60);
    assert_false(rig.played[0].output);
    assert_int_equal(rig_counters(&rig)->lit_output_off, 60);
    assert_int_equal(rig_counters(&rig)->lit_played, 0);
    config.stands_still_off = true;
    start(&config);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x80\0", 2);
    fill(1, 140);
    rig_run_to(&rig, 50 * RIG_MS);
    assert_int_equal(rig.count, 0);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
    rig_run_to(&rig, 51 * RIG_MS);
    assert_in_range(rig.count, 29, 31);
}

static void test_runs_dry_and_goes_on(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    start(&config);
    fill(1, 30);
    rig_run_to(&rig, 10 * RIG_MS);
    assert_int_equal(rig.count, 30);
    assert_int_equal(rig_counters(&rig)->ran_dry, 1);
    fill(1, 30);
    rig_run_to(&rig, 11 * RIG_MS);
    assert_in_range(rig.played[30].time_ns, 10 * RIG_MS, 10 * RIG_MS + 33334);
}

static void test_overfull(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    config.ring_points = 300;
    start(&config);
    fill(3, 140);
    assert_int_equal(rig.packet.stored, 20); /* the tail is dropped */
    assert_int_equal(rig.packet.free_points, 0);
    assert_int_equal(rig_counters(&rig)->points_overfull, 120);
    config.drops_whole = true;
    start(&config);
    fill(3, 140);
    assert_int_equal(rig.packet.stored, 0);
    assert_int_equal(rig.packet.free_points, 20);
}

static void test_a_new_rate_counts_at_once(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    start(&config);
    fill(10, 140);
    rig_run_to(&rig, 10 * RIG_MS);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x82\xe8\x03\0\0", 5); /* 1000 */
    rig_run_to(&rig, 20 * RIG_MS);
    assert_in_range(rig.count, 309, 311);
}

static void test_the_threshold(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    config.heeds_threshold = true;
    start(&config);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\xa0\xc8\0\0\0", 5); /* 200 */
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x8d", 1);
    fill(1, 140);
    rig_run_to(&rig, 10 * RIG_MS);
    assert_int_equal(rig.count, 0);
    fill(1, 140);
    rig_run_to(&rig, 11 * RIG_MS);
    assert_in_range(rig.count, 29, 31);
}

#define TEST(name) cmocka_unit_test_teardown(name, rig_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_plays_in_order_at_the_rate),
        TEST(test_its_clock_may_be_fast),
        TEST(test_ten_years_of_ticks_cost_nothing),
        TEST(test_a_long_stretch_is_exact),
        TEST(test_dark_and_draining_without_output),
        TEST(test_runs_dry_and_goes_on),
        TEST(test_overfull),
        TEST(test_a_new_rate_counts_at_once),
        TEST(test_the_threshold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
