/* SPDX-License-Identifier: MIT
 *
 * Every case on one USB driver of the table, through unmodified libusb and in real time:
 * test_conformance_libusb ROW [CASE]. Without a row, all of them.
 */
#include "adapter_libusb.h"
#include "rows.h"
#include "run_row.h"
#include "stalls.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL, *only = argc > 2 ? argv[2] : NULL;
    int failed = 0, found = 0;

    stalls_avoid();
    for (const struct conformance_row *const *row = conformance_rows; *row; row++) {
        if (!adapter_libusb_can(*row) || (name && strcmp(name, (*row)->name) != 0))
            continue;
        struct conformance_row long_way = adapter_libusb_row(*row);
        failed += run_row(&long_way, only);
        found++;
    }
    if (found == 0)
        (void)fprintf(stderr, "no such row on USB: %s\n", name ? name : "(none at all)");
    return failed == 0 && found > 0 ? 0 : 1;
}
