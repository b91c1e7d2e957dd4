/* SPDX-License-Identifier: MIT */
#include "commands/doctor_checks.h"
#include "jack/helper_thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void each_finding_has_words_and_a_remedy(void **state)
{
    char nowhere[] = "beamjack-nowhere";
    const struct bj_options options = {.server = nowhere};
    int ailing_jack = 0, count = 0;
    static atomic_int running;

    (void)state;
    for (const struct bj_check *check = bj_checks; check->subject; check++, count++) {
        struct bj_finding finding = {.health = BJ_HEALTHY};

        bj_check_do(check, &options, &running, &finding);
        assert_true(strlen(finding.what) > 3);
        if (finding.health == BJ_HEALTHY)
            assert_string_equal(finding.remedy, "");
        else
            assert_true(strlen(finding.remedy) > 10);
        ailing_jack += finding.health == BJ_AILING && !strncmp(finding.what, "JACK", 4);
    }
    assert_int_equal(ailing_jack, 1);
    assert_true(count >= 9);
}

static atomic_bool answer;

static void examine_for_ever(const struct bj_options *options, struct bj_finding *finding)
{
    const struct timespec moment = {.tv_nsec = 1000000};

    (void)options;
    while (!atomic_load(&answer))
        nanosleep(&moment, NULL);
    finding->health = BJ_HEALTHY;
}

static void check_that_hangs_is_a_finding(void **state)
{
    static const struct bj_check check = {"the moon", examine_for_ever, "look up at night"};
    static const struct bj_options options;
    static atomic_int running;
    struct bj_finding finding;

    (void)state;
    bj_check_do(&check, &options, &running, &finding);
    assert_int_equal(finding.health, BJ_AILING);
    assert_non_null(strstr(finding.what, "the moon: no answer"));
    assert_string_equal(finding.remedy, "look up at night");
    atomic_store(&answer, true);
    assert_true(bj_helpers_ended(&running, 5000));
    assert_int_equal(finding.health, BJ_AILING); /* not touched later */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_finding_has_words_and_a_remedy),
        cmocka_unit_test(check_that_hangs_is_a_finding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
