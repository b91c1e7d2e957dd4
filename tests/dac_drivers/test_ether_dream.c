/* SPDX-License-Identifier: MIT
 *
 * The whole driver against the simulated device: playing, and who and where it is.
 */
#include "ether_dream_world.h"

static struct world world;

static int stop_world(void **state)
{
    (void)state;
    world_stop(&world);
    return 0;
}

/* ---- Playing ------------------------------------------------------------------------- */

static void test_plays_every_point_once_and_in_order(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    world_run_ms(&world, 10000);
    assert_true(world.played > 290000);
    assert_int_equal(world.emptied, 0);
    assert_int_equal(world.skipped, 0);
    assert_int_equal(world.notices, 0);
    world_balance(&world);
    assert_int_equal(world.skipped, 0);
    assert_int_equal(sim_ed_counters(world.device)->naks_invalid, 0);
    assert_int_equal(world.dried, 1); /* when the feed ended */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_plays_every_point_once_and_in_order, stop_world),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
