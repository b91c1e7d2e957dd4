/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/points_file.h"
#include "record/record.h"
#include "slot_fixture.h"

#include <time.h>

#define MS BJ_NS_PER_MS

static struct slot_fixture fixture;
static char folder[64], path[128], id[160];

static int start(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/bj-record-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/show.points", folder);
    snprintf(id, sizeof id, "record:%s", path);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    slot_fixture_stop(&fixture);
    unlink(path);
    rmdir(folder);
    return 0;
}

/* The file is opened by a thread of its own: real time passes, not the driver's. */
static void connect_fixture(uint32_t begin_points)
{
    const struct timespec pause = {.tv_nsec = 1000000};

    assert_int_equal(bj_record.connect(fixture.dac, 0, 30000, begin_points), BJ_OK);
    for (int tries = 0; tries < 5000; tries++) {
        slot_fixture_serve(&fixture, 0);
        if (fixture.result != BJ_OK || fixture.dac_status.state != BJ_DAC_CONNECTING)
            return;
        nanosleep(&pause, NULL);
    }
    fail();
}

static size_t read_back(struct bj_played_point *points, size_t max)
{
    static struct bj_points_file file;
    size_t count = 0, all = 0;

    assert_int_equal(bj_points_file_open(&file, path), BJ_OK);
    do {
        assert_int_equal(bj_points_file_read(&file, points + all, max - all, &count),
                         BJ_OK);
        all += count;
    } while (count > 0 && all < max);
    assert_int_equal(bj_points_file_close(&file), BJ_OK);
    return all;
}

static void test_writes_what_was_played_and_when(void **state)
{
    static struct bj_played_point points[1000];

    (void)state;
    assert_int_equal(slot_fixture_start(&fixture, &bj_record, id), BJ_OK);
    connect_fixture(300);
    assert_int_equal(slot_fixture_write(&fixture, 0, 300, 30000), 300);
    slot_fixture_serve(&fixture, 0);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    slot_fixture_serve(&fixture, 5 * MS);
    assert_int_equal(fixture.report.played_points, 150);
    bj_record.shutter(fixture.dac, 6 * MS, false); /* 180 played, the rest thrown away */
    assert_int_equal(fixture.lost, 120);
    slot_fixture_stop(&fixture);
    assert_int_equal(read_back(points, 1000), 180);
    for (int n = 0; n < 180; n++) {
        assert_int_equal(points[n].r, n);
        assert_int_equal(points[n].time_ns, (n * 1000000000LL + 29999) / 30000);
    }
    assert_int_equal(points[50].x, 16384); /* round(0.5 * 32767) */
}

static void test_a_path_that_cannot_be_written_is_final_and_explained(void **state)
{
    (void)state;
    assert_int_equal(slot_fixture_start(&fixture, &bj_record, "record:/nonexistent/x"),
                     BJ_OK);
    connect_fixture(300);
    assert_int_equal(fixture.result, BJ_UNSUPPORTED);
    assert_non_null(strstr(fixture.told, "/nonexistent/x"));
    assert_non_null(strstr(fixture.told, "cannot be written"));
}

static void test_wants_a_path(void **state)
{
    (void)state;
    assert_int_equal(slot_fixture_start(&fixture, &bj_record, "record:"), BJ_BAD_ARGUMENT);
    assert_int_equal(slot_fixture_start(&fixture, &bj_record, "virtual"), BJ_BAD_ARGUMENT);
    assert_true(bj_record.accepts_id("record:x"));
    assert_false(bj_record.accepts_id("record:"));
}

static void test_runs_dry_and_stops_like_any_dac(void **state)
{
    (void)state;
    assert_int_equal(slot_fixture_start(&fixture, &bj_record, id), BJ_OK);
    connect_fixture(10);
    assert_int_equal(slot_fixture_write(&fixture, 0, 10, 30000), 10);
    slot_fixture_serve(&fixture, 0);
    slot_fixture_serve(&fixture, 10 * MS);
    assert_int_equal(fixture.dried, 1);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    bj_record.stop(fixture.dac, 11 * MS);
    slot_fixture_serve(&fixture, 11 * MS);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_STOPPED);
    assert_int_equal(slot_fixture_write(&fixture, 0, 10, 30000), 0);
}

static void test_goes_on_in_the_same_file_after_a_reconnect(void **state)
{
    static struct bj_played_point points[1000];

    (void)state;
    assert_int_equal(slot_fixture_start(&fixture, &bj_record, id), BJ_OK);
    for (int64_t round = 0; round < 2; round++) {
        connect_fixture(10);
        slot_fixture_serve(&fixture, round * 100 * MS);
        assert_int_equal(slot_fixture_write(&fixture, 0, 10, 30000), 10);
        slot_fixture_serve(&fixture, round * 100 * MS);
        slot_fixture_serve(&fixture, round * 100 * MS + 50 * MS);
        bj_record.disconnect(fixture.dac);
    }
    slot_fixture_stop(&fixture);
    assert_int_equal(read_back(points, 1000), 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_writes_what_was_played_and_when),
        TEST(test_a_path_that_cannot_be_written_is_final_and_explained),
        TEST(test_wants_a_path),
        TEST(test_runs_dry_and_stops_like_any_dac),
        TEST(test_goes_on_in_the_same_file_after_a_reconnect),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
