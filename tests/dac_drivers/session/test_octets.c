/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "session/octets.h"

static uint8_t octets[4];

static void test_digits_of_either_case(void **state)
{
    (void)state;
    assert_int_equal(bj_octets_parse("09afAF", octets, 4), 3);
    assert_memory_equal(octets, "\x09\xaf\xaf", 3);
}

static void test_ends_where_something_else_begins(void **state)
{
    (void)state;
    assert_int_equal(bj_octets_parse("", octets, 4), 0);
    assert_int_equal(bj_octets_parse("1", octets, 4), 0);
    assert_int_equal(bj_octets_parse("0102-3", octets, 4), 2);
    assert_int_equal(bj_octets_parse("01g2", octets, 4), 1);
    assert_int_equal(bj_octets_parse("012g", octets, 4), 1);
    assert_int_equal(bj_octets_parse(" 102", octets, 4), 0);
}

static void test_ends_where_there_is_no_room(void **state)
{
    (void)state;
    octets[2] = 77;
    assert_int_equal(bj_octets_parse("01020304", octets, 2), 2);
    assert_int_equal(octets[2], 77);
}

static void test_names_are_left_as_they_are_but_for_controls(void **state)
{
    char text[7];

    (void)state;
    bj_octets_text((const uint8_t *)"K\xc3\xbc\x1b[\x7f", 6, text);
    assert_string_equal(text, "K\xc3\xbc?[?");
    bj_octets_text((const uint8_t *)"a\0b", 3, text);
    assert_string_equal(text, "a");
    bj_octets_text((const uint8_t *)"abcdefgh", 6, text);
    assert_string_equal(text, "abcdef");
}

static void test_same_octets_name_nobody(void **state)
{
    (void)state;
    assert_false(bj_octets_name_one((const uint8_t *)"\0\0\0\0\0\0", 6));
    assert_false(bj_octets_name_one((const uint8_t *)"\xff\xff\xff\xff\xff\xff", 6));
    assert_true(bj_octets_name_one((const uint8_t *)"\0\0\0\0\0\1", 6));
    assert_true(bj_octets_name_one((const uint8_t *)"\xff\xff\0\xff\xff\xff", 6));
    assert_true(bj_octets_name_one((const uint8_t *)"\xff", 1));
    assert_true(bj_octets_name_one((const uint8_t *)"\2\2\2\2\2\2", 6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digits_of_either_case),
        cmocka_unit_test(test_ends_where_something_else_begins),
        cmocka_unit_test(test_ends_where_there_is_no_room),
        cmocka_unit_test(test_names_are_left_as_they_are_but_for_controls),
        cmocka_unit_test(test_same_octets_name_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
