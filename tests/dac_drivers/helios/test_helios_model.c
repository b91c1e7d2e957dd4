/* SPDX-License-Identifier: MIT */
#include "helios/helios_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void every_version_has_its_row(void **state)
{
    (void)state;
    assert_int_equal(helios_model_of(1)->since, 0);
    assert_false(helios_model_of(1)->has_name);
    for (uint32_t version = 2; version <= 4; version++) {
        assert_int_equal(helios_model_of(version)->since, 2);
        assert_true(helios_model_of(version)->has_name);
        assert_false(helios_model_of(version)->takes_sdk_version);
        assert_true(helios_model_of(version)->dry_lock_ns > 100 * BJ_NS_PER_MS);
    }
    assert_int_equal(helios_model_of(5)->since, 5);
    assert_int_equal(helios_model_of(5)->dry_lock_ns, 0);
    assert_true(helios_model_of(5)->takes_sdk_version);
    assert_int_equal(helios_model_of(6)->since, 6);
    assert_int_equal(helios_model_of(UINT32_MAX)->since, 6);
}

static void unknown_counts_as_the_one_that_was_sold(void **state)
{
    (void)state;
    assert_ptr_equal(helios_model_of(0), helios_model_of(5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_version_has_its_row),
        cmocka_unit_test(unknown_counts_as_the_one_that_was_sold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
