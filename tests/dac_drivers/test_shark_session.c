/* SPDX-License-Identifier: MIT
 *
 * Both drivers of the family against their simulated devices: playing, darkness, accidents.
 */
#include "shark_world.h"

static struct world world;

static void start_dock(void)
{
    world_start_dock(&world, sim_laserdock_defaults());
}

static void start_shark(void)
{
    world_start_shark(&world, sim_lasershark_defaults());
}

static void (*const starts[])(void) = {start_dock, start_shark};
#define EACH_DEVICE(start) for (size_t start = 0; start < 2; start++)

/* ---- Playing ------------------------------------------------------------------------- */

static void test_plays_every_point_once_and_in_order(void **state)
{
    (void)state;
    EACH_DEVICE(k)
    {
        starts[k]();
        world_play(&world);
        world_run_ms(&world, 10000);
        assert_true(world.played > 295000);
        assert_int_equal(world.emptied, 0);
        assert_int_equal(world.notices, 0);
        assert_int_equal(world_counters(&world)->refused_packets, 0);
        assert_int_equal(world_counters(&world)->interlock_missing, 0);
        assert_int_equal(world_counters(&world)->foreign_words, 0);
        assert_true(world.reports > 900);
        world_balance(&world);
        assert_int_equal(world.lost, 0);
        assert_int_equal(world.dried, 1); /* when the feed ended */
        world_stop(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plays_every_point_once_and_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
