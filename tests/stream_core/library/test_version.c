/* SPDX-License-Identifier: MIT */
#include <beamjack/core.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>

static void number_and_text_are_the_same_version(void **state)
{
    (void)state;
    char text[32];
    uint32_t number = bj_version_number();
    assert_int_equal(number, BEAMJACK_VERSION_NUMBER);
    snprintf(text, sizeof text, "%u.%u.%u", number / 10000, number / 100 % 100,
             number % 100);
    assert_string_equal(bj_version_string(), text);
    assert_string_equal(BEAMJACK_VERSION_STRING, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(number_and_text_are_the_same_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
