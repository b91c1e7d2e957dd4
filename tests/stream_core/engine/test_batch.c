/* SPDX-License-Identifier: MIT
 *
 * Points that wait for the driver: offered in order, once, darkened and dropped whole.
 */
#include "engine/batch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT 10u

static void fill(struct bj_batch *batch, struct bj_point *points)
{
    bj_batch_init(batch, points);
    batch->position_points = 1000;
    batch->pps = 30000;
    for (uint32_t k = 0; k < COUNT; k++) {
        points[k] = (struct bj_point){.x = (float)k / COUNT, .r = 1, .i = 1};
    }
    bj_batch_made(batch, COUNT, BJ_DARK_NO);
}

static void what_is_left_is_offered_in_order(void **state)
{
    (void)state;
    struct bj_point points[COUNT];
    struct bj_batch batch;
    fill(&batch, points);
    for (uint32_t taken = 0; taken < COUNT; taken++) {
        struct bj_chunk chunk = bj_batch_chunk(&batch, 77);
        assert_int_equal(chunk.count, COUNT - taken);
        assert_int_equal(chunk.start, 1000 + taken);
        assert_ptr_equal(chunk.points, points + taken);
        assert_int_equal(chunk.pps, 30000);
        assert_int_equal(chunk.play_ns, 77);
        bj_batch_took(&batch, 1);
    }
    assert_int_equal(batch.count, 0);
    assert_int_equal(batch.written_dark, BJ_DARK_NO);
}

static void all_that_is_left_goes_dark(void **state)
{
    (void)state;
    struct bj_point points[COUNT];
    struct bj_batch batch;
    fill(&batch, points);
    bj_batch_took(&batch, 3);
    bj_batch_blank(&batch, BJ_DARK_DISARMED);
    for (uint32_t k = 0; k < COUNT; k++) {
        assert_int_equal(points[k].r > 0, k < 3);
        assert_true(points[k].x == (float)k / COUNT);
    }
    assert_int_equal(batch.dark, BJ_DARK_DISARMED);
    assert_int_equal(batch.written_dark, BJ_DARK_DISARMED);
}

static void what_is_dropped_is_counted_and_never_offered(void **state)
{
    (void)state;
    struct bj_point points[COUNT];
    struct bj_batch batch;
    fill(&batch, points);
    bj_batch_took(&batch, 3);
    assert_int_equal(bj_batch_drop(&batch), COUNT - 3);
    assert_int_equal(bj_batch_drop(&batch), 0);
    assert_int_equal(bj_batch_chunk(&batch, 0).count, 0);
    assert_int_equal(batch.written_dark, BJ_DARK_SETTLING);
    assert_int_equal(batch.position_points,
                     1000 + COUNT); /* its place in time is used up */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_is_offered_in_order),
        cmocka_unit_test(all_that_is_left_goes_dark),
        cmocka_unit_test(what_is_dropped_is_counted_and_never_offered),
    };
    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
