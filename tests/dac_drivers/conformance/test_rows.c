/* SPDX-License-Identifier: MIT
 *
 * No driver of this build without its row, and no row that CTest does not run.
 */
#include "adapter_usb.h"
#include "rows.h"

#include <beamjack/dacs.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool has_row(const struct bj_dac_driver *driver)
{
    for (const struct conformance_row *const *row = conformance_rows; *row; row++)
        if ((*row)->driver == driver)
            return true;
    return false;
}

static void every_driver_has_a_row(void **state)
{
    int drivers = 0;

    (void)state;
    for (const struct bj_dac_driver *const *driver = bj_drivers(); *driver; driver++) {
        if (!has_row(*driver))
            fail_msg("%s has no row", (*driver)->name);
        drivers++;
    }
    assert_true(drivers > 1);
}

/* CONFORMANCE_RUNS is the list of CMakeLists.txt: names with blanks between them. */
static void every_row_is_run(void **state)
{
    const char *names = " " CONFORMANCE_RUNS " ";
    size_t rows = 0, names_count = 0;

    (void)state;
    for (const struct conformance_row *const *row = conformance_rows; *row; row++, rows++) {
        char name[64];
        (void)snprintf(name, sizeof name, " %s ", (*row)->name);
        if (!strstr(names, name))
            fail_msg("CMakeLists.txt does not run %s", (*row)->name);
    }
    for (const char *at = names + 1; (at = strchr(at, ' ')) != NULL; at++)
        names_count++;
    assert_int_equal(names_count, rows);
}

/* CONFORMANCE_RUNS_USB, too. */
static void every_row_on_usb_is_run_through_libusb(void **state)
{
    const char *names = " " CONFORMANCE_RUNS_USB " ";
    size_t found = 0;

    (void)state;
    for (const struct conformance_row *const *row = conformance_rows; *row; row++) {
        char name[64];
        (void)snprintf(name, sizeof name, " %s ", (*row)->name);
        if ((*row)->advance == adapter_usb_advance && !strstr(names, name))
            fail_msg("CMakeLists.txt does not run %s through libusb", (*row)->name);
        found += (*row)->advance == adapter_usb_advance;
    }
    assert_true(found > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_driver_has_a_row),
        cmocka_unit_test(every_row_is_run),
        cmocka_unit_test(every_row_on_usb_is_run_through_libusb),
    };

    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
