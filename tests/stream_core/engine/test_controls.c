/* SPDX-License-Identifier: MIT
 *
 * What is pressed between two steps arrives with the next one, and a disarm always does.
 */
#include "engine/controls.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

/* a: arm, d: disarm, f: the engine forgets arms, s: stop, /: the engine looks. */
static const struct {
    const char *keys;
    bool disarm, arm, stop;
} rows[] = {
    {"", false, false, false},   {"a", false, true, false},   {"d", true, false, false},
    {"ad", true, false, false},  {"da", true, true, false},   {"dada", true, true, false},
    {"aa", false, true, false},  {"dd", true, false, false},  {"af", false, false, false},
    {"df", true, false, false},  {"daf", true, false, false}, {"a/", false, false, false},
    {"d/", false, false, false}, {"d/a", false, true, false}, {"a/d", true, false, false},
    {"s", false, false, true},   {"s/", false, false, true},  {"das", true, true, true},
};

static void press(struct bj_controls *controls, char key)
{
    switch (key) {
    case 'a':
        bj_controls_arm(controls);
        break;
    case 'd':
        bj_controls_disarm(controls);
        break;
    case 'f':
        bj_controls_forget_arms(controls);
        break;
    case 's':
        bj_controls_stop(controls);
        break;
    default:
        (void)bj_controls_take(controls);
    }
}

static void keys_arrive_with_the_next_look(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct bj_controls controls;
        bj_controls_init(&controls);
        for (const char *key = rows[k].keys; *key; key++) {
            press(&controls, *key);
        }
        struct bj_asked asked = bj_controls_take(&controls);
        if (asked.disarm != rows[k].disarm || asked.arm != rows[k].arm ||
            asked.stop != rows[k].stop) {
            fail_msg("'%s': disarm %d, arm %d, stop %d", rows[k].keys, asked.disarm,
                     asked.arm, asked.stop);
        }
    }
}

/* Also a change back to what it was, and many in a row. */
static void every_change_of_connections_is_seen(void **state)
{
    (void)state;
    struct bj_controls controls;
    bj_controls_init(&controls);
    assert_false(bj_controls_take(&controls).connections_changed);
    for (int k = 0; k < 3; k++) {
        bj_controls_connect(&controls, false, 0);
        bj_controls_connect(&controls, true, 30 * BJ_NS_PER_MS);
        struct bj_asked asked = bj_controls_take(&controls);
        assert_true(asked.connections_changed && asked.position_connected);
        assert_true(asked.lag_s == 0.03);
        assert_false(bj_controls_take(&controls).connections_changed);
    }
}

static void a_lag_stays_in_its_place(void **state)
{
    (void)state;
    const struct {
        int64_t lag_ns;
        double lag_s;
    } lags[] = {
        {-1, 0}, {INT64_MIN, 0}, {999, 0}, {1000, 1e-6}, {INT64_MAX, 1099511.627775}};
    for (size_t k = 0; k < sizeof lags / sizeof *lags; k++) {
        struct bj_controls controls;
        bj_controls_init(&controls);
        bj_controls_connect(&controls, false, lags[k].lag_ns);
        struct bj_asked asked = bj_controls_take(&controls);
        assert_true(asked.connections_changed);
        assert_false(asked.position_connected);
        assert_true(asked.lag_s == lags[k].lag_s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_arrive_with_the_next_look),
        cmocka_unit_test(every_change_of_connections_is_seen),
        cmocka_unit_test(a_lag_stays_in_its_place),
    };
    return cmocka_run_group_tests_name("controls", tests, NULL, NULL);
}
