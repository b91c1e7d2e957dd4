/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lasercube/lasercube_orders.h"

#define MS BJ_NS_PER_MS

static struct lc_orders orders;
static uint8_t bytes[LC_COMMAND_SIZE];
static size_t size;

static int begin(void **state)
{
    (void)state;
    lc_orders_drop_all(&orders);
    return 0;
}

static void answer(uint8_t opcode, bool good)
{
    const struct lc_reply reply = {.opcode = opcode, .good = good};

    lc_orders_answered(&orders, &reply);
}

static void test_darkness_leaves_first(void **state)
{
    (void)state;
    lc_orders_give(&orders, LC_ORDER_RATE, 30000, 0);
    lc_orders_give(&orders, LC_ORDER_OUTPUT, 0, 0);
    assert_true(lc_orders_next(&orders, 0, bytes, &size));
    assert_int_equal(bytes[0], LC_OUTPUT);
    assert_int_equal(size, 2);
    assert_true(lc_orders_next(&orders, 0, bytes, &size));
    assert_int_equal(bytes[0], LC_RATE);
    assert_false(lc_orders_next(&orders, 0, bytes, &size));
}

/* One that could not be sent was not tried. */
static void test_puts_off_what_cannot_be_sent(void **state)
{
    (void)state;
    lc_orders_give(&orders, LC_ORDER_CLEAR, 0, 0);
    assert_true(lc_orders_next(&orders, 0, bytes, &size));
    lc_orders_put_off(&orders, LC_CLEAR, 1 * MS);
    assert_int_equal(lc_orders_due_ns(&orders), 1 * MS);
    answer(LC_CLEAR, true); /* of an earlier one */
    assert_true(lc_orders_open(&orders));
    assert_true(lc_orders_next(&orders, 1 * MS, bytes, &size));
    assert_int_equal(orders.order[LC_ORDER_CLEAR].tries, 1);
    assert_int_equal(lc_orders_due_ns(&orders), 1 * MS + LC_ORDER_REPEAT_NS);
}

static void test_repeats_until_answered(void **state)
{
    (void)state;
    lc_orders_give(&orders, LC_ORDER_REPORTS, 1, 0);
    for (int k = 0; k < 5; k++) {
        assert_int_equal(lc_orders_due_ns(&orders), k * LC_ORDER_REPEAT_NS);
        assert_true(lc_orders_next(&orders, k * LC_ORDER_REPEAT_NS, bytes, &size));
        assert_false(
            lc_orders_next(&orders, k * LC_ORDER_REPEAT_NS + 99 * MS, bytes, &size));
    }
    assert_int_equal(orders.order[LC_ORDER_REPORTS].tries, 5);
    answer(LC_RATE, true); /* of another one */
    assert_true(lc_orders_open(&orders));
    answer(LC_REPORTS, true);
    assert_false(lc_orders_open(&orders));
    assert_true(lc_orders_due_ns(&orders) == BJ_NEVER);
}

/* An answer that comes before the order left belongs to an earlier one. */
static void test_no_answer_before_the_order(void **state)
{
    (void)state;
    lc_orders_give(&orders, LC_ORDER_OUTPUT, 1, 0);
    answer(LC_OUTPUT, true);
    assert_true(lc_orders_open(&orders));
}

static void test_a_refusal_ends_it(void **state)
{
    (void)state;
    lc_orders_give(&orders, LC_ORDER_THRESHOLD, 900, 0);
    lc_orders_next(&orders, 0, bytes, &size);
    answer(LC_THRESHOLD, false);
    assert_false(lc_orders_open(&orders));
    assert_true(orders.order[LC_ORDER_THRESHOLD].refused);
}

static void test_the_newest_request_counts(void **state)
{
    (void)state;
    lc_orders_give(&orders, LC_ORDER_OUTPUT, 1, 0);
    lc_orders_next(&orders, 0, bytes, &size);
    lc_orders_give(&orders, LC_ORDER_OUTPUT, 0, 10 * MS);
    assert_true(lc_orders_next(&orders, 10 * MS, bytes, &size));
    assert_int_equal(bytes[1], 0);
}

static void test_settled(void **state)
{
    (void)state;
    lc_orders_give(&orders, LC_ORDER_OUTPUT, 1, BJ_NS_PER_S);
    lc_orders_next(&orders, BJ_NS_PER_S, bytes, &size);
    assert_false(lc_orders_settled(&orders, LC_ORDER_OUTPUT, 0, BJ_NS_PER_S));
    answer(LC_OUTPUT, true);
    assert_false(
        lc_orders_settled(&orders, LC_ORDER_OUTPUT, 300 * MS, BJ_NS_PER_S + 299 * MS));
    assert_true(
        lc_orders_settled(&orders, LC_ORDER_OUTPUT, 300 * MS, BJ_NS_PER_S + 300 * MS));
    lc_orders_give(&orders, LC_ORDER_CLEAR, 0, 0);
    lc_orders_drop(&orders, LC_ORDER_CLEAR);
    assert_false(lc_orders_open(&orders));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_darkness_leaves_first, begin),
        cmocka_unit_test_setup(test_puts_off_what_cannot_be_sent, begin),
        cmocka_unit_test_setup(test_repeats_until_answered, begin),
        cmocka_unit_test_setup(test_no_answer_before_the_order, begin),
        cmocka_unit_test_setup(test_a_refusal_ends_it, begin),
        cmocka_unit_test_setup(test_the_newest_request_counts, begin),
        cmocka_unit_test_setup(test_settled, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
