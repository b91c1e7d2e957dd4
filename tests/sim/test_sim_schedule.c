/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim_schedule.h"

static struct sim_schedule schedule;

static int start(void **state)
{
    (void)state;
    schedule = (struct sim_schedule){0};
    return 0;
}

static void test_in_the_order_of_time(void **state)
{
    static const int64_t at_ns[] = {30, 10, 20, 10};
    static const int order[] = {1, 3, 2, 0};
    struct sim_scheduled due;

    (void)state;
    for (int k = 0; k < 4; k++) {
        assert_true(sim_schedule_add(&schedule, at_ns[k], k, -k));
    }
    for (int k = 0; k < 4; k++) {
        assert_int_equal(sim_schedule_next_ns(&schedule), at_ns[order[k]]);
        assert_true(sim_schedule_take(&schedule, 30, &due));
        assert_int_equal(due.what, order[k]);
        assert_int_equal(due.value, -order[k]);
        assert_int_equal(due.at_ns, at_ns[order[k]]);
    }
    assert_true(sim_schedule_next_ns(&schedule) == BJ_NEVER);
}

static void test_only_what_is_due(void **state)
{
    struct sim_scheduled due;

    (void)state;
    assert_false(sim_schedule_take(&schedule, BJ_NEVER, &due));
    assert_true(sim_schedule_add(&schedule, 10, 1, 0));
    assert_false(sim_schedule_take(&schedule, 9, &due));
    assert_true(sim_schedule_take(&schedule, 10, &due));
}

static void test_there_is_an_end(void **state)
{
    (void)state;
    for (int k = 0; k < SIM_SCHEDULE_SIZE; k++) {
        assert_true(sim_schedule_add(&schedule, k, k, 0));
    }
    assert_false(sim_schedule_add(&schedule, 0, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_in_the_order_of_time, start),
        cmocka_unit_test_setup(test_only_what_is_due, start),
        cmocka_unit_test_setup(test_there_is_an_end, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
