/* SPDX-License-Identifier: MIT */
#include "options/option_number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void digits_one_point_and_a_sign_are_a_number(void **state)
{
    const struct {
        const char *text;
        double value;
        const char *rest;
    } cases[] = {
        {"0", 0, ""},
        {"30000", 30000, ""},
        {"-1.5", -1.5, ""},
        {"+2", 2, ""},
        {".25", 0.25, ""},
        {"0.1", 0.1, ""},
        {"12.345x", 12.345, "x"},
        {"0,5", 0, ",5"},
        {"3e4", 3, "e4"},
        {"0x10", 0, "x10"},
        {"1.000.000", 1, ".000"},
        {"5.", 5, "."},
        {"999999999999999", 999999999999999, ""},
    };
    static const char *const none[] = {"",
                                       " 1",
                                       "-",
                                       ".",
                                       "-.",
                                       "inf",
                                       "nan",
                                       "x1",
                                       "--1",
                                       ",5",
                                       "1234567890123456",
                                       "0.3333333333333333"};

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const char *at = cases[k].text;
        double value = -77;

        if (!bj_number_read(&at, &value) || value != cases[k].value ||
            strcmp(at, cases[k].rest) != 0)
            fail_msg("'%s' is %.17g, then '%s'", cases[k].text, value, at);
    }
    for (size_t k = 0; k < sizeof none / sizeof *none; k++) {
        const char *at = none[k];
        double value;

        if (bj_number_read(&at, &value))
            fail_msg("'%s' is a number", none[k]);
    }
}

static void groups_of_three_may_be_thousands(void **state)
{
    static const char *const grouped[] = {"1.000", "30.000", "-999.125", "12.345"};
    static const char *const plain[] = {"0.125", "1.5", "1.25", "1.0000", "1000.000",
                                        "1000",  "",    ".125", "1.125x"};

    (void)state;
    for (size_t k = 0; k < sizeof grouped / sizeof *grouped; k++)
        assert_true(bj_number_is_grouped(grouped[k]));
    for (size_t k = 0; k < sizeof plain / sizeof *plain; k++)
        if (bj_number_is_grouped(plain[k]))
            fail_msg("'%s' is grouped", plain[k]);
}

static void pair_may_be_one_number_when_it_makes_more_of_it(void **state)
{
    static const char *const doubtful[] = {"0,5", "1,2", "-1,2", "3,4", "0,1"};
    static const char *const clear[] = {"1,1",   "2,1",   "-1,1", "1,-2",  "0,0",
                                        "1,2.0", "0.5,1", "12",   "1,2,3", ""};

    (void)state;
    for (size_t k = 0; k < sizeof doubtful / sizeof *doubtful; k++)
        if (!bj_number_may_be_comma(doubtful[k]))
            fail_msg("'%s' is clear", doubtful[k]);
    for (size_t k = 0; k < sizeof clear / sizeof *clear; k++)
        if (bj_number_may_be_comma(clear[k]))
            fail_msg("'%s' is doubtful", clear[k]);
}

static void commas_within_numbers_become_points(void **state)
{
    const struct {
        const char *text, *repaired;
    } cases[] = {
        {"0,5", "0.5"},
        {"0,5,0,25", "0.5,0.25"},
        {"x=0,5,y=-0,5", "x=0.5,y=-0.5"},
        {"park:0,5,0", "park:0.5,0"},
    };
    static const char *const none[] = {"0.5", "0.5,0.5", "x=1,y=2", "", ",", "10ms"};
    char text[40];

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        assert_true(bj_number_with_points(cases[k].text, text, sizeof text));
        assert_string_equal(text, cases[k].repaired);
    }
    for (size_t k = 0; k < sizeof none / sizeof *none; k++)
        if (bj_number_with_points(none[k], text, sizeof text))
            fail_msg("'%s' became '%s'", none[k], text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_one_point_and_a_sign_are_a_number),
        cmocka_unit_test(groups_of_three_may_be_thousands),
        cmocka_unit_test(pair_may_be_one_number_when_it_makes_more_of_it),
        cmocka_unit_test(commas_within_numbers_become_points),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
