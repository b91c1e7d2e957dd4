/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lasercube/lasercube_retry.h"

#define MS BJ_NS_PER_MS

static struct lc_retry retry;
static uint8_t bytes[LC_COMMAND_SIZE];
static size_t size;

static int begin(void **state)
{
    (void)state;
    lc_retry_drop_all(&retry);
    return 0;
}

static void answer(uint8_t opcode, bool good)
{
    const struct lc_reply reply = {.opcode = opcode, .good = good};

    lc_retry_answered(&retry, &reply);
}

static void test_darkness_leaves_first(void **state)
{
    (void)state;
    lc_retry_give(&retry, LC_COMMAND_RATE, 30000, 0);
    lc_retry_give(&retry, LC_COMMAND_OUTPUT, 0, 0);
    assert_true(lc_retry_next(&retry, 0, bytes, &size));
    assert_int_equal(bytes[0], LC_OUTPUT);
    assert_int_equal(size, 2);
    assert_true(lc_retry_next(&retry, 0, bytes, &size));
    assert_int_equal(bytes[0], LC_RATE);
    assert_false(lc_retry_next(&retry, 0, bytes, &size));
}

/* One that could not be sent was not tried. */
static void test_puts_off_what_cannot_be_sent(void **state)
{
    (void)state;
    lc_retry_give(&retry, LC_COMMAND_CLEAR, 0, 0);
    assert_true(lc_retry_next(&retry, 0, bytes, &size));
    lc_retry_put_off(&retry, LC_CLEAR, 1 * MS);
    assert_int_equal(lc_retry_due_ns(&retry), 1 * MS);
    answer(LC_CLEAR, true); /* of an earlier one */
    assert_true(lc_retry_open(&retry));
    assert_true(lc_retry_next(&retry, 1 * MS, bytes, &size));
    assert_int_equal(retry.command[LC_COMMAND_CLEAR].tries, 1);
    assert_int_equal(lc_retry_due_ns(&retry), 1 * MS + LC_RETRY_NS);
}

static void test_repeats_until_answered(void **state)
{
    (void)state;
    lc_retry_give(&retry, LC_COMMAND_REPORTS, 1, 0);
    for (int k = 0; k < 5; k++) {
        assert_int_equal(lc_retry_due_ns(&retry), k * LC_RETRY_NS);
        assert_true(lc_retry_next(&retry, k * LC_RETRY_NS, bytes, &size));
        assert_false(lc_retry_next(&retry, k * LC_RETRY_NS + 99 * MS, bytes, &size));
    }
    assert_int_equal(retry.command[LC_COMMAND_REPORTS].tries, 5);
    answer(LC_RATE, true); /* of another one */
    assert_true(lc_retry_open(&retry));
    answer(LC_REPORTS, true);
    assert_false(lc_retry_open(&retry));
    assert_true(lc_retry_due_ns(&retry) == BJ_NEVER);
}

/* An answer that comes before the command left belongs to an earlier one. */
static void test_no_answer_before_the_command(void **state)
{
    (void)state;
    lc_retry_give(&retry, LC_COMMAND_OUTPUT, 1, 0);
    answer(LC_OUTPUT, true);
    assert_true(lc_retry_open(&retry));
}

static void test_a_refusal_ends_it(void **state)
{
    (void)state;
    lc_retry_give(&retry, LC_COMMAND_THRESHOLD, 900, 0);
    lc_retry_next(&retry, 0, bytes, &size);
    answer(LC_THRESHOLD, false);
    assert_false(lc_retry_open(&retry));
    assert_true(retry.command[LC_COMMAND_THRESHOLD].refused);
}

static void test_the_newest_request_counts(void **state)
{
    (void)state;
    lc_retry_give(&retry, LC_COMMAND_OUTPUT, 1, 0);
    lc_retry_next(&retry, 0, bytes, &size);
    lc_retry_give(&retry, LC_COMMAND_OUTPUT, 0, 10 * MS);
    assert_true(lc_retry_next(&retry, 10 * MS, bytes, &size));
    assert_int_equal(bytes[1], 0);
}

static void test_settled(void **state)
{
    (void)state;
    lc_retry_give(&retry, LC_COMMAND_OUTPUT, 1, BJ_NS_PER_S);
    lc_retry_next(&retry, BJ_NS_PER_S, bytes, &size);
    assert_false(lc_retry_settled(&retry, LC_COMMAND_OUTPUT, 0, BJ_NS_PER_S));
    answer(LC_OUTPUT, true);
    assert_false(
        lc_retry_settled(&retry, LC_COMMAND_OUTPUT, 300 * MS, BJ_NS_PER_S + 299 * MS));
    assert_true(
        lc_retry_settled(&retry, LC_COMMAND_OUTPUT, 300 * MS, BJ_NS_PER_S + 300 * MS));
    lc_retry_give(&retry, LC_COMMAND_CLEAR, 0, 0);
    lc_retry_drop(&retry, LC_COMMAND_CLEAR);
    assert_false(lc_retry_open(&retry));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_darkness_leaves_first, begin),
        cmocka_unit_test_setup(test_puts_off_what_cannot_be_sent, begin),
        cmocka_unit_test_setup(test_repeats_until_answered, begin),
        cmocka_unit_test_setup(test_no_answer_before_the_command, begin),
        cmocka_unit_test_setup(test_a_refusal_ends_it, begin),
        cmocka_unit_test_setup(test_the_newest_request_counts, begin),
        cmocka_unit_test_setup(test_settled, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
