/* SPDX-License-Identifier: MIT
 *
 * Every case on one driver of the table: test_conformance ROW [CASE]. Without a row, all.
 */
#include "rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MOST_CASES 64

struct pairing {
    const struct conformance_row *row;
    const struct conformance_case *kase;
};

static void run(void **state)
{
    const struct pairing *pairing = *state;
    struct conformance_verdict verdict = {""};

    pairing->kase->run(pairing->row, &verdict);
    if (verdict.text[0] != '\0')
        fail_msg("%s: %s", pairing->row->name, verdict.text);
}

static int run_row(const struct conformance_row *row, const char *only)
{
    struct pairing pairings[MOST_CASES];
    struct CMUnitTest tests[MOST_CASES];
    size_t count = 0;

    for (const struct conformance_case *kase = conformance_cases; kase->name; kase++) {
        if (only && strcmp(only, kase->name) != 0)
            continue;
        pairings[count] = (struct pairing){row, kase};
        tests[count] = (struct CMUnitTest){
            .name = kase->name, .test_func = run, .initial_state = &pairings[count]};
        count++;
    }
    return _cmocka_run_group_tests(row->name, tests, count, NULL, NULL);
}

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
