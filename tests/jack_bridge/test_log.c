/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_last_lines_are_kept(void **state)
{
    struct bj_log log = {0};

    (void)state;
    bj_log_keep(&log);
    for (int k = 0; k < BJ_LOG_LINES + 2; k++)
        bj_log_say(&log, "line %d", k);
    assert_int_equal(log.count, BJ_LOG_LINES + 2);
    assert_string_equal(log.lines[0], "line 6");
    assert_string_equal(log.lines[1], "line 7");
    assert_string_equal(log.lines[2], "line 2");
    bj_log_release(&log);
    assert_false(log.keep);
}

/* Also to stderr, so the test looks at what would be printed again. */
static void what_was_printed_is_not_kept(void **state)
{
    struct bj_log log = {0};

    (void)state;
    bj_log_say(&log, "printed at once");
    bj_log_keep(&log);
    bj_log_keep(&log);
    bj_log_say(&log, "kept");
    assert_int_equal(log.first, 1);
    bj_log_release(&log);
}

static void long_lines_are_cut(void **state)
{
    struct bj_log log = {.keep = true};
    char text[2 * BJ_LOG_WIDTH];

    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    bj_log_say(&log, "%s", text);
    assert_int_equal(strlen(log.lines[0]), BJ_LOG_WIDTH - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_lines_are_kept),
        cmocka_unit_test(what_was_printed_is_not_kept),
        cmocka_unit_test(long_lines_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
