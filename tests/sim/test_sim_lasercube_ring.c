/* SPDX-License-Identifier: MIT
 *
 * The ring and the point clock.
 */
#include "sim_lasercube_fixture.h"

static struct fixture fixture;

static void start(const struct sim_lc_config *config)
{
    fixture_start(&fixture, config);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
}

static void fill(uint32_t packets, uint32_t points)
{
    for (uint32_t k = 0; k < packets; k++) {
        fixture_send_points(&fixture, (uint8_t)k, k * points, points);
    }
}

static void test_plays_in_order_at_the_rate(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    start(&config);
    fill(10, 140);
    fixture_run_to(&fixture, 20 * FIXTURE_MS);
    assert_int_equal(fixture.count, 600);
    for (uint32_t k = 0; k < fixture.count; k++) {
        int64_t right_ns = (int64_t)(k + 1) * BJ_NS_PER_S / 30000;
        assert_int_equal(fixture.played[k].x, k);
        assert_int_equal(fixture.played[k].r, 0xf00);
        assert_true(fixture.played[k].output);
        assert_in_range(fixture.played[k].time_ns, right_ns - 1, right_ns + 1);
    }
    assert_int_equal(fixture_counters(&fixture)->lit_played, 600);
    assert_int_equal(sim_lc_status(fixture.host).held, 800);
}

static void test_its_clock_may_be_fast(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    config.skew_ppm = 10000;
    start(&config);
    fill(40, 140);
    fixture_run_to(&fixture, 100 * FIXTURE_MS);
    assert_in_range(fixture.count, 3029, 3031);
    sim_lc_set_skew(fixture.host, fixture.now_ns, 0);
    fixture_run_to(&fixture, 110 * FIXTURE_MS);
    assert_in_range(fixture.count, 3328, 3332);
}

/* Ticks that play nothing are skipped. */
static void test_ten_years_of_ticks_cost_nothing(void **state)
{
    const int64_t filled_ns = INT64_C(3653) * 86400 * 1000 * FIXTURE_MS;
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    start(&config);
    fixture_run_to(&fixture, filled_ns);
    fill(1, 140);
    fixture_run_to(&fixture, filled_ns + 10 * FIXTURE_MS);
    assert_int_equal(fixture.count, 140);
    assert_in_range(fixture.played[0].time_ns, filled_ns, filled_ns + 33334);
    for (uint32_t k = 1; k < fixture.count; k++)
        assert_in_range(fixture.played[k].time_ns - fixture.played[k - 1].time_ns, 33333,
                        33334);
}

static void test_a_long_stretch_is_exact(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    start(&config);
    for (uint32_t k = 0; k < 2000; k++) { /* 140 points each 140/30000 s */
        fixture_run_to(&fixture, (int64_t)k * 140 * BJ_NS_PER_S / 30000);
        fixture_send_points(&fixture, (uint8_t)k, 0, 140);
        fixture.count = 0;
    }
    fixture_run_to(&fixture, 2000LL * 140 * BJ_NS_PER_S / 30000 + 1);
    assert_int_equal(fixture_counters(&fixture)->points_played, 2000 * 140);
}

static void test_dark_and_draining_without_output(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    start(&config);
    fill(1, 140);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x80\0", 2);
    fixture_run_to(&fixture, 2 * FIXTURE_MS);
    assert_int_equal(fixture.count, 60);
    assert_false(fixture.played[0].output);
    assert_int_equal(fixture_counters(&fixture)->lit_output_off, 60);
    assert_int_equal(fixture_counters(&fixture)->lit_played, 0);
    config.stands_still_off = true;
    start(&config);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x80\0", 2);
    fill(1, 140);
    fixture_run_to(&fixture, 50 * FIXTURE_MS);
    assert_int_equal(fixture.count, 0);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
    fixture_run_to(&fixture, 51 * FIXTURE_MS);
    assert_in_range(fixture.count, 29, 31);
}

static void test_runs_dry_and_goes_on(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    start(&config);
    fill(1, 30);
    fixture_run_to(&fixture, 10 * FIXTURE_MS);
    assert_int_equal(fixture.count, 30);
    assert_int_equal(fixture_counters(&fixture)->ran_dry, 1);
    fill(1, 30);
    fixture_run_to(&fixture, 11 * FIXTURE_MS);
    assert_in_range(fixture.played[30].time_ns, 10 * FIXTURE_MS, 10 * FIXTURE_MS + 33334);
}

static void test_overfull(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    config.ring_points = 300;
    start(&config);
    fill(3, 140);
    assert_int_equal(fixture.packet.stored, 20); /* the tail is dropped */
    assert_int_equal(fixture.packet.free_points, 0);
    assert_int_equal(fixture_counters(&fixture)->points_overfull, 120);
    config.drops_whole = true;
    start(&config);
    fill(3, 140);
    assert_int_equal(fixture.packet.stored, 0);
    assert_int_equal(fixture.packet.free_points, 20);
}

static void test_a_new_rate_counts_at_once(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    start(&config);
    fill(10, 140);
    fixture_run_to(&fixture, 10 * FIXTURE_MS);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x82\xe8\x03\0\0", 5); /* 1000 */
    fixture_run_to(&fixture, 20 * FIXTURE_MS);
    assert_in_range(fixture.count, 309, 311);
}

static void test_the_threshold(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    config.heeds_threshold = true;
    start(&config);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\xa0\xc8\0\0\0", 5); /* 200 */
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x8d", 1);
    fill(1, 140);
    fixture_run_to(&fixture, 10 * FIXTURE_MS);
    assert_int_equal(fixture.count, 0);
    fill(1, 140);
    fixture_run_to(&fixture, 11 * FIXTURE_MS);
    assert_in_range(fixture.count, 29, 31);
}

#define TEST(name) cmocka_unit_test_teardown(name, fixture_stop)

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
