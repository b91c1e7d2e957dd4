/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void bar_shows_a_share(void **state)
{
    char bar[11];

    (void)state;
    bj_terminal_bar(0, 10, bar);
    assert_string_equal(bar, "..........");
    bj_terminal_bar(0.5, 10, bar);
    assert_string_equal(bar, "#####.....");
    bj_terminal_bar(1, 10, bar);
    assert_string_equal(bar, "##########");
}

static void bar_stays_in_its_bounds(void **state)
{
    const double odd[] = {-1, 2, (double)INFINITY, -(double)INFINITY, (double)NAN};

    (void)state;
    for (size_t k = 0; k < sizeof odd / sizeof odd[0]; k++) {
        char bar[12] = "abcdefghij!";

        bj_terminal_bar(odd[k], 10, bar);
        assert_int_equal(bar[10], '\0');
        assert_true(bar[0] == '#' || bar[0] == '.');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bar_shows_a_share),
        cmocka_unit_test(bar_stays_in_its_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
