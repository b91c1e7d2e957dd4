/* SPDX-License-Identifier: MIT */
#include "control/wish.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void an_answer_comes_back(void **state)
{
    struct bj_wish *wish = calloc(1, sizeof *wish);
    char answer[BJ_WISH_ANSWER_SIZE];
    bool granted = true;
    size_t size = 0;

    (void)state;
    bj_wish_init(wish);
    assert_int_equal(bj_wish_take(wish), BJ_ORDER_NONE);
    assert_true(bj_wish_ask(wish, BJ_ORDER_ARM));
    assert_false(bj_wish_ask(wish, BJ_ORDER_STATUS));
    assert_false(bj_wish_collect(wish, &granted, answer, &size));
    assert_int_equal(bj_wish_take(wish), BJ_ORDER_ARM);
    assert_int_equal(bj_wish_take(wish), BJ_ORDER_NONE);
    assert_false(bj_wish_withdraw(wish)); /* too late */
    bj_wish_answer(wish, false, "no", 2);
    assert_true(bj_wish_collect(wish, &granted, answer, &size));
    assert_false(granted);
    assert_int_equal(size, 2);
    assert_memory_equal(answer, "no", 2);
    assert_true(bj_wish_ask(wish, BJ_ORDER_STATUS));
    bj_wish_finish(wish);
    free(wish);
}

static void what_was_withdrawn_is_never_granted(void **state)
{
    struct bj_wish *wish = calloc(1, sizeof *wish);

    (void)state;
    bj_wish_init(wish);
    assert_false(bj_wish_withdraw(wish));
    assert_true(bj_wish_ask(wish, BJ_ORDER_ARM));
    assert_true(bj_wish_withdraw(wish));
    assert_int_equal(bj_wish_take(wish), BJ_ORDER_NONE);
    bj_wish_finish(wish);
    free(wish);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_back),
        cmocka_unit_test(what_was_withdrawn_is_never_granted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
