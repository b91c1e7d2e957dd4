/* SPDX-License-Identifier: MIT */
#include "run_row.h"

#include "stalls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MOST_CASES 64
#define TRIES 3

struct pairing {
    const struct conformance_row *row;
    const struct conformance_case *kase;
};

/* In real time: false if the machine stood still for so long that it says nothing. */
static bool is_judged(const struct pairing *pairing, struct conformance_verdict *verdict)
{
    struct stalls stalls;
    int64_t stalled_ns;

    *verdict = (struct conformance_verdict){""};
    stalls_begin(&stalls);
    pairing->kase->run(pairing->row, verdict);
    stalled_ns = stalls_end(&stalls);
    if (verdict->text[0] == '\0' || stalled_ns < pairing->row->late_ns / 2)
        return true;
    print_message("%s, but the machine stood still for %.1f ms\n", verdict->text,
                  (double)stalled_ns / 1e6);
    return false;
}

static void run(void **state)
{
    const struct pairing *pairing = *state;
    struct conformance_verdict verdict = {""};

    if (pairing->row->late_ns == 0)
        pairing->kase->run(pairing->row, &verdict);
    else
        for (int k = 0; k < TRIES && !is_judged(pairing, &verdict); k++)
            ;
    if (verdict.text[0] != '\0')
        fail_msg("%s: %s", pairing->row->name, verdict.text);
}

int run_row(const struct conformance_row *row, const char *only)
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
