/* SPDX-License-Identifier: MIT */
#include "view/log.h"

#include "view/writer.h"

#include <fcntl.h>
#include <poll.h>
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

/* Within 10 s; 0: nothing came. */
static ssize_t read_some(int fd, char *text, size_t size)
{
    struct pollfd look = {.fd = fd, .events = POLLIN};

    return poll(&look, 1, 10000) > 0 ? read(fd, text, size) : 0;
}

/* Until there is an end of output, into `text`. */
static void take_all(int fd, char *text, size_t size)
{
    size_t used = 0;
    ssize_t count;

    while (used < size - 1 && (count = read(fd, text + used, size - 1 - used)) > 0)
        used += (size_t)count;
    text[used] = '\0';
}

static void lines_that_were_dropped_are_told_of_when_it_goes_on(void **state)
{
    static char text[4 * BJ_WRITER_ROOM], expected[80];
    struct bj_log log = {0};
    uint64_t dropped;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) > 0);
    log.out = bj_writer_create("test", bj_write_to_fd, &ends[1]);
    for (int k = 0; k < 10000 && bj_writer_dropped(log.out) < 3; k++)
        bj_log_say(&log, "line %d", k);
    dropped = bj_writer_dropped(log.out);
    assert_true(dropped >= 3);
    bj_log_catch_up(&log); /* no room, and not counted */
    assert_int_equal(bj_writer_dropped(log.out), dropped);
    assert_int_equal(log.told_dropped, 0);
    for (int k = 0; k < 100000 && log.told_dropped == 0; k++) {
        assert_int_equal(read_some(ends[0], text, 1), 1); /* somebody reads again */
        bj_log_catch_up(&log);
    }
    assert_int_equal(log.told_dropped, dropped);
    bj_log_catch_up(&log); /* once */
    assert_int_equal(fcntl(ends[0], F_SETPIPE_SZ, 1 << 20), 1 << 20);
    assert_true(bj_writer_destroy(log.out, INT64_C(10000000000)));
    close(ends[1]);
    take_all(ends[0], text, sizeof text);
    snprintf(expected, sizeof expected, " warning: %d lines were dropped: ", (int)dropped);
    assert_non_null(strstr(text, expected));
    assert_null(strstr(strstr(text, expected) + strlen(expected), "dropped"));
    close(ends[0]);
}

static void what_the_view_could_not_keep_is_counted(void **state)
{
    static char text[BJ_WRITER_ROOM];
    struct bj_log log = {.keep = true};
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    log.out = bj_writer_create("test", bj_write_to_fd, &ends[1]);
    for (int k = 0; k < BJ_LOG_LINES + 7; k++)
        bj_log_say(&log, "line %d.", k);
    bj_log_release(&log);
    assert_true(bj_writer_destroy(log.out, INT64_C(10000000000)));
    close(ends[1]);
    take_all(ends[0], text, sizeof text);
    assert_null(strstr(text, "line 6."));
    assert_non_null(strstr(text, "line 7."));
    assert_non_null(strstr(text, "7 before them"));
    close(ends[0]);
}

/* Of another program that shares it. */
static void output_that_is_not_to_wait_is_waited_for(void **state)
{
    static char text[20000], block[10000];
    struct bj_log log = {0};
    size_t used = 0;
    ssize_t count;
    int ends[2];

    (void)state;
    memset(block, 'x', sizeof block);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) > 0);
    fcntl(ends[0], F_SETFL, 0);
    log.out = bj_writer_create("test", bj_write_to_fd, &ends[1]);
    assert_true(bj_writer_put(log.out, block, sizeof block));
    while (used < sizeof block && (count = read_some(ends[0], text, sizeof text)) > 0)
        used += (size_t)count;
    assert_int_equal(used, sizeof block);
    assert_true(bj_writer_destroy(log.out, INT64_C(10000000000)));
    close(ends[1]);
    assert_int_equal(read(ends[0], text, 1), 0);
    close(ends[0]);
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
        cmocka_unit_test(lines_that_were_dropped_are_told_of_when_it_goes_on),
        cmocka_unit_test(what_the_view_could_not_keep_is_counted),
        cmocka_unit_test(output_that_is_not_to_wait_is_waited_for),
        cmocka_unit_test(a_dac_that_is_named_is_not_named_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
