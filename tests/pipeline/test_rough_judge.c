/* SPDX-License-Identifier: MIT
 *
 * The judge of rough_network: every kind of darkness is seen, and light where there must be
 * none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "rough_judge.h"

#include "record/points_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PERIOD_NS 33333
#define MS BJ_NS_PER_MS

static char path[] = "/tmp/test_rough_judge.XXXXXX";
static struct bj_points_file file;
static int64_t now_ns;

static int begin(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    if (fd >= 0)
        close(fd);
    return fd >= 0 ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    return unlink(path);
}

static void start(void)
{
    now_ns = BJ_NS_PER_S;
    assert_int_equal(bj_points_file_create(&file, path, 30000), BJ_OK);
}

static void play_ms(int ms, uint16_t light)
{
    for (int64_t end_ns = now_ns + ms * MS; now_ns < end_ns; now_ns += PERIOD_NS) {
        struct bj_played_point point = {.time_ns = now_ns, .g = light};
        assert_int_equal(bj_points_file_write(&file, &point, 1), BJ_OK);
    }
}

static struct rough_sight look_settled(int64_t settle_ns, int64_t disarm_ns,
                                       enum bj_status expected)
{
    struct rough_sight sight;

    assert_int_equal(bj_points_file_close(&file), BJ_OK);
    assert_int_equal(rough_look(path, settle_ns, disarm_ns, &sight), expected);
    return sight;
}

static struct rough_sight look(int64_t disarm_ns, enum bj_status expected)
{
    return look_settled(0, disarm_ns, expected);
}

static void test_unbroken_light(void **state)
{
    (void)state;
    start();
    play_ms(20, 0);
    play_ms(100, 1000);
    struct rough_sight sight = look(now_ns, BJ_OK);
    assert_int_equal(sight.gaps, 0);
    assert_int_equal(sight.dark_ns, 0);
    assert_int_equal(sight.afterglow_ns, 0);
    assert_in_range(sight.lit, 3000, 3001);
    assert_in_range(sight.first_lit_ns, BJ_NS_PER_S + 20 * MS, BJ_NS_PER_S + 21 * MS);
}

static void test_dark_points_and_missing_ones(void **state)
{
    (void)state;
    start();
    play_ms(50, 1000);
    play_ms(10, 0);
    play_ms(50, 1000);
    now_ns += 30 * MS;
    play_ms(50, 1000);
    play_ms(5, 0); /* until disarmed */
    struct rough_sight sight = look(now_ns, BJ_OK);
    assert_int_equal(sight.gaps, 3);
    assert_in_range(sight.longest_ns, 30 * MS, 31 * MS);
    assert_in_range(sight.dark_ns, 45 * MS, 46 * MS);
}

static void test_overtaken_at_the_start(void **state)
{
    (void)state;
    start();
    for (int k = 0; k < 3; k++) { /* dark 20, 45 and 70 ms after the first light */
        play_ms(20, 1000);
        play_ms(5, 0);
    }
    play_ms(20, 1000);
    assert_int_equal(look_settled(50 * MS, now_ns, BJ_OK).gaps, 1);
}

static void test_light_after_disarming(void **state)
{
    (void)state;
    start();
    play_ms(50, 1000);
    int64_t disarm_ns = now_ns;
    play_ms(20, 1000);
    play_ms(50, 0);
    struct rough_sight sight = look(disarm_ns, BJ_OK);
    assert_in_range(sight.afterglow_ns, 19 * MS, 20 * MS);
    assert_int_equal(sight.gaps, 0);
}

static void test_no_light(void **state)
{
    (void)state;
    start();
    play_ms(50, 0);
    look(now_ns, BJ_NOT_FOUND);
}

static void test_counters(void **state)
{
    FILE *out = fopen(path, "w");

    (void)state;
    assert_non_null(out);
    fputs("{\"gaps\":3,\"dries\":1}\n{\"longest\":0,\"gaps\":12,\"dries\":2.5}\n", out);
    fclose(out);
    assert_float_equal(rough_counter(path, "gaps"), 12, 0);
    assert_float_equal(rough_counter(path, "dries"), 2.5, 0);
    assert_float_equal(rough_counter(path, "underflows"), -1, 0);
    assert_float_equal(rough_counter("/nowhere/json", "gaps"), -1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unbroken_light),
        cmocka_unit_test(test_dark_points_and_missing_ones),
        cmocka_unit_test(test_overtaken_at_the_start),
        cmocka_unit_test(test_light_after_disarming),
        cmocka_unit_test(test_no_light),
        cmocka_unit_test(test_counters),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
