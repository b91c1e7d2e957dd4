/* SPDX-License-Identifier: MIT */
#include "view/repeats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define S BJ_NS_PER_S

static const char *newest(const struct bj_log *log)
{
    return log->lines[(log->count - 1) % BJ_LOG_LINES].text;
}

static void what_comes_again_is_counted(void **state)
{
    struct bj_log log = {.keep = true};
    struct bj_repeats repeats = {0};

    (void)state;
    for (int k = 0; k < 12; k++)
        bj_repeats_say(&repeats, &log, S + k * S / 2, BJ_LOG_INFO, "no answer");
    assert_int_equal(log.count, 1);
    assert_string_equal(newest(&log), "no answer");
    bj_repeats_catch_up(&repeats, &log, 11 * S - 1);
    assert_int_equal(log.count, 1);
    bj_repeats_catch_up(&repeats, &log, 11 * S);
    assert_int_equal(log.count, 2);
    assert_string_equal(newest(&log), "no answer (11 times in 10 s)");
    bj_repeats_say(&repeats, &log, 12 * S, BJ_LOG_INFO, "no answer");
    bj_repeats_catch_up(&repeats, &log, 31 * S - 1);
    assert_int_equal(log.count, 2);
    bj_repeats_catch_up(&repeats, &log, 31 * S); /* twice as long */
    assert_string_equal(newest(&log), "no answer (1 time in 20 s)");
}

static void what_stayed_away_is_new(void **state)
{
    struct bj_log log = {.keep = true};
    struct bj_repeats repeats = {0};

    (void)state;
    bj_repeats_say(&repeats, &log, S, BJ_LOG_INFO, "lost");
    bj_repeats_say(&repeats, &log, 12 * S, BJ_LOG_INFO, "lost");
    assert_int_equal(log.count, 2);
    assert_string_equal(newest(&log), "lost");
}

/* A night of two troubles that take turns, once a second each. */
static void a_night_is_no_flood(void **state)
{
    struct bj_log log = {.keep = true};
    struct bj_repeats repeats = {0};

    (void)state;
    for (int64_t s = 1; s < 8 * 3600; s++) {
        bj_repeats_say(&repeats, &log, s * S, BJ_LOG_INFO, "refused");
        bj_repeats_say(&repeats, &log, s * S + S / 2, BJ_LOG_INFO, "reconnecting");
    }
    assert_in_range(log.count, 40, 130);
}

/* More of them than are kept: each is said, and nothing that was counted is forgotten. */
static void many_different_words_get_through(void **state)
{
    struct bj_log log = {.keep = true};
    struct bj_repeats repeats = {0};
    char text[40];

    (void)state;
    bj_repeats_say(&repeats, &log, S, BJ_LOG_INFO, "first");
    bj_repeats_say(&repeats, &log, S, BJ_LOG_INFO, "first");
    for (int k = 0; k < 2 * BJ_REPEATS_KEPT; k++) {
        snprintf(text, sizeof text, "word %d", k);
        bj_repeats_say(&repeats, &log, 2 * S + k, BJ_LOG_INFO, text);
        assert_string_equal(newest(&log), text);
    }
    assert_int_equal(log.count, 1 + 2 * BJ_REPEATS_KEPT + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_again_is_counted),
        cmocka_unit_test(what_stayed_away_is_new),
        cmocka_unit_test(a_night_is_no_flood),
        cmocka_unit_test(many_different_words_get_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
