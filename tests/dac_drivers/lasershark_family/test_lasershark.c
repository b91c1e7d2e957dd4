/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lasershark_family/lasershark.h"

static void test_accepts_its_own_ids(void **state)
{
    (void)state;
    assert_true(bj_lasershark.accepts_id("lasershark:0123456789ABCDEF"));
    assert_true(bj_lasershark.accepts_id("lasershark:1@1-2.3"));
    assert_true(bj_lasershark.accepts_id("lasershark:@1-2.3"));
    assert_false(bj_lasershark.accepts_id("laserdock:1"));
    assert_false(bj_lasershark.accepts_id("lasershark"));
    assert_false(bj_lasershark.accepts_id("lasershark@1.2.3.4"));
}

static void test_names_agree(void **state)
{
    (void)state;
    assert_string_equal(bj_lasershark.name, bj_lasershark_kind.name);
    assert_string_equal(bj_lasershark.title, bj_lasershark_kind.title);
    assert_string_equal(bj_lasershark_scan.title, bj_lasershark_kind.title);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepts_its_own_ids),
        cmocka_unit_test(test_names_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
