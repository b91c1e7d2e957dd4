/* SPDX-License-Identifier: MIT
 *
 * usage: test_wakes ROW [FIRST_SEED COUNT [loud]]
 *
 * Every driver, rough ways and devices drawn from seeds: nothing that could be done is
 * forgotten, and nobody spins. A seed that fails is printed; "loud" shows its steps.
 */
#include "rough_fixture.h"
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_SEEDS 60
#define MOST_FAILURES 10

static const struct conformance_row *find(const char *name)
{
    for (int k = 0; conformance_rows[k] != NULL; k++)
        if (strcmp(conformance_rows[k]->name, name) == 0)
            return conformance_rows[k];
    return NULL;
}

static bool passes(const struct conformance_row *row, uint64_t seed, bool loud)
{
    const struct rough_scenario scenario = rough_scenario(seed);
    struct conformance_verdict verdict = {""};

    if (loud)
        rough_scenario_print(&scenario, row->name);
    (void)rough_fixture_run(row, &scenario, loud, &verdict);
    if (verdict.text[0] == '\0')
        return true;
    if (!loud)
        rough_scenario_print(&scenario, row->name);
    printf("  seed %llu: %s\n", (unsigned long long)seed, verdict.text);
    return false;
}

int main(int argc, char **argv)
{
    const struct conformance_row *row = argc > 1 ? find(argv[1]) : NULL;
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    uint64_t count = argc > 3 ? strtoull(argv[3], NULL, 10) : USUAL_SEEDS, failed = 0;

    if (row == NULL || count == 0) {
        fprintf(stderr, "usage: test_wakes ROW [FIRST_SEED COUNT [loud]]\n");
        return 2;
    }
    for (uint64_t k = 0; k < count && failed < MOST_FAILURES; k++)
        failed += !passes(row, first + k, argc > 4);
    printf("%s: %llu of %llu seeds fail\n", row->name, (unsigned long long)failed,
           (unsigned long long)count);
    return failed > 0;
}
