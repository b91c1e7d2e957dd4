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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stands_still_while_the_output_is_off),
        cmocka_unit_test(test_falls_at_the_rate_and_not_below_nothing),
        cmocka_unit_test(test_what_is_under_way_may_be_played_already),
        cmocka_unit_test(test_a_count_is_an_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
