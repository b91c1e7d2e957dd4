/* SPDX-License-Identifier: MIT */
#include "control/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void an_answer_comes_back(void **state)
{
    struct bj_request *request = calloc(1, sizeof *request);
    char answer[BJ_REQUEST_ANSWER_SIZE];
    bool granted = true;
    size_t size = 0;

    (void)state;
    bj_request_init(request);
    assert_int_equal(bj_request_take(request), BJ_CONTROL_NONE);
    assert_true(bj_request_ask(request, BJ_CONTROL_ARM));
    assert_false(bj_request_ask(request, BJ_CONTROL_STATUS));
    assert_false(bj_request_collect(request, &granted, answer, &size));
    assert_int_equal(bj_request_take(request), BJ_CONTROL_ARM);
    assert_int_equal(bj_request_take(request), BJ_CONTROL_NONE);
    assert_false(bj_request_withdraw(request)); /* too late */
    bj_request_answer(request, false, "no", 2);
    assert_true(bj_request_collect(request, &granted, answer, &size));
    assert_false(granted);
    assert_int_equal(size, 2);
    assert_memory_equal(answer, "no", 2);
    assert_true(bj_request_ask(request, BJ_CONTROL_STATUS));
    bj_request_finish(request);
    free(request);
}

static void what_was_withdrawn_is_never_granted(void **state)
{
    struct bj_request *request = calloc(1, sizeof *request);

    (void)state;
    bj_request_init(request);
    assert_false(bj_request_withdraw(request));
    assert_true(bj_request_ask(request, BJ_CONTROL_ARM));
    assert_true(bj_request_withdraw(request));
    assert_int_equal(bj_request_take(request), BJ_CONTROL_NONE);
    bj_request_finish(request);
    free(request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_back),
        cmocka_unit_test(what_was_withdrawn_is_never_granted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
