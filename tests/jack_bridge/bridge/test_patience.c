/* SPDX-License-Identifier: MIT */
#include "bridge/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS

static char why[400];

static bool over(const struct bj_patience *patience, int64_t now_ns)
{
    return bj_patience_over(patience, now_ns, why, sizeof why);
}

static void late_greeting_is_waited_for(void **state)
{
    struct bj_patience patience;

    (void)state;
    bj_patience_init(&patience, false);
    assert_false(over(&patience, 1000 * BJ_NS_PER_S)); /* JACK may have come late */
    bj_patience_trouble(&patience, "laser: no answer; waiting", false, 500 * MS);
    assert_false(over(&patience, 700 * MS));
    bj_patience_reached(&patience);
    assert_false(over(&patience, 9000 * MS));
    bj_patience_trouble(&patience, "laser: unplugged", false, 10000 * MS);
    assert_false(over(&patience, 20000 * MS));
}

static void silence_ends_with_reason_and_remedy(void **state)
{
    struct bj_patience patience;

    (void)state;
    bj_patience_init(&patience, false);
    bj_patience_trouble(&patience, "laser: no answer; waiting", false, 500 * MS);
    bj_patience_trouble(&patience, "laser: nonsense; connecting anew", false, 900 * MS);
    assert_false(over(&patience, 3499 * MS));
    assert_true(over(&patience, 3500 * MS));
    assert_string_equal(why, "gave up after 3 s: laser: nonsense; check it, or use "
                             "--wait-for-dac to keep trying");
}

static void what_is_final_ends_at_once(void **state)
{
    struct bj_patience patience;

    (void)state;
    bj_patience_init(&patience, false);
    bj_patience_trouble(&patience, "laser: permission denied; see 'doctor'", true, 1);
    assert_true(over(&patience, 1));
    assert_string_equal(why, "");
}

static void endless_patience_has_no_end(void **state)
{
    struct bj_patience patience;

    (void)state;
    bj_patience_init(&patience, true);
    bj_patience_trouble(&patience, "laser: no answer", false, 1);
    assert_false(over(&patience, INT64_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_greeting_is_waited_for),
        cmocka_unit_test(silence_ends_with_reason_and_remedy),
        cmocka_unit_test(what_is_final_ends_at_once),
        cmocka_unit_test(endless_patience_has_no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
