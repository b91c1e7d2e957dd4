/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "session/strikes.h"

#define WITHIN 1000
#define YEARS INT64_C(315360000000000000)

static void test_counts_what_comes_close_together(void **state)
{
    struct bj_strikes strikes = {0};
    (void)state;
    for (uint32_t k = 1; k <= 10; k++)
        assert_int_equal(bj_strikes_add(&strikes, k * WITHIN, WITHIN), k);
}

static void test_forgets_after_a_while(void **state)
{
    struct bj_strikes strikes = {0};
    (void)state;
    assert_int_equal(bj_strikes_add(&strikes, YEARS, WITHIN), 1);
    assert_int_equal(bj_strikes_add(&strikes, YEARS + 1, WITHIN), 2);
    assert_int_equal(bj_strikes_add(&strikes, YEARS + 2 + WITHIN, WITHIN), 1);
    assert_int_equal(bj_strikes_add(&strikes, YEARS + 3 + WITHIN, WITHIN), 2);
}

static void test_never_begins_anew_by_itself(void **state)
{
    struct bj_strikes strikes = {UINT32_MAX, 5};
    (void)state;
    assert_int_equal(bj_strikes_add(&strikes, 6, WITHIN), UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_what_comes_close_together),
        cmocka_unit_test(test_forgets_after_a_while),
        cmocka_unit_test(test_never_begins_anew_by_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
