/* SPDX-License-Identifier: MIT */
#include "jack/helper_thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static void wait_for_it(void *job)
{
    const struct timespec moment = {.tv_nsec = 1000000};

    while (!atomic_load((atomic_bool *)job))
        nanosleep(&moment, NULL);
}

static void helper_that_hangs_holds_up_nobody(void **state)
{
    atomic_bool answer = false;
    atomic_int running = 0;

    (void)state;
    assert_true(bj_helper_start(wait_for_it, &answer, &running));
    assert_true(bj_helper_start(wait_for_it, &answer, &running));
    assert_false(bj_helpers_ended(&running, 20));
    assert_int_equal(atomic_load(&running), 2);
    atomic_store(&answer, true);
    assert_true(bj_helpers_ended(&running, 10000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(helper_that_hangs_holds_up_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
