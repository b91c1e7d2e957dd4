/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "idn/idn_stamps.h"

#define LEAD_NS (50 * BJ_NS_PER_MS)

static struct idn_stamps stamps;

static int64_t exact_us(int64_t ns)
{
    return (ns + 500) / 1000;
}

/* A million chunks: each begins where the one before ended, and the end of the last is
 * where its points end, to the microsecond. */
static void joins(uint32_t pps, int64_t first_ns, double clock_ppm)
{
    uint64_t points = 0;
    int64_t end_us = 0, sum_us = 0, begin_us = 0, due_ns = 0;

    idn_stamps_init(&stamps, LEAD_NS);
    for (uint32_t k = 0; k < 1000000; k++) {
        uint32_t count = 20 + (k * 7919) % 123;
        int64_t bent_ns = (int64_t)((double)idn_points_ns(points, pps) * clock_ppm / 1e6);
        int64_t play_ns = first_ns + idn_points_ns(points, pps) + bent_ns;
        struct idn_span span = idn_stamps_next(&stamps, play_ns, count, pps);
        if (k == 0)
            begin_us = span.begin_us;
        else if (span.begin_us != end_us)
            fail_msg("chunk %u does not join", k);
        end_us = span.begin_us + span.duration_us;
        sum_us += span.duration_us;
        points += count;
        due_ns = play_ns + idn_points_ns(count, pps);
        if (labs(end_us - exact_us(due_ns - LEAD_NS)) > 1)
            fail_msg("chunk %u is off by %lld us", k,
                     (long long)(end_us - exact_us(due_ns - LEAD_NS)));
    }
    assert_int_equal(begin_us, exact_us(first_ns - LEAD_NS));
    assert_int_equal(sum_us, end_us - begin_us);
}

static void test_a_million_chunks_join(void **state)
{
    (void)state;
    joins(30000, 123456789, 0);
    joins(44100, 3600 * BJ_NS_PER_S + 7, 0);
    joins(99999, LEAD_NS, 0);
}

/* The play times are another clock's: followed, not summed up. */
static void test_a_million_chunks_follow_a_clock(void **state)
{
    (void)state;
    joins(48000, BJ_NS_PER_S, 500);
    joins(48000, BJ_NS_PER_S, -500);
}

/* ---- Disturbances ------------------------------------------------------------------------ */

static void start(int64_t play_ns)
{
    idn_stamps_init(&stamps, LEAD_NS);
    (void)idn_stamps_next(&stamps, play_ns, 150, 30000);
}

static void test_a_gap_begins_anew(void **state)
{
    struct idn_span span;

    (void)state;
    start(BJ_NS_PER_S);
    assert_true(idn_stamps_continue(&stamps, BJ_NS_PER_S + 5000000, 5000000));
    assert_true(idn_stamps_continue(&stamps, BJ_NS_PER_S + 9000000, 5000000));
    assert_false(idn_stamps_continue(&stamps, BJ_NS_PER_S + 11000000, 5000000));
    span = idn_stamps_next(&stamps, BJ_NS_PER_S + 100000000, 150, 30000);
    assert_int_equal(span.begin_us, 1050000);
    assert_int_equal(span.duration_us, 5000);
}

static void test_stamps_never_fall(void **state)
{
    struct idn_span span;

    (void)state;
    start(BJ_NS_PER_S);
    span = idn_stamps_next(&stamps, BJ_NS_PER_S - 500000000, 150, 30000);
    assert_int_equal(span.begin_us, 955000);
    assert_int_equal(span.duration_us, 5000);
    span = idn_stamps_next(&stamps, BJ_NS_PER_S - 495000000, 150, 30000);
    assert_int_equal(span.begin_us, 960000);
    assert_int_equal(span.duration_us, 5000);
}

static void test_a_break_is_none_if_the_times_go_on(void **state)
{
    struct idn_span span;

    (void)state;
    start(BJ_NS_PER_S);
    idn_stamps_break(&stamps);
    assert_false(idn_stamps_continue(&stamps, BJ_NS_PER_S + 5000000, 5000000));
    span = idn_stamps_next(&stamps, BJ_NS_PER_S + 5000000, 150, 30000);
    assert_int_equal(span.begin_us, 955000);
}

static void test_a_new_connection_may_begin_earlier(void **state)
{
    struct idn_span span;

    (void)state;
    start(BJ_NS_PER_S);
    idn_stamps_init(&stamps, LEAD_NS);
    span = idn_stamps_next(&stamps, BJ_NS_PER_S - 40000000, 150, 30000);
    assert_int_equal(span.begin_us, 910000);
}

/* Half a chunk off: the speed changes by a fiftieth until it is made up for. */
static void test_small_differences_are_followed_slowly(void **state)
{
    int64_t play_ns = BJ_NS_PER_S + 2500000;
    struct idn_span span = {0, 0};
    int chunks = 0;

    (void)state;
    start(BJ_NS_PER_S);
    for (; span.duration_us != 5000 && chunks < 100; chunks++) {
        play_ns += 5000000;
        span = idn_stamps_next(&stamps, play_ns, 150, 30000);
        assert_in_range(span.duration_us, 5000, 5101);
    }
    assert_in_range(chunks, 20, 30);
    assert_int_equal(span.begin_us + span.duration_us,
                     (play_ns + 5000000 - LEAD_NS) / 1000);
}

static void test_times_before_the_lead(void **state)
{
    struct idn_span span;

    (void)state;
    idn_stamps_init(&stamps, LEAD_NS);
    span = idn_stamps_next(&stamps, 0, 150, 30000);
    assert_int_equal(span.begin_us, -50000); /* wraps on the wire */
    assert_int_equal(span.duration_us, 5000);
}

static void test_durations_of_many_points(void **state)
{
    (void)state;
    assert_int_equal(idn_points_ns(0, 30000), 0);
    assert_int_equal(idn_points_ns(20, 30000), 666666);
    assert_int_equal(idn_points_ns(30000ULL * 1000000, 30000), 1000000 * BJ_NS_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_million_chunks_join),
        cmocka_unit_test(test_a_million_chunks_follow_a_clock),
        cmocka_unit_test(test_a_gap_begins_anew),
        cmocka_unit_test(test_stamps_never_fall),
        cmocka_unit_test(test_a_break_is_none_if_the_times_go_on),
        cmocka_unit_test(test_a_new_connection_may_begin_earlier),
        cmocka_unit_test(test_small_differences_are_followed_slowly),
        cmocka_unit_test(test_times_before_the_lead),
        cmocka_unit_test(test_durations_of_many_points),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
