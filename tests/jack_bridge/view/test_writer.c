/* SPDX-License-Identifier: MIT */
#include "view/writer.h"

#include <beamjack/dacs.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define LONG_NS (10 * BJ_NS_PER_S)

static void all_of_it_is_written_in_order(void **state)
{
    char text[8] = "", read_back[1000 * 4 + 1] = "", *at = read_back;
    int ends[2];
    struct bj_writer *writer;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    writer = bj_writer_create("test", bj_write_to_fd, &ends[1]);
    assert_non_null(writer);
    for (int k = 0; k < 1000; k++)
        assert_true(bj_writer_put(writer, text, (size_t)sprintf(text, "%03d ", k)));
    assert_true(bj_writer_destroy(writer, LONG_NS));
    assert_int_equal(read(ends[0], read_back, sizeof read_back), 4000);
    for (int k = 0; k < 1000; k++, at += 4)
        assert_int_equal(atoi(at), k);
    close(ends[0]);
    close(ends[1]);
}

/* A pipe that nobody reads: the first write waits for ever. */
static void one_that_hangs_holds_up_nobody(void **state)
{
    static int ends[2]; /* the thread outlives this function */
    static char block[BJ_WRITER_ROOM / 4];
    int64_t begin_ns = bj_clock_ns();
    struct bj_writer *writer;
    int taken = 0;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) > 0);
    writer = bj_writer_create("test", bj_write_to_fd, &ends[1]);
    memset(block, 'x', sizeof block);
    for (int k = 0; k < 100; k++)
        taken += bj_writer_put(writer, block, sizeof block);
    assert_in_range(taken, 1, 12);
    assert_int_equal(bj_writer_dropped(writer), 100 - taken);
    assert_false(bj_writer_destroy(writer, 50 * BJ_NS_PER_MS));
    assert_true(bj_clock_ns() - begin_ns < 5 * BJ_NS_PER_S);
}

static void what_is_too_large_is_dropped(void **state)
{
    static char block[BJ_WRITER_ROOM];
    int fd = open("/dev/null", O_WRONLY);
    struct bj_writer *writer = bj_writer_create("test", bj_write_to_fd, &fd);

    (void)state;
    assert_false(bj_writer_put(writer, block, sizeof block));
    assert_true(bj_writer_put(writer, block, sizeof block - 4));
    assert_int_equal(bj_writer_dropped(writer), 1);
    assert_true(bj_writer_destroy(writer, LONG_NS));
    assert_true(bj_writer_destroy(NULL, 0));
    assert_false(bj_writer_put(NULL, "x", 1));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_is_written_in_order),
        cmocka_unit_test(one_that_hangs_holds_up_nobody),
        cmocka_unit_test(what_is_too_large_is_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
