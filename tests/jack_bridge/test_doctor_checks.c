/* SPDX-License-Identifier: MIT */
#include "doctor_checks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void each_finding_has_words_and_a_remedy(void **state)
{
    char nowhere[] = "beamjack-nowhere";
    const struct bj_options options = {.server = nowhere};
    int ailing_jack = 0, count = 0;

    (void)state;
    for (const bj_check_fn *check = bj_checks; *check; check++, count++) {
        struct bj_finding finding = {.health = BJ_HEALTHY};

        (*check)(&options, &finding);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_finding_has_words_and_a_remedy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
