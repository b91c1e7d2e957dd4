/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/points_writer.h"

#include <time.h>

#define RING 65536

static char path[64];

static int start(void **state)
{
    int fd;

    (void)state;
    strcpy(path, "/tmp/bj-writer-XXXXXX");
    fd = mkstemp(path);
    close(fd);
    return fd < 0 ? -1 : 0;
}

static int finish(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static enum bj_status settled(const struct bj_points_writer *writer)
{
    const struct timespec pause = {.tv_nsec = 1000000};

    for (int tries = 0; tries < 5000; tries++) {
        if (bj_points_writer_status(writer) != BJ_WOULD_BLOCK)
            break;
        nanosleep(&pause, NULL);
    }
    return bj_points_writer_status(writer);
}

static uint64_t points_in_file(void)
{
    static struct bj_points_file file;
    struct bj_played_point points[256];
    uint64_t all = 0;
    size_t count;

    assert_int_equal(bj_points_file_open(&file, path), BJ_OK);
    do {
        assert_int_equal(bj_points_file_read(&file, points, 256, &count), BJ_OK);
        for (size_t k = 0; k < count; k++)
            assert_int_equal(points[k].time_ns, all + k);
        all += count;
    } while (count > 0);
    assert_int_equal(bj_points_file_close(&file), BJ_OK);
    return all;
}

static void test_writes_everything_before_it_is_gone(void **state)
{
    struct bj_points_writer *writer = bj_points_writer_create(path);
    struct bj_played_point points[100] = {{0}};
    uint64_t put = 0;

    (void)state;
    assert_non_null(writer);
    assert_int_equal(bj_points_writer_status(writer), BJ_WOULD_BLOCK);
    bj_points_writer_open(writer, 30000);
    bj_points_writer_open(writer, 1);
    assert_int_equal(settled(writer), BJ_OK);
    while (put < 200000) {
        for (int k = 0; k < 100; k++)
            points[k].time_ns = (int64_t)put + k;
        if (bj_points_writer_put(writer, points, 100))
            put += 100;
    }
    bj_points_writer_destroy(writer);
    assert_int_equal(points_in_file(), put);
}

static void test_takes_all_or_nothing(void **state)
{
    struct bj_points_writer *writer = bj_points_writer_create(path);
    static struct bj_played_point points[40000];

    (void)state;
    for (int k = 0; k < 40000; k++)
        points[k].time_ns = k;
    assert_true(bj_points_writer_put(writer, points, 40000)); /* no file yet: it waits */
    assert_false(bj_points_writer_put(writer, points, 40000));
    assert_false(bj_points_writer_put(writer, points, RING - 40000 + 1));
    bj_points_writer_open(writer, 30000);
    assert_int_equal(settled(writer), BJ_OK);
    bj_points_writer_destroy(writer);
    assert_int_equal(points_in_file(), 40000);
}

static void test_says_why_there_is_no_file(void **state)
{
    struct bj_points_writer *writer = bj_points_writer_create("/nonexistent/x");

    (void)state;
    bj_points_writer_open(writer, 30000);
    assert_int_equal(settled(writer), BJ_NOT_FOUND);
    bj_points_writer_destroy(writer);
}

static void test_without_open_there_is_nothing(void **state)
{
    (void)state;
    unlink(path);
    bj_points_writer_destroy(bj_points_writer_create(path));
    assert_int_not_equal(access(path, F_OK), 0);
    bj_points_writer_destroy(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_writes_everything_before_it_is_gone),
        TEST(test_takes_all_or_nothing),
        TEST(test_says_why_there_is_no_file),
        TEST(test_without_open_there_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
