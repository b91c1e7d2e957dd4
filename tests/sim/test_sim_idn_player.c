/* SPDX-License-Identifier: MIT
 *
 * When points play: the speed control of the open receiver, the schedule of the strict one,
 * the ring of the simple one.
 */
#include "sim_idn_fixture.h"

#include <math.h>
#include <stdlib.h>

static struct idn_fixture the_fixture, *const fixture = &the_fixture;

#define MS IDN_FIXTURE_MS

static int sent;

static void send_ms(uint32_t ms)
{
    for (uint32_t k = 0; k < ms / 5; k++) {
        idn_fixture_wave(fixture, sent == 0 ? 1 : -1, sent % 30000, 150, 5000);
        sent += 150;
    }
}

static void start_as(const char *profile)
{
    idn_fixture_start_as(fixture, profile);
    sent = 0;
}

/* A chunk every 5 ms, `ppm` too often. */
static void stream_ms(uint32_t ms, double ppm)
{
    for (uint32_t k = 0; k < ms / 5; k++) {
        idn_fixture_wait_ms(fixture, 5 / (1 + ppm / 1e6));
        send_ms(5);
    }
}

/* ---- Speed control ------------------------------------------------------------------- */

static void test_it_plays_at_once_and_at_its_rate(void **state)
{
    (void)state;
    start_as("openidn");
    send_ms(40);
    stream_ms(1000, 0);
    assert_int_equal(fixture->played[0].time_ns, 0);
    for (int k = 1; k < fixture->played_count; k++) {
        int64_t step_ns = fixture->played[k].time_ns - fixture->played[k - 1].time_ns;
        assert_true(llabs(step_ns - 33333) < 1700);
        assert_int_equal(fixture->played[k].x, k);
    }
    idn_fixture_stop(fixture);
}

static void test_it_keeps_forty_milliseconds(void **state)
{
    (void)state;
    for (int k = 0; k < 3; k++) {
        static const double off[] = {-500, 0, 500};
        start_as("openidn");
        send_ms(40);
        stream_ms(10000, off[k]);
        sim_idn_clear_counters(fixture->host);
        stream_ms(20000, off[k]);
        assert_int_equal(idn_fixture_counters(fixture)->dries, 0);
        assert_in_range(idn_fixture_counters(fixture)->least_buffered_ns, 25 * MS, 50 * MS);
        assert_in_range(idn_fixture_counters(fixture)->most_buffered_ns, 30 * MS, 60 * MS);
        idn_fixture_stop(fixture);
    }
}

/* 15 ms slices played in 12.08 ms were seen. */
static void test_too_much_plays_a_quarter_faster(void **state)
{
    (void)state;
    start_as("openidn");
    send_ms(500);
    idn_fixture_wait_ms(fixture, 200);
    assert_in_range(fixture->played_count, 7200, 7600); /* 6000 at its rate */
    assert_int_equal(idn_fixture_counters(fixture)->points_dropped, 0);
    idn_fixture_stop(fixture);
}

static void test_too_little_plays_slower(void **state)
{
    (void)state;
    start_as("openidn");
    send_ms(20);
    idn_fixture_wait_ms(fixture, 100);
    assert_int_equal(fixture->played_count, 600);
    assert_true(fixture->played[599].time_ns > 20 * MS);
    assert_true(fixture->played[599].time_ns < 26 * MS);
    assert_int_equal(idn_fixture_counters(fixture)->dries, 1);
    stream_ms(20, 0);
    assert_in_range(idn_fixture_counters(fixture)->dry_ns, 70 * MS, 95 * MS);
    idn_fixture_stop(fixture);
}

/* About nine tenths of the chunk's points, in the time of the chunk. */
static void test_a_gap_is_bridged_in_no_time(void **state)
{
    int bridges = 0;

    (void)state;
    start_as("openidn");
    send_ms(50);
    fixture->stamp_us += 5000;
    idn_fixture_message(fixture, 0x40, 1, -1, 0,
                        "\0\0\x02\x9a"
                        "\x40\0\x40\0\xff\0\0\xff"
                        "\x40\1\x40\0\xff\0\0\xff"
                        "\x40\2\x40\0\xff\0\0\xff"
                        "\x40\3\x40\0\xff\0\0\xff"
                        "\x40\4\x40\0\xff\0\0\xff"
                        "\x40\5\x40\0\xff\0\0\xff"
                        "\x40\6\x40\0\xff\0\0\xff"
                        "\x40\7\x40\0\xff\0\0\xff"
                        "\x40\7\x40\0\xff\0\0\xff"
                        "\x40\7\x40\0\xff\0\0\xff",
                        84);
    idn_fixture_wait_ms(fixture, 100);
    for (int k = 0; k < fixture->played_count; k++) {
        const struct sim_idn_point *point = &fixture->played[k];
        bridges += point->bridge;
        if (point->bridge) {
            assert_int_equal(point->r | point->g | point->b, 0);
            assert_in_range(point->y, 1, 0x4000);
        }
    }
    assert_int_equal(bridges, 9);
    idn_fixture_stop(fixture);
}

static void test_hardware_has_its_limit(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();

    (void)state;
    config.profile.max_pps = 15000;
    idn_fixture_start(fixture, &config);
    sent = 0;
    send_ms(100);
    idn_fixture_wait_ms(fixture, 200);
    assert_in_range(fixture->played_count, 1480, 1530);
    assert_in_range(idn_fixture_counters(fixture)->points_thinned, 1470, 1520);
    idn_fixture_stop(fixture);
}

static void test_its_clock_may_be_off(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();

    (void)state;
    config.skew_ppm = 100000;
    config.profile.least_speed = config.profile.most_speed = 1;
    idn_fixture_start(fixture, &config);
    sent = 0;
    send_ms(100);
    idn_fixture_wait_ms(fixture, 50);
    assert_in_range(fixture->played_count, 1645, 1655);
    idn_fixture_stop(fixture);
}

/* ---- Schedule ------------------------------------------------------------------------ */

static void test_the_schedule_sorts(void **state)
{
    static const int order[] = {0, 2, 1, 1, 4, 3, 5};
    uint32_t first_us;

    (void)state;
    start_as("spec");
    first_us = fixture->stamp_us;
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        fixture->stamp_us = first_us + (uint32_t)order[k] * 5000;
        idn_fixture_wave(fixture, k == 0 ? 1 : -1, order[k] * 150, 150, 5000);
    }
    idn_fixture_wait_ms(fixture, 100);
    assert_int_equal(fixture->played_count, 900);
    for (int k = 0; k < 900; k++) {
        assert_int_equal(fixture->played[k].x, k);
        assert_true(llabs(fixture->played[k].time_ns - (40 * MS + k * 100000LL / 3)) <
                    1000);
    }
    assert_int_equal(idn_fixture_counters(fixture)->chunks[SIM_IDN_PAST],
                     1); /* came twice */
    idn_fixture_stop(fixture);
}

static void test_what_misses_its_time_is_left_out(void **state)
{
    (void)state;
    start_as("spec");
    send_ms(20);
    idn_fixture_wait_ms(fixture, 70);
    send_ms(20); /* due at 60 to 75 */
    assert_int_equal(idn_fixture_counters(fixture)->chunks[SIM_IDN_PAST], 2);
    idn_fixture_wait_ms(fixture, 100);
    assert_int_equal(fixture->played_count, 600 + 300);
    assert_int_equal(idn_fixture_counters(fixture)->dries, 2); /* the hole, and the end */
    idn_fixture_stop(fixture);
}

/* ---- Ring ---------------------------------------------------------------------------- */

static void test_the_ring_has_a_rate_of_its_own(void **state)
{
    (void)state;
    start_as("simple");
    send_ms(100);
    idn_fixture_wait_ms(fixture, 25);
    assert_in_range(fixture->played_count, 2495, 2505); /* 100 kpps */
    idn_fixture_wait_ms(fixture, 25);
    assert_int_equal(fixture->played_count, 3000);
    send_ms(400);
    assert_in_range(idn_fixture_counters(fixture)->points_dropped, 12000 - 8194,
                    12000 - 8192);
    idn_fixture_stop(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_plays_at_once_and_at_its_rate),
        cmocka_unit_test(test_it_keeps_forty_milliseconds),
        cmocka_unit_test(test_too_much_plays_a_quarter_faster),
        cmocka_unit_test(test_too_little_plays_slower),
        cmocka_unit_test(test_a_gap_is_bridged_in_no_time),
        cmocka_unit_test(test_hardware_has_its_limit),
        cmocka_unit_test(test_its_clock_may_be_off),
        cmocka_unit_test(test_the_schedule_sorts),
        cmocka_unit_test(test_what_misses_its_time_is_left_out),
        cmocka_unit_test(test_the_ring_has_a_rate_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
