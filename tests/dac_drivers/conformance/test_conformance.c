/* SPDX-License-Identifier: MIT
 *
 * Every case on one driver of the table: test_conformance ROW [CASE]. Without a row, all.
 */
#include "rows.h"
#include "run_row.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL, *only = argc > 2 ? argv[2] : NULL;
    int failed = 0, found = 0;

    for (const struct conformance_row *const *row = conformance_rows; *row; row++) {
        if (name && strcmp(name, (*row)->name) != 0)
            continue;
        failed += run_row(*row, only);
        found++;
    }
    if (found == 0)
        (void)fprintf(stderr, "no such row: %s\n", name ? name : "(none at all)");
    return failed == 0 && found > 0 ? 0 : 1;
}
