/* SPDX-License-Identifier: MIT */
#include "catalog/registry.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

static void every_driver_fills_every_slot(void **state)
{
    (void)state;
    for (const struct bj_dac_driver *const *d = bj_drivers(); *d; d++) {
        const struct bj_dac_driver *driver = *d;
        assert_non_null(driver->name);
        assert_non_null(driver->title);
        assert_non_null(driver->id_form);
        assert_true(driver->instance_size >= sizeof(struct bj_dac));
        assert_true(driver->accepts_id && driver->init && driver->connect);
        assert_true(driver->service && driver->write);
        assert_true(driver->shutter && driver->stop && driver->disconnect);
    }
}

static void names_are_unique_and_begin_their_ids(void **state)
{
    (void)state;
    for (const struct bj_dac_driver *const *a = bj_drivers(); *a; a++) {
        assert_int_equal(strncmp((*a)->id_form, (*a)->name, strlen((*a)->name)), 0);
        for (const struct bj_dac_driver *const *b = a + 1; *b; b++) {
            assert_string_not_equal((*a)->name, (*b)->name);
        }
    }
}

static void every_scan_fills_every_slot(void **state)
{
    (void)state;
    for (const struct bj_scan *const *s = bj_scans(); *s; s++) {
        assert_non_null((*s)->title);
        assert_true((*s)->instance_size > 0);
        assert_true((*s)->open && (*s)->step && (*s)->close);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_driver_fills_every_slot),
        cmocka_unit_test(names_are_unique_and_begin_their_ids),
        cmocka_unit_test(every_scan_fills_every_slot),
    };
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
