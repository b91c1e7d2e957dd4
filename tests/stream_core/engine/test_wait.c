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

static void one_handle_too_many_is_told(void **state)
{
    (void)state;
    struct {
        struct bj_wait wait;
        uint64_t behind;
    } guarded = {.behind = 0x5555};
    bj_wait_init(&guarded.wait);
    for (int k = 0; k < BJ_WAIT_HANDLES; k++) {
        bj_wait_handle(&guarded.wait, k, BJ_WAIT_READ);
    }
    assert_false(guarded.wait.full);
    bj_wait_handle(&guarded.wait, 99, BJ_WAIT_READ);
    assert_true(guarded.wait.full);
    assert_int_equal(guarded.wait.count, BJ_WAIT_HANDLES);
    assert_int_equal(guarded.behind, 0x5555);
    bj_wait_init(&guarded.wait);
    assert_false(guarded.wait.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_never_on_nothing),
        cmocka_unit_test(keeps_the_earlier_deadline),
        cmocka_unit_test(one_handle_too_many_is_told),
        cmocka_unit_test(collects_handles_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
