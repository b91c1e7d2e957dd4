/* SPDX-License-Identifier: MIT */
#include "options/orders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void each_order_is_known_by_its_name(void **state)
{
    (void)state;
    for (const struct bj_order_row *row = bj_order_table; row->name; row++) {
        assert_int_equal(bj_order_parse(row->name, strlen(row->name)), row->order);
        assert_string_equal(bj_order_name(row->order), row->name);
        assert_non_null(strstr(BJ_ORDER_NAMES, row->name));
    }
}

static void other_bytes_are_no_order(void **state)
{
    const struct {
        const char *bytes;
        size_t size;
        enum bj_order order;
    } rows[] = {
        {" arm\r\n", 6, BJ_ORDER_ARM},    {"arm", 2, BJ_ORDER_NONE},
        {"arm\0", 4, BJ_ORDER_NONE},      {"armed", 5, BJ_ORDER_NONE},
        {"ARM", 3, BJ_ORDER_NONE},        {"disarm arm", 10, BJ_ORDER_NONE},
        {"arm\narm\n", 8, BJ_ORDER_NONE}, {"", 0, BJ_ORDER_NONE},
        {" \n ", 3, BJ_ORDER_NONE},       {"\xff\x00\x1b", 3, BJ_ORDER_NONE},
    };

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
        assert_int_equal(bj_order_parse(rows[k].bytes, rows[k].size), rows[k].order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_order_is_known_by_its_name),
        cmocka_unit_test(other_bytes_are_no_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
