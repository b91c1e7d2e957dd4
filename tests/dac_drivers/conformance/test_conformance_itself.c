/* SPDX-License-Identifier: MIT
 *
 * Whether the suite sees what is wrong: it passes a driver that is right, and complains of
 * every one that is wrong, in the case that is there for it.
 */
#include "frail_dac.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct complaint {
    enum frailty frailty;
    const char *kase, *words;
};

static const struct complaint complaints[] = {
    {FRAIL_DOUBLES, "streams_exactly", "out of order or again"},
    {FRAIL_LOSES, "streams_exactly", "out of order or again"},
    {FRAIL_REORDERS, "streams_exactly", "out of order or again"},
    {FRAIL_SWAPS_COLOURS, "streams_exactly", "comes out as"},
    {FRAIL_IS_COARSE, "streams_exactly", "comes out as"},
    {FRAIL_MIRRORS, "streams_exactly", "never sent"},
    {FRAIL_LIGHTS_DARK, "streams_exactly", "it had to be dark"},
    {FRAIL_DARKENS, "streams_exactly", "lit points come out dark"},
    {FRAIL_IGNORES_SHUTTER, "closes_and_opens", "it had to be dark"},
    {FRAIL_IGNORES_SHUTTER, "disarms_at_every_moment", "it had to be dark"},
    {FRAIL_STAYS_SHUT, "closes_and_opens", "stays dark"},
    {FRAIL_STARVES_SHUT, "closes_and_opens", "takes no points"},
    {FRAIL_STOPS_LIT, "stops_in_every_state", "it had to be dark"},
    {FRAIL_LEAVES_LIT, "disconnects_in_every_state", "it had to be dark"},
    {FRAIL_LEAVES_LIT, "ends_at_every_moment", "it had to be dark"},
    {FRAIL_NEVER_STOPPED, "stops_in_every_state", "never says so"},
    {FRAIL_NEVER_STOPPED, "streams_exactly", "never says stopped"},
    {FRAIL_SPINS, "opens_in_time", "busy loop"},
    {FRAIL_TICKS, "opens_in_time", "busy loop"},
    {FRAIL_OVERSLEEPS, "opens_in_time", "state 0 and not 1"},
    {FRAIL_ALLOCATES, "streams_exactly", "write allocates"},
    {FRAIL_MISCOUNTS, "reports_its_level", "does not balance"},
    {FRAIL_LIES, "reports_its_level", "are reported as played"},
    {FRAIL_NEVER_REPORTS, "reports_its_level", "reports in half a second"},
    {FRAIL_LEAKS, "ends_at_every_moment", "a handle is left open"},
    {FRAIL_STAYS_AWAY, "is_unplugged_and_comes_back", "nothing is played"},
    {FRAIL_STAYS_AWAY, "is_out_of_reach_at_first", "nothing is played"},
    {FRAIL_SLOW, "plays_at_its_slowest", "come out in 0.3 s"},
    {FRAIL_SLOW, "plays_at_its_fastest", "come out in 0.3 s"},
    {FRAIL_EARLY, "opens_in_time", "there is no room"},
    {FRAIL_PROMISES, "blocks_and_loses_nothing", "service promised room"},
    {FRAIL_OVERFLOWS, "blocks_and_loses_nothing", "there is no room"},
    {FRAIL_NO_RATES, "has_sane_capabilities", "rates from"},
    {FRAIL_ANY_RATE, "survives_impossible_rates", "busy loop"},
    {FRAIL_ANY_ID, "describes_itself", "accepts"},
    {FRAIL_TRUSTS, "survives_nonsense", "does not balance"},
    {FRAIL_HANGS_UP, "survives_nonsense", "nothing is played"},
    {FRAIL_DROPS_THE_END, "drains", "never come out"},
    {FRAIL_HIDES_DRY, "tells_that_it_ran_dry", "does not tell"},
    {FRAIL_HIDES_LOSS, "accounts_for_every_point", "never came out"},
    {FRAIL_STORMS, "bears_refusals", "begins anew"},
    {FRAIL_WAILS, "waits_for_the_absent", "words are said"},
};

#define COMPLAINTS (sizeof complaints / sizeof *complaints)

static const struct conformance_case *find(const char *name)
{
    for (const struct conformance_case *kase = conformance_cases; kase->name; kase++)
        if (strcmp(kase->name, name) == 0)
            return kase;
    fail_msg("no case %s", name);
    return NULL;
}

static void test_passes_what_is_right(void **state)
{
    (void)state;
    for (const struct conformance_case *kase = conformance_cases; kase->name; kase++) {
        struct conformance_verdict verdict = {""};
        kase->run(frail_row(FRAIL_NOT_AT_ALL), &verdict);
        if (verdict.text[0] != '\0')
            fail_msg("%s: %s", kase->name, verdict.text);
    }
}

static void complains(void **state)
{
    const struct complaint *complaint = *state;
    struct conformance_verdict verdict = {""};

    find(complaint->kase)->run(frail_row(complaint->frailty), &verdict);
    if (strstr(verdict.text, complaint->words) == NULL)
        fail_msg("%s should complain \"%s\" and says \"%s\"", complaint->kase,
                 complaint->words, verdict.text);
}

static void test_each_case_can_fail(void **state)
{
    (void)state;
    for (const struct conformance_case *kase = conformance_cases; kase->name; kase++) {
        size_t found = 0;
        for (size_t k = 0; k < COMPLAINTS; k++)
            found += strcmp(complaints[k].kase, kase->name) == 0;
        if (found == 0)
            fail_msg("nobody has seen %s fail", kase->name);
    }
}

int main(void)
{
    static struct complaint copies[COMPLAINTS];
    static char names[COMPLAINTS][64];
    struct CMUnitTest tests[COMPLAINTS + 2] = {
        cmocka_unit_test(test_passes_what_is_right),
        cmocka_unit_test(test_each_case_can_fail),
    };

    for (size_t k = 0; k < COMPLAINTS; k++) {
        copies[k] = complaints[k];
        (void)snprintf(names[k], sizeof names[k], "%s complains of %d", copies[k].kase,
                       (int)copies[k].frailty);
        tests[k + 2] = (struct CMUnitTest){
            .name = names[k], .test_func = complains, .initial_state = &copies[k]};
    }
    return _cmocka_run_group_tests("conformance itself", tests, COMPLAINTS + 2, NULL, NULL);
}
