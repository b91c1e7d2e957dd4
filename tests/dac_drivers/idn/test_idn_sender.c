/* SPDX-License-Identifier: MIT
 *
 * What goes over the wire: which datagrams, how full, when the configuration is in them.
 */
#include "idn_fixture.h"

#include <stdlib.h>

static struct idn_fixture the_fixture, *const fixture = &the_fixture;

#define MS BJ_NS_PER_MS

/* ---- The stream as a receiver sees it ------------------------------------------------ */

static void check_joins(void)
{
    int64_t samples = 0, length_us = 0;

    assert_true(fixture->chunk_count > 10);
    for (size_t k = 0; k < fixture->chunk_count; k++) {
        const struct sim_idn_chunk *chunk = &fixture->chunks[k], *before = chunk - 1;
        assert_int_equal(chunk->verdict, SIM_IDN_TAKEN);
        assert_false(chunk->gap);
        assert_true(chunk->samples >= 20 && chunk->duration_us >= 200);
        assert_true(chunk->datagram_bytes <= 1472);
        if (k > 0)
            assert_int_equal(chunk->timestamp_us,
                             before->timestamp_us + before->duration_us);
        samples += chunk->samples;
        length_us += chunk->duration_us;
    }
    assert_true(
        labs(length_us - samples * 1000000 / (int64_t)idn_fixture_stats(fixture).pps) <= 1);
}

static void check_quiet_stream(const char *profile, uint32_t pps)
{
    const struct sim_idn_counters *counters;

    idn_fixture_start_as(fixture, profile, pps);
    idn_fixture_light_up(fixture);
    idn_fixture_run_ms(fixture, 3000);
    counters = idn_fixture_counters(fixture);
    check_joins();
    assert_int_equal(fixture->skipped, 0);
    assert_int_equal(fixture->bridges, 0);
    assert_int_equal(counters->dries, 0);
    assert_int_equal(counters->sequence_errors, 0);
    assert_int_equal(counters->invalid_messages, 0);
    assert_int_equal(idn_fixture_stats(fixture).device_underruns, 0);
    assert_true(counters->longest_config_gap_ns <= 250 * MS);
    assert_in_range(counters->configs, 3000 / 250, 3000 / 180);
    assert_true(counters->earliest_ns <= 50 * MS); /* the head start, no more */
    idn_fixture_stop(fixture);
}

static void test_every_rate(void **state)
{
    static const uint32_t rates[] = {1000, 5000, 12345, 30000, 44100, 48000, 96000, 100000};

    (void)state;
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        check_quiet_stream("openidn", rates[k]);
        check_quiet_stream("spec", rates[k]);
    }
}

/* At 30 kpps a wake-up brings 150 points, and 143 fit: not two half-empty ones each time.
 */
static void test_datagrams_are_well_filled(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_run_ms(fixture, 3000);
    assert_true(fixture->chunk_count < 3 * 30000 / 143 * 5 / 4);
    idn_fixture_stop(fixture);
}

/* The stamps have 32 bits; the time line goes on beyond them. */
static void test_the_stamps_wrap(void **state)
{
    const int64_t wrap_ns = (UINT32_MAX + INT64_C(1)) * 1000;
    bool wrapped = false;

    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    fixture->now_ns += wrap_ns - (fixture->now_ns + 1600 * MS) % wrap_ns;
    fake_net_advance(fixture->net, fixture->now_ns);
    idn_fixture_light_up(fixture);
    idn_fixture_run_ms(fixture, 1000);
    check_joins();
    for (size_t k = 1; k < fixture->chunk_count; k++)
        wrapped |= fixture->chunks[k].timestamp_us < fixture->chunks[k - 1].timestamp_us;
    assert_true(wrapped);
    assert_int_equal(fixture->skipped, 0);
    idn_fixture_stop(fixture);
}

static void test_the_first_messages_are_configured(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_reach(fixture, BJ_STREAM_STREAMING);
    idn_fixture_run_ms(fixture, 100);
    assert_true(fixture->chunk_count > 6);
    for (size_t k = 0; k < 6; k++)
        assert_int_equal(fixture->chunks[k].configured, k < 3);
    idn_fixture_stop(fixture);
}

/* ---- Formats ------------------------------------------------------------------------- */

static void test_who_answers_gets_sixteen_bits(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_run_ms(fixture, 100);
    assert_int_equal(fixture->chunks[0].sample_bytes, 10);
    idn_fixture_stop(fixture);
}

/* It takes every sample as X, Y, R, G, B, I whatever is announced, and answers scans. */
static void test_a_simple_one_gets_eight(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "simple", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_run_ms(fixture, 5000);
    assert_int_equal(fixture->chunks[0].sample_bytes, 8);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_STREAMING);
    assert_int_equal(fixture->skipped, 0);
    assert_true(fixture->lit > 140000);
    assert_int_equal(fixture->told_size, 0);
    idn_fixture_stop(fixture);
}

static void test_who_refuses_sixteen_gets_eight(void **state)
{
    struct sim_idn_config device = sim_idn_defaults();

    (void)state;
    device.profile.most_octets = 8;
    idn_fixture_start(fixture, &device);
    idn_fixture_light_up(fixture);
    idn_fixture_run_ms(fixture, 1000);
    assert_int_equal(fixture->chunks[0].sample_bytes, 8);
    assert_int_equal(idn_fixture_counters(fixture)->chunks[SIM_IDN_NO_CONFIG], 0);
    assert_int_equal(fixture->skipped, 0);
    idn_fixture_stop(fixture);
}

/* ---- Odd producers ------------------------------------------------------------------- */

static void test_a_producer_that_stops_leaves_the_dark(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    fixture->starving = true;
    idn_fixture_expect_dark(fixture, 75);
    idn_fixture_run_ms(fixture, 2000);
    assert_int_equal(idn_fixture_counters(fixture)->dries,
                     0); /* dark points keep it going */
    assert_int_equal(idn_fixture_counters(fixture)->gaps, 0);
    fixture->starving = false;
    fixture->dark_from_ns = BJ_NEVER;
    idn_fixture_run_ms(fixture, 500);
    assert_in_range(fixture->skipped, 1, 30); /* it begins dark: 1 ms */
    assert_int_equal(idn_fixture_counters(fixture)->gaps, 0);
    idn_fixture_stop(fixture);
}

/* The engine thread was stopped for longer than the receiver has points. */
static void test_after_a_long_sleep_the_time_line_begins_anew(void **state)
{
    const struct sim_idn_counters *counters;

    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    fixture->late_ns = 200 * MS;
    idn_fixture_run_ms(fixture, 1000);
    counters = idn_fixture_counters(fixture);
    assert_int_equal(counters->gaps, 1);
    assert_in_range(counters->dries, 1, 2); /* and once more for the rest of a slice */
    assert_int_equal(counters->chunks[SIM_IDN_PAST], 0);
    assert_int_equal(idn_fixture_stats(fixture).device_underruns, 1);
    assert_int_equal(fixture->skipped + counters->points_dropped, fixture->skipped);
    assert_true(fixture->longest_dark_ns < 250 * MS);
    idn_fixture_stop(fixture);
}

static void test_a_drain_plays_everything(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "spec", 30000);
    idn_fixture_light_up(fixture);
    fixture->ending = true;
    idn_fixture_run_ms(fixture, 500);
    assert_int_equal(fixture->result, BJ_RUN_ENDED);
    assert_int_equal(fixture->last_number, (int64_t)fixture->produced - 1);
    assert_int_equal(idn_fixture_counters(fixture)->points_dropped, 0);
    idn_fixture_stop(fixture);
}

/* ---- A full send buffer -------------------------------------------------------------- */

static void test_what_cannot_leave_leaves_a_moment_later(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    for (int k = 0; k < 50; k++) {
        fake_net_refuse_datagrams(fixture->net, fixture->now_ns + 3 * MS);
        idn_fixture_run_ms(fixture, 17.3);
    }
    check_joins();
    assert_int_equal(fixture->skipped, 0);
    assert_int_equal(idn_fixture_counters(fixture)->dries, 0);
    assert_int_equal(idn_fixture_stats(fixture).device_underruns, 0);
    idn_fixture_stop(fixture);
}

/* At 30 kpps a wake-up brings 150 points, 143 fit, and seven are held for the next one. */
static void test_held_points_wait_for_a_late_cycle(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    for (int k = 0; k < 200; k++) {
        idn_fixture_run_ms(fixture, 20.7 + k % 13 * 1.3);
        fixture->starving = true;
        idn_fixture_run_ms(fixture, 12 + k % 29 * 0.41);
        fixture->starving = false;
    }
    check_joins();
    assert_int_equal(idn_fixture_counters(fixture)->dries, 0);
    idn_fixture_stop(fixture);
}

static void test_darkness_that_cannot_leave_is_owed(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    fake_net_refuse_datagrams(fixture->net, fixture->now_ns + 3 * MS);
    bj_stream_disarm(fixture->stream);
    bj_wait_until(&fixture->wait, fixture->now_ns);
    idn_fixture_expect_dark(fixture, 4.1);
    idn_fixture_run_ms(fixture, 200);
    assert_int_equal(idn_fixture_counters(fixture)->aborts, 1);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_STREAMING);
    idn_fixture_stop(fixture);
}

/* Nothing is sent, and what keeps the connection alive is refused. */
static void test_a_refused_sign_of_life_is_no_reason_to_spin(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    fake_net_refuse_datagrams(fixture->net, fixture->now_ns + 900 * MS);
    idn_fixture_run_ms(fixture, 1000); /* fails in a busy loop */
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_STREAMING);
    idn_fixture_stop(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rate),
        cmocka_unit_test(test_datagrams_are_well_filled),
        cmocka_unit_test(test_the_stamps_wrap),
        cmocka_unit_test(test_the_first_messages_are_configured),
        cmocka_unit_test(test_who_answers_gets_sixteen_bits),
        cmocka_unit_test(test_a_simple_one_gets_eight),
        cmocka_unit_test(test_who_refuses_sixteen_gets_eight),
        cmocka_unit_test(test_a_producer_that_stops_leaves_the_dark),
        cmocka_unit_test(test_after_a_long_sleep_the_time_line_begins_anew),
        cmocka_unit_test(test_a_drain_plays_everything),
        cmocka_unit_test(test_what_cannot_leave_leaves_a_moment_later),
        cmocka_unit_test(test_held_points_wait_for_a_late_cycle),
        cmocka_unit_test(test_darkness_that_cannot_leave_is_owed),
        cmocka_unit_test(test_a_refused_sign_of_life_is_no_reason_to_spin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
