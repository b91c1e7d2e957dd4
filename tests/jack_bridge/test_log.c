/* SPDX-License-Identifier: MIT */
#include "log.h"

#include "writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void the_last_lines_are_kept(void **state)
{
    struct bj_log log = {0};

    (void)state;
    bj_log_keep(&log);
    for (int k = 0; k < BJ_LOG_LINES + 2; k++)
        bj_log_say(&log, "line %d", k);
    assert_int_equal(log.count, BJ_LOG_LINES + 2);
    assert_string_equal(log.lines[0].text, "line 32");
    assert_string_equal(log.lines[1].text, "line 33");
    assert_string_equal(log.lines[2].text, "line 2");
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
    assert_int_equal(strlen(log.lines[0].text), BJ_LOG_WIDTH - 1);
}

/* What one of these lines looks like on stderr. */
static void lines_have_time_level_and_subject(void **state)
{
    struct bj_log log = {0};
    int ends[2], year, month, day, hour, minute, second, ms, read_to = 0;
    char text[400] = "", level[20];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    log.out = bj_writer_create("test", bj_write_to_fd, &ends[1]);
    log.about = "etherdream:0004a3112233";
    bj_log_warn(&log, "it \033[2Jfails");
    log.about = NULL;
    bj_log_say(&log, "second");
    assert_true(bj_writer_destroy(log.out, INT64_C(10000000000)));
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    assert_int_equal(sscanf(text, "beamjack: %d-%d-%d %d:%d:%d.%d %19[a-z]: %n", &year,
                            &month, &day, &hour, &minute, &second, &ms, level, &read_to),
                     8);
    assert_true(year >= 2024 && month <= 12 && hour < 24 && ms < 1000);
    assert_string_equal(level, "warning");
    assert_int_equal(strncmp(text + read_to, "etherdream:0004a3112233: it ?[2Jfails\n", 38),
                     0);
    assert_non_null(strstr(text, " info: second\n"));
    close(ends[0]);
    close(ends[1]);
}

static void a_dac_that_is_named_is_not_named_twice(void **state)
{
    struct bj_log log = {.keep = true, .about = "idn:1"};

    (void)state;
    bj_log_say(&log, "idn:1 does not answer");
    assert_string_equal(log.lines[0].text, "idn:1 does not answer");
    bj_log_say(&log, "armed");
    assert_string_equal(log.lines[1].text, "idn:1: armed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_lines_are_kept),
        cmocka_unit_test(what_was_printed_is_not_kept),
        cmocka_unit_test(long_lines_are_cut),
        cmocka_unit_test(lines_have_time_level_and_subject),
        cmocka_unit_test(a_dac_that_is_named_is_not_named_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
