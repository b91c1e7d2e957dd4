/* SPDX-License-Identifier: MIT
 *
 * The whole driver under the real engine: playing, over good and bad networks, and who and
 * where it is.
 */
#include "lasercube_fixture.h"

#include <stdio.h>

#define NEW_IP 0x0a000009u

static struct lcw fixture;

static int stop_fixture(void **state)
{
    (void)state;
    lcw_stop(&fixture);
    return 0;
}

/* ---- Playing ------------------------------------------------------------------------- */

static void play(const struct lcw_config *config, double ms)
{
    lcw_start(&fixture, config);
    lcw_light_up(&fixture);
    lcw_run_ms(&fixture, ms);
}

static void test_plays_every_point_once_and_in_order(void **state)
{
    struct lcw_config config = lcw_defaults();
    (void)state;
    play(&config, 10000);
    lcw_expect_perfect(&fixture, 10000);
    assert_int_equal(fixture.lit, fixture.played);
    assert_in_range(lcw_counters(&fixture)->min_held, 1600, 1800);
    assert_in_range(lcw_counters(&fixture)->max_held, 1700, 1900);
    assert_int_equal(fixture.notices, 0);
    assert_int_equal(lcw_counters(&fixture)->bad_packets, 0);
    assert_int_equal(lcw_device(&fixture).threshold, 900);
}

static void test_plays_at_every_rate(void **state)
{
    static const uint32_t rates[] = {1000, 5000, 10000, 30000, 48000, 100000};
    struct lcw_config config = lcw_defaults();
    (void)state;
    config.device.max_rate = 100000;
    for (size_t k = 0; k < sizeof rates / sizeof rates[0]; k++) {
        if (k > 0)
            lcw_stop(&fixture);
        config.pps = rates[k];
        play(&config, 1000);
        lcw_expect_perfect(&fixture, 1000);
        assert_int_equal(lcw_device(&fixture).rate, rates[k]);
        assert_int_equal(lcw_counters(&fixture)->burst_dropped, 0);
    }
}

static void test_plays_on_every_firmware_and_ring(void **state)
{
    static const struct {
        uint8_t major, minor, model, connection;
        uint32_t ring;
    } rows[] = {{0, 12, 0, 0, 6000}, {0, 13, 0, 1, 6000}, {1, 23, 0, 2, 3000},
                {1, 24, 0, 3, 1799}, {1, 24, 10, 2, 800}, {2, 0, 12, 3, 65535}};
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct lcw_config config = lcw_defaults();
        if (k > 0)
            lcw_stop(&fixture);
        config.device.firmware_major = rows[k].major;
        config.device.firmware_minor = rows[k].minor;
        config.device.model = rows[k].model;
        config.device.connection = rows[k].connection;
        config.device.ring_points = rows[k].ring;
        play(&config, 1000);
        lcw_expect_perfect(&fixture, 1000);
        assert_int_equal(lcw_counters(&fixture)->points_overfull, 0);
        assert_int_equal(lcw_stats(&fixture).capacity_points,
                         rows[k].ring - (rows[k].ring < 2400 ? rows[k].ring / 8 : 300));
    }
}

static void test_clocks_that_disagree(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct lcw_config config = lcw_defaults();
        if (k > 0)
            lcw_stop(&fixture);
        config.device.skew_ppm = k == 0 ? 500 : -500;
        play(&config, 30000);
        assert_int_equal(fixture.gaps, 0);
        assert_int_equal(fixture.skipped, 0);
        assert_in_range(lcw_counters(&fixture)->min_held, 1550, 1800);
        assert_in_range(lcw_counters(&fixture)->max_held, 1700, 1950);
    }
}

/* What nobody has documented: either way it plays. */
static void test_unknown_habits(void **state)
{
    (void)state;
    for (int k = 0; k < 6; k++) {
        struct lcw_config config = lcw_defaults();
        if (k > 0)
            lcw_stop(&fixture);
        config.device.left_enabled = k == 0;
        config.device.stands_still_off = k == 1;
        config.device.reports_before = k == 2;
        config.device.message_zero = k == 3;
        config.device.heeds_threshold = k == 4;
        config.device.drops_whole = k == 5;
        lcw_start(&fixture, &config);
        lcw_run_ms(&fixture, 1000);
        bj_stream_arm(fixture.stream);
        lcw_run_ms(&fixture, 1000);
        lcw_count_anew(&fixture);
        lcw_run_ms(&fixture, 3000);
        lcw_expect_perfect(&fixture, 3000);
        assert_int_equal(fixture.lit, fixture.played);
        assert_int_equal(lcw_stats(&fixture).device_underruns, 0);
        assert_int_equal(lcw_counters(&fixture)->points_overfull, 0);
    }
}

/* Reports without a number are snapshots of the level all the same: on a good way and on
 * bad ones, at the highest rate. */
static void test_reports_without_numbers_at_the_highest_rate(void **state)
{
    static const struct sim_datagrams_config ways[] = {
        {.latency_ns = 0},
        {.latency_ns = LCW_MS, .jitter_ns = LCW_MS / 2},
        {.latency_ns = 4 * LCW_MS, .jitter_ns = 4 * LCW_MS},
        {.latency_ns = LCW_MS, .loss = 0.01, .duplicate = 0.01},
    };
    (void)state;
    for (size_t k = 0; k < sizeof ways / sizeof ways[0]; k++) {
        struct lcw_config config = lcw_defaults();
        if (k > 0)
            lcw_stop(&fixture);
        config.device.message_zero = true;
        config.device.max_rate = config.pps = 60000;
        config.device.to_it = config.device.from_it = ways[k];
        play(&config, 30000);
        assert_int_equal(lcw_counters(&fixture)->ran_dry, 0);
        assert_int_equal(lcw_counters(&fixture)->points_overfull, 0);
        assert_int_equal(lcw_stats(&fixture).reconnects, 0);
        if (ways[k].loss == 0)
            lcw_expect_perfect(&fixture, 30000);
    }
}

static void test_a_rate_beyond_the_device(void **state)
{
    struct lcw_config config = lcw_defaults();
    (void)state;
    config.device.max_rate = 20000;
    config.pps = 48000;
    play(&config, 1000);
    assert_int_equal(lcw_device(&fixture).rate, 20000);
    assert_true(lcw_stats(&fixture).true_pps == 20000);
    assert_in_range(fixture.played, 19990, 20010);
    assert_int_equal(fixture.skipped + fixture.gaps, 0);
}

/* ---- Bad networks -------------------------------------------------------------------- */

static void play_over(struct sim_datagrams_config network, double ms)
{
    struct lcw_config config = lcw_defaults();

    config.device.to_it = config.device.from_it = network;
    play(&config, ms);
}

/* A tenth of the picture is missing; nothing else is. */
static void test_loss(void **state)
{
    uint64_t missed;
    (void)state;
    play_over((struct sim_datagrams_config){.latency_ns = 300000, .loss = 0.1}, 1);
    missed = lcw_counters(&fixture)->packets_missed;
    lcw_run_ms(&fixture, 20000);
    assert_int_equal(fixture.gaps, 0);
    assert_int_equal(fixture.backwards, 0);
    assert_in_range(fixture.played, 599000, 601000);
    assert_in_range(fixture.skipped, 50000, 80000);
    missed = lcw_counters(&fixture)->packets_missed - missed;
    assert_in_range(fixture.skipped, missed * 100,
                    missed * 140 + 1400); /* some in the ring */
    assert_true(lcw_heard(&fixture, "points lost on the way"));
    assert_true(fixture.notices <= 4); /* not once per packet */
    assert_in_range(lcw_counters(&fixture)->max_held, 1700, 2100);
}

/* The device cannot know a double; the driver sends nothing twice. */
static void test_doubles(void **state)
{
    (void)state;
    play_over((struct sim_datagrams_config){.latency_ns = 300000, .duplicate = 0.1}, 20000);
    assert_int_equal(fixture.gaps, 0);
    assert_int_equal(fixture.skipped, 0);
    assert_true(fixture.backwards <= lcw_counters(&fixture)->packets_repeated * 140);
    assert_in_range(lcw_counters(&fixture)->max_held, 1700, 2600);
}

static void test_overtaking(void **state)
{
    (void)state;
    play_over((struct sim_datagrams_config){.reorder = 0.1, .reorder_ns = 8 * LCW_MS},
              20000);
    assert_int_equal(fixture.gaps, 0);
    assert_in_range(fixture.played, 599000, 601000);
    assert_in_range(fixture.backwards, 40000, 65000);
    /* late is not lost; one may be on its way */
    assert_in_range(fixture.skipped, fixture.backwards, fixture.backwards + 140);
    assert_int_equal(lcw_stats(&fixture).device_underruns, 0);
}

static void test_jitter(void **state)
{
    (void)state;
    play_over((struct sim_datagrams_config){.jitter_ns = 50 * LCW_MS}, 20000);
    assert_int_equal(fixture.gaps + fixture.skipped + fixture.backwards, 0);
    assert_in_range(fixture.played, 599000, 601000);
    assert_int_equal(lcw_counters(&fixture)->points_overfull, 0);
    lcw_stop(&fixture);
    play_over((struct sim_datagrams_config){.reorder = 0.5, .reorder_ns = 50 * LCW_MS},
              20000);
    assert_int_equal(fixture.gaps, 0);
    assert_in_range(fixture.played, 599000, 601000);
}

static void test_everything_at_once(void **state)
{
    (void)state;
    play_over(
        (struct sim_datagrams_config){
            .jitter_ns = 50 * LCW_MS, .loss = 0.1, .duplicate = 0.1, .reorder = 0.1},
        20000);
    assert_true(fixture.gap_ns < 400 * LCW_MS);
    assert_in_range(fixture.played, 585000, 601000);
    assert_true(lcw_stats(&fixture).armed);
    assert_int_equal(lcw_stats(&fixture).reconnects, 0);
    assert_int_equal(lcw_counters(&fixture)->points_overfull, 0);
}

/* Dark no longer than the stall outlasts the buffer, told as an underrun, full again after
 * no more than the buffer's time. */
static void test_stalls(void **state)
{
    static const int64_t stalls_ms[] = {50, 100, 200, 500, 1000, 2000};
    (void)state;
    for (size_t k = 0; k < sizeof stalls_ms / sizeof stalls_ms[0]; k++) {
        struct lcw_config config = lcw_defaults();
        int64_t stall_ns = stalls_ms[k] * LCW_MS;
        if (k > 0)
            lcw_stop(&fixture);
        play(&config, 1);
        lcw_count_anew(&fixture);
        lcw_fault(&fixture, SIM_LC_STALL, stall_ns);
        lcw_run_ms(&fixture, (double)stalls_ms[k]);
        lcw_run_ms(&fixture, 60);
        if (stalls_ms[k] >= 1000) { /* too long for light to come back by itself */
            assert_false(lcw_stats(&fixture).armed);
            continue;
        }
        assert_true(lcw_device(&fixture).held > 1300);
        lcw_run_ms(&fixture, 2000);
        assert_true(lcw_stats(&fixture).armed && fixture.lit > 0);
        assert_int_equal(fixture.backwards, 0);
        assert_int_equal(lcw_stats(&fixture).device_underruns, stalls_ms[k] > 60);
        assert_true(fixture.longest_gap_ns <= stall_ns - 55 * LCW_MS || fixture.gaps == 0);
        assert_int_equal(lcw_stats(&fixture).reconnects, 0);
        lcw_count_anew(&fixture);
        lcw_run_ms(&fixture, 500);
        lcw_expect_perfect(&fixture, 500);
    }
}

/* ---- Who and where it is ------------------------------------------------------------- */

static void test_found_by_its_serial_alone(void **state)
{
    struct lcw_config config = lcw_defaults();
    (void)state;
    config.address = (struct bj_address){0};
    play(&config, 500);
    lcw_expect_perfect(&fixture, 500);
    assert_non_null(strstr(bj_stream_dac_name(fixture.stream), "at 10.0.0.5"));
}

static void test_by_its_address_alone(void **state)
{
    struct lcw_config config = lcw_defaults();
    (void)state;
    config.id = "lasercube@10.0.0.5";
    play(&config, 500);
    lcw_expect_perfect(&fixture, 500);
    assert_non_null(strstr(bj_stream_dac_name(fixture.stream), "0004A3112233"));
}

static void test_an_address_that_is_old(void **state)
{
    struct lcw_config config = lcw_defaults();
    (void)state;
    config.address.ip = NEW_IP; /* nobody is there */
    play(&config, 500);
    lcw_expect_perfect(&fixture, 500);
}

/* It is not touched, and the right one is looked for. */
static void test_somebody_else_has_its_address(void **state)
{
    struct lcw_config config = lcw_defaults();
    struct sim_lc_config other = sim_lc_defaults();
    struct sim_host *stranger;
    (void)state;
    other.serial[5] = 0x99;
    stranger = sim_lc_create(&other, LCW_START_NS);
    config.address.ip = NEW_IP;
    lcw_start(&fixture, &config);
    fake_net_add(fixture.net, NEW_IP, stranger);
    lcw_light_up(&fixture);
    assert_true(lcw_heard(&fixture, "another device answers at its address"));
    assert_int_equal(sim_lc_counters(stranger)->outputs_off, 0);
    assert_int_equal(sim_lc_counters(stranger)->clears, 0);
    fake_net_remove(fixture.net, NEW_IP);
    sim_lc_destroy(stranger);
}

static void move(void)
{
    fake_net_move(fixture.net, fixture.ip, NEW_IP);
    fixture.ip = NEW_IP;
}

static void test_follows_to_a_new_address(void **state)
{
    struct lcw_config config = lcw_defaults();
    (void)state;
    play(&config, 100);
    move();
    lcw_run_ms(&fixture, 3000);
    assert_true(lcw_heard(&fixture, "new address"));
    assert_int_equal(lcw_stats(&fixture).reconnects, 1);
    assert_false(lcw_stats(&fixture).armed);
    lcw_light_up(&fixture);
    lcw_run_ms(&fixture, 500);
    lcw_expect_perfect(&fixture, 500);
}

static void test_never_there(void **state)
{
    struct lcw_config config = lcw_defaults();
    (void)state;
    config.address = (struct bj_address){0};
    lcw_start(&fixture, &config);
    fake_net_set_route(fixture.net, LCW_IP, FAKE_ROUTE_BLACK_HOLE);
    lcw_run_ms(&fixture, 6000);
    assert_true(lcw_heard(&fixture, "not heard on the network"));
    fake_net_set_route(fixture.net, LCW_IP, FAKE_ROUTE_OPEN);
    lcw_light_up(&fixture);
}

static void test_nobody_answers_at_a_direct_address(void **state)
{
    struct lcw_config config = lcw_defaults();
    (void)state;
    config.id = "lasercube@10.0.0.9";
    config.address.ip = NEW_IP;
    lcw_start(&fixture, &config);
    lcw_run_ms(&fixture, 2500);
    assert_true(lcw_heard(&fixture, "no answer; is it on"));
}

static void test_what_it_accepts(void **state)
{
    struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                   .id = "lasercube:0004A3112233"};
    struct bj_dac *dac;
    (void)state;
    assert_true(bj_lasercube.accepts_id("lasercube:0004a3112233"));
    assert_true(bj_lasercube.accepts_id("lasercube@somewhere"));
    assert_false(bj_lasercube.accepts_id("lasercube"));
    assert_false(bj_lasercube.accepts_id("lasercube:1234"));
    assert_int_equal(bj_dac_create(&bj_lasercube, &config, NULL, NULL, &dac),
                     BJ_BAD_ARGUMENT);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_plays_every_point_once_and_in_order),
        TEST(test_plays_at_every_rate),
        TEST(test_plays_on_every_firmware_and_ring),
        TEST(test_clocks_that_disagree),
        TEST(test_unknown_habits),
        TEST(test_reports_without_numbers_at_the_highest_rate),
        TEST(test_a_rate_beyond_the_device),
        TEST(test_loss),
        TEST(test_doubles),
        TEST(test_overtaking),
        TEST(test_jitter),
        TEST(test_everything_at_once),
        TEST(test_stalls),
        TEST(test_found_by_its_serial_alone),
        TEST(test_by_its_address_alone),
        TEST(test_an_address_that_is_old),
        TEST(test_somebody_else_has_its_address),
        TEST(test_follows_to_a_new_address),
        TEST(test_never_there),
        TEST(test_nobody_answers_at_a_direct_address),
        cmocka_unit_test(test_what_it_accepts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
