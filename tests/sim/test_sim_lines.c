/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char line[] = "{\"a\":1}\n";
#define SIZE (sizeof line - 1)

/* A pipe that is full holds up nobody, and only whole lines arrive. */
static void a_full_pipe_drops_whole_lines(void **state)
{
    (void)state;
    int ends[2];
    char text[SIZE];
    struct sim_lines lines = {0};
    unsigned sent = 0, came = 0;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    lines.fd = ends[1];
    while (lines.dropped < 100) {
        assert_true(sim_lines_write(&lines, line, SIZE));
        sent++;
    }
    sim_lines_close(&lines);
    while (read(ends[0], text, SIZE) == (ssize_t)SIZE) {
        assert_memory_equal(text, line, SIZE);
        came++;
    }
    assert_int_equal(came, sent - lines.dropped);
    close(ends[0]);
}

static void a_reader_that_left_is_an_error(void **state)
{
    (void)state;
    int ends[2];
    struct sim_lines lines = {0};
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    lines.fd = ends[1];
    close(ends[0]);
    assert_false(sim_lines_write(&lines, line, SIZE));
    assert_int_equal(errno, EPIPE);
    sim_lines_close(&lines);
}

static void a_fifo_without_a_reader_is_said_at_once(void **state)
{
    (void)state;
    char path[] = "/tmp/beamjack-lines-XXXXXX";
    struct sim_lines lines;
    assert_non_null(mkdtemp(path));
    char fifo[64];
    snprintf(fifo, sizeof fifo, "%s/fifo", path);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_false(sim_lines_open(&lines, fifo));
    assert_int_equal(errno, ENXIO);
    unlink(fifo);
    rmdir(path);
}

static void a_full_disk_is_an_error(void **state)
{
    (void)state;
    struct sim_lines lines;
    assert_true(sim_lines_open(&lines, "/dev/full"));
    assert_false(sim_lines_write(&lines, line, SIZE));
    assert_int_equal(errno, ENOSPC);
    sim_lines_close(&lines);
}

static void a_line_too_long_is_dropped(void **state)
{
    (void)state;
    static char longer[SIM_LINE_MOST + 1];
    struct sim_lines lines;
    assert_true(sim_lines_open(&lines, "/dev/null"));
    assert_true(sim_lines_write(&lines, longer, sizeof longer));
    assert_int_equal(lines.dropped, 1);
    assert_true(sim_lines_write(&lines, longer, SIM_LINE_MOST));
    assert_int_equal(lines.dropped, 1);
    sim_lines_close(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_pipe_drops_whole_lines),
        cmocka_unit_test(a_reader_that_left_is_an_error),
        cmocka_unit_test(a_fifo_without_a_reader_is_said_at_once),
        cmocka_unit_test(a_full_disk_is_an_error),
        cmocka_unit_test(a_line_too_long_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
