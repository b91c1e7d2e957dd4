/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lasershark_family/shark_level.h"

#define MS BJ_NS_PER_MS

static void test_stands_still_while_the_output_is_off(void **state)
{
    struct shark_level level;

    (void)state;
    shark_level_init(&level, 0);
    shark_level_sent(&level, 100);
    shark_level_accepted(&level, MS, 100);
    shark_level_advance(&level, 100 * MS);
    assert_float_equal(level.low, 100, 0.001);
    assert_float_equal(level.high, 100, 0.001);
    assert_int_equal(shark_level_low_at_ns(&level, 50), BJ_NEVER);
}

static void test_falls_at_the_rate_and_not_below_nothing(void **state)
{
    struct shark_level level;

    (void)state;
    shark_level_init(&level, 0);
    shark_level_accepted(&level, 0, 100);
    shark_level_set_hz(&level, 0, 10000);
    assert_in_range(shark_level_low_at_ns(&level, 50), 5 * MS, 5 * MS + 1);
    shark_level_advance(&level, 4 * MS);
    assert_float_equal(level.low, 60, 0.001);
    shark_level_advance(&level, 3 * MS); /* never back */
    shark_level_advance(&level, 40 * MS);
    assert_float_equal(level.low, 0, 0.001);
    assert_float_equal(level.high, 0, 0.001);
    assert_int_equal(shark_level_high_at_ns(&level, 0), 40 * MS);
}

static void test_what_is_under_way_may_be_played_already(void **state)
{
    struct shark_level level;

    (void)state;
    shark_level_init(&level, 0);
    shark_level_set_hz(&level, 0, 10000);
    shark_level_accepted(&level, 0, 10);
    shark_level_sent(&level, 100);
    shark_level_accepted(&level, 5 * MS, 100);
    assert_float_equal(level.low, 60, 0.001);   /* it came when the ten were gone */
    assert_float_equal(level.high, 100, 0.001); /* it came just now */
}

static void test_a_count_is_an_interval(void **state)
{
    struct shark_level level;

    (void)state;
    shark_level_init(&level, 0);
    shark_level_set_hz(&level, 0, 10000);
    shark_level_counted(&level, 300, 10 * MS, 12 * MS, 13 * MS);
    assert_float_equal(level.low, 270, 0.001);
    assert_float_equal(level.high, 290, 0.001);
    assert_int_equal(level.at_ns, 13 * MS);
}

/* Samples that were late on their way: what it held before is gone long since. */
static void test_a_count_tells_of_a_pause(void **state)
{
    static const struct {
        int64_t late_ns;
        uint32_t counted;
        bool paused;
    } rows[] = {{2 * MS, 160, false},
                {2 * MS, 176, false},
                {13 * MS, 80, true},
                {9 * MS, 90, false},
                {30 * MS, 80, true}};

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct shark_level level;
        int64_t asked_ns = rows[k].late_ns + 2 * MS;
        shark_level_init(&level, 0);
        shark_level_set_hz(&level, 0, 10000);
        shark_level_accepted(&level, 0, 100); /* 10 ms */
        shark_level_sent(&level, 100);
        shark_level_accepted(&level, rows[k].late_ns, 100);
        shark_level_advance(&level, asked_ns + MS);
        assert_int_equal(shark_level_paused(&level, rows[k].counted, asked_ns),
                         rows[k].paused);
    }
}

static void test_in_doubt_it_is_dry(void **state)
{
    struct shark_level level;

    (void)state;
    shark_level_init(&level, 0);
    shark_level_set_hz(&level, 0, 10000);
    shark_level_counted(&level, 100, 0, MS / 5, MS); /* 9.0 to 9.2 ms are left */
    assert_false(shark_level_may_be_dry(&level));
    shark_level_advance(&level, 9 * MS);
    assert_false(shark_level_may_be_dry(&level));
    shark_level_advance(&level, 10 * MS);
    assert_true(shark_level_may_be_dry(&level));
    shark_level_sent(&level, 10); /* perhaps in time */
    assert_false(shark_level_may_be_dry(&level));
    shark_level_init(&level, 0);
    shark_level_set_hz(&level, 0, 10000);
    shark_level_counted(&level, 100, 0, 8 * MS, 9 * MS); /* 1 to 9 ms: too vague */
    shark_level_advance(&level, 10 * MS);
    assert_false(shark_level_may_be_dry(&level));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stands_still_while_the_output_is_off),
        cmocka_unit_test(test_falls_at_the_rate_and_not_below_nothing),
        cmocka_unit_test(test_what_is_under_way_may_be_played_already),
        cmocka_unit_test(test_a_count_is_an_interval),
        cmocka_unit_test(test_a_count_tells_of_a_pause),
        cmocka_unit_test(test_in_doubt_it_is_dry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
