/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <beamjack/driver.h>

static void begins_never_on_nothing(void **state)
{
    (void)state;
    struct bj_wait wait = {.deadline_ns = 5, .count = 3};
    bj_wait_init(&wait);
    assert_int_equal(wait.deadline_ns, BJ_NEVER);
    assert_int_equal(wait.count, 0);
}

static void keeps_the_earlier_deadline(void **state)
{
    (void)state;
    struct bj_wait wait;
    bj_wait_init(&wait);
    bj_wait_until(&wait, 100);
    assert_int_equal(wait.deadline_ns, 100);
    bj_wait_until(&wait, 200);
    assert_int_equal(wait.deadline_ns, 100);
    bj_wait_until(&wait, 0);
    assert_int_equal(wait.deadline_ns, 0);
    bj_wait_until(&wait, BJ_NEVER);
    assert_int_equal(wait.deadline_ns, 0);
}

static void collects_handles_in_order(void **state)
{
    (void)state;
    struct bj_wait wait;
    bj_wait_init(&wait);
    for (int k = 0; k < BJ_WAIT_HANDLES; k++) {
        bj_wait_handle(&wait, 40 + k, k % 2 ? BJ_WAIT_READ : BJ_WAIT_WRITE);
    }
    assert_int_equal(wait.count, BJ_WAIT_HANDLES);
    for (int k = 0; k < BJ_WAIT_HANDLES; k++) {
        assert_int_equal(wait.handles[k].handle, 40 + k);
        assert_int_equal(wait.handles[k].events, k % 2 ? BJ_WAIT_READ : BJ_WAIT_WRITE);
    }
    assert_int_equal(wait.deadline_ns, BJ_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_never_on_nothing),
        cmocka_unit_test(keeps_the_earlier_deadline),
        cmocka_unit_test(collects_handles_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
