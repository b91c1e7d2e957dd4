/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/points_file.h"

static char path[] = "/tmp/bj-points-XXXXXX";

static int make_path(void **state)
{
    (void)state;
    strcpy(path + strlen(path) - 6, "XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    return 0;
}

static int remove_path(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static void write_bytes(const void *bytes, size_t size)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    fclose(out);
}

static struct bj_played_point sample(int n)
{
    return (struct bj_played_point){
        .time_ns = 1000000000000LL + n * 33333,
        .x = (int16_t)(n * 7 - 32768),
        .y = (int16_t)(32767 - n * 5),
        .r = (uint16_t)n,
        .g = (uint16_t)(n * 3),
        .b = (uint16_t)(65535 - n),
        .i = 65535,
    };
}

static void write_samples(int count)
{
    static struct bj_points_file file;

    assert_int_equal(bj_points_file_create(&file, path, 30000), BJ_OK);
    for (int n = 0; n < count; n++) {
        struct bj_played_point point = sample(n);
        assert_int_equal(bj_points_file_write(&file, &point, 1), BJ_OK);
    }
    assert_int_equal(bj_points_file_close(&file), BJ_OK);
}

static void test_layout_is_as_documented(void **state)
{
    static struct bj_points_file file;
    const struct bj_played_point point = {
        0x0102030405060708, -2, 0x1234, 0x1111, 0x2222, 0x3333, 0xffff};
    const uint8_t expected[] = {'B',  'J',  'P',  'O',  'I',  'N',  'T',  'S',  1,    0,
                                24,   0,    0x30, 0x75, 0,    0,    8,    7,    6,    5,
                                4,    3,    2,    1,    0xfe, 0xff, 0x34, 0x12, 0x11, 0x11,
                                0x22, 0x22, 0x33, 0x33, 0xff, 0xff, 0,    0,    0,    0};
    uint8_t found[64];
    (void)state;

    assert_int_equal(bj_points_file_create(&file, path, 30000), BJ_OK);
    assert_int_equal(bj_points_file_write(&file, &point, 1), BJ_OK);
    assert_int_equal(bj_points_file_close(&file), BJ_OK);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    assert_int_equal(fread(found, 1, sizeof found, in), sizeof expected);
    fclose(in);
    assert_memory_equal(found, expected, sizeof expected);
}

static void test_reads_back_what_was_written(void **state)
{
    static struct bj_points_file file;
    struct bj_played_point points[37];
    size_t count;
    int n = 0;
    (void)state;

    write_samples(5000);
    assert_int_equal(bj_points_file_open(&file, path), BJ_OK);
    assert_int_equal(file.pps, 30000);
    do {
        assert_int_equal(bj_points_file_read(&file, points, 37, &count), BJ_OK);
        for (size_t k = 0; k < count; k++) {
            struct bj_played_point expected = sample(n++);
            assert_memory_equal(&points[k], &expected, sizeof expected - 4); /* padding */
        }
    } while (count > 0);
    assert_int_equal(n, 5000);
    assert_int_equal(bj_points_file_close(&file), BJ_OK);
}

static void test_flush_makes_points_visible(void **state)
{
    static struct bj_points_file file;
    struct bj_played_point point = sample(1);
    struct stat about;
    (void)state;

    assert_int_equal(bj_points_file_create(&file, path, 0), BJ_OK);
    assert_int_equal(bj_points_file_write(&file, &point, 1), BJ_OK);
    assert_int_equal(bj_points_file_flush(&file), BJ_OK);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_size, 40);
    assert_int_equal(bj_points_file_close(&file), BJ_OK);
    assert_int_equal(bj_points_file_close(&file), BJ_OK);
}

static void test_cut_off_record_is_an_error_after_the_whole_ones(void **state)
{
    static struct bj_points_file file;
    struct bj_played_point points[8];
    size_t count;
    (void)state;

    write_samples(3);
    assert_int_equal(truncate(path, 16 + 3 * 24 - 1), 0);
    assert_int_equal(bj_points_file_open(&file, path), BJ_OK);
    assert_int_equal(bj_points_file_read(&file, points, 8, &count), BJ_OK);
    assert_int_equal(count, 2);
    assert_int_equal(bj_points_file_read(&file, points, 8, &count), BJ_PROTOCOL);
    assert_int_equal(count, 0);
    assert_int_equal(bj_points_file_read(&file, points, 8, &count), BJ_PROTOCOL);
    assert_int_equal(bj_points_file_close(&file), BJ_PROTOCOL);
}

static void test_time_going_back_is_an_error(void **state)
{
    static struct bj_points_file file;
    struct bj_played_point points[2] = {sample(2), sample(1)};
    size_t count;
    (void)state;

    assert_int_equal(bj_points_file_create(&file, path, 0), BJ_OK);
    assert_int_equal(bj_points_file_write(&file, points, 2), BJ_OK);
    assert_int_equal(bj_points_file_close(&file), BJ_OK);
    assert_int_equal(bj_points_file_open(&file, path), BJ_OK);
    assert_int_equal(bj_points_file_read(&file, points, 2, &count), BJ_OK);
    assert_int_equal(count, 1);
    assert_int_equal(bj_points_file_read(&file, points, 2, &count), BJ_PROTOCOL);
    bj_points_file_close(&file);
}

static void test_foreign_files_are_refused(void **state)
{
    static struct bj_points_file file;
    (void)state;

    write_bytes("", 0);
    assert_int_equal(bj_points_file_open(&file, path), BJ_PROTOCOL);
    write_bytes("BJPOINTS\1\0\30\0\0\0\0", 15);
    assert_int_equal(bj_points_file_open(&file, path), BJ_PROTOCOL);
    write_bytes("BJPOINTZ\1\0\30\0\0\0\0\0", 16);
    assert_int_equal(bj_points_file_open(&file, path), BJ_PROTOCOL);
    write_bytes("BJPOINTS\2\0\30\0\0\0\0\0", 16);
    assert_int_equal(bj_points_file_open(&file, path), BJ_UNSUPPORTED);
    write_bytes("BJPOINTS\1\0\31\0\0\0\0\0", 16);
    assert_int_equal(bj_points_file_open(&file, path), BJ_UNSUPPORTED);
    assert_false(file.open);
}

static void test_paths_that_cannot_work(void **state)
{
    static struct bj_points_file file;
    (void)state;

    assert_int_equal(bj_points_file_open(&file, "/nonexistent/points"), BJ_NOT_FOUND);
    assert_int_equal(bj_points_file_create(&file, "/nonexistent/points", 0), BJ_NOT_FOUND);
    assert_int_equal(bj_points_file_open(&file, "/tmp"), BJ_UNSUPPORTED);
    assert_int_equal(bj_points_file_create(&file, "/tmp", 0), BJ_IO_ERROR);
    assert_int_equal(bj_points_file_close(&file), BJ_OK);
}

static void test_a_pipe_does_not_hang(void **state)
{
    static struct bj_points_file file;
    (void)state;

    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(bj_points_file_create(&file, path, 0), BJ_IO_ERROR);
    assert_int_equal(bj_points_file_open(&file, path), BJ_UNSUPPORTED);
}

static void test_full_disk_is_reported_and_sticks(void **state)
{
    static struct bj_points_file file;
    (void)state;

    assert_int_equal(bj_points_file_create(&file, "/dev/full", 0), BJ_NO_SPACE);
    assert_false(file.open);
    assert_int_equal(bj_points_file_close(&file), BJ_NO_SPACE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_layout_is_as_documented, make_path,
                                        remove_path),
        cmocka_unit_test_setup_teardown(test_reads_back_what_was_written, make_path,
                                        remove_path),
        cmocka_unit_test_setup_teardown(test_flush_makes_points_visible, make_path,
                                        remove_path),
        cmocka_unit_test_setup_teardown(
            test_cut_off_record_is_an_error_after_the_whole_ones, make_path, remove_path),
        cmocka_unit_test_setup_teardown(test_time_going_back_is_an_error, make_path,
                                        remove_path),
        cmocka_unit_test_setup_teardown(test_foreign_files_are_refused, make_path,
                                        remove_path),
        cmocka_unit_test_setup_teardown(test_paths_that_cannot_work, make_path,
                                        remove_path),
        cmocka_unit_test_setup_teardown(test_a_pipe_does_not_hang, make_path, remove_path),
        cmocka_unit_test_setup_teardown(test_full_disk_is_reported_and_sticks, make_path,
                                        remove_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
