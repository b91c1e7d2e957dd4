/* SPDX-License-Identifier: MIT
 *
 * Does the test of wake-ups see what it is for? A small driver, right in all it does, and
 * wrong in one way.
 */
#include "frail_dac.h"
#include "rough_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SEEDS 60

/* The first complaint of a few seeds; "": none. */
static struct conformance_verdict judge(enum frailty frailty)
{
    struct conformance_verdict verdict = {""};

    for (uint64_t seed = 1; seed <= SEEDS && verdict.text[0] == '\0'; seed++) {
        const struct rough_scenario scenario = rough_scenario(seed);
        (void)rough_fixture_run(frail_row(frailty), &scenario, false, &verdict);
    }
    return verdict;
}

static void test_passes_what_is_right(void **state)
{
    (void)state;
    assert_string_equal(judge(FRAIL_NOT_AT_ALL).text, "");
}

static void expect(enum frailty frailty, const char *words)
{
    struct conformance_verdict verdict = judge(frailty);

    if (strstr(verdict.text, words) == NULL)
        fail_msg("it should complain \"%s\" and says \"%s\"", words, verdict.text);
}

static void test_sees_a_driver_that_spins(void **state)
{
    (void)state;
    expect(FRAIL_SPINS, "it spins");
    expect(FRAIL_TICKS, "it spins");
}

/* It has room again, and had not said when. */
static void test_sees_a_driver_that_forgets(void **state)
{
    (void)state;
    expect(FRAIL_OVERFLOWS, "an uninvited step wrote");
}

/* The engine calls a few times a second whatever a driver says. */
static void test_a_driver_that_sleeps_for_ever_is_woken(void **state)
{
    (void)state;
    assert_string_equal(judge(FRAIL_OVERSLEEPS).text, "");
}

static void test_the_same_seed_is_the_same_run(void **state)
{
    struct conformance_verdict verdict = {""};
    const struct rough_scenario scenario = rough_scenario(7);
    struct rough_result first =
        rough_fixture_run(frail_row(FRAIL_NOT_AT_ALL), &scenario, false, &verdict);
    struct rough_result second =
        rough_fixture_run(frail_row(FRAIL_NOT_AT_ALL), &scenario, false, &verdict);

    (void)state;
    assert_true(first.steps > 100 && first.probes > 100);
    assert_int_equal(first.steps, second.steps);
    assert_int_equal(first.probes, second.probes);
    assert_int_equal(first.points_written, second.points_written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passes_what_is_right),
        cmocka_unit_test(test_sees_a_driver_that_spins),
        cmocka_unit_test(test_sees_a_driver_that_forgets),
        cmocka_unit_test(test_a_driver_that_sleeps_for_ever_is_woken),
        cmocka_unit_test(test_the_same_seed_is_the_same_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
