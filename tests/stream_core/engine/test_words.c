/* SPDX-License-Identifier: MIT
 *
 * What the program is told of a DAC that runs dry: at once, then counted.
 */
#include "engine_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define S BJ_NS_PER_S

static void run_dry(struct engine_world *world, int times)
{
    for (int k = 0; k < times; k++) {
        world->now_ns += 150 * MS; /* more than it holds */
        world_step(world);
        world_run(world, 100 * MS);
    }
}

static void running_dry_is_told_at_once_and_then_counted(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    uint32_t errors = world.errors;
    run_dry(&world, 1);
    assert_int_equal(world_stats(&world).device_underruns, 1);
    assert_int_equal(world.errors, errors + 1);
    assert_non_null(strstr(world.last_text, "Fake DAC: ran dry; try a lower --pps"));
    run_dry(&world, 30);
    assert_int_equal(world.errors, errors + 1);
    world_run(&world, 3 * S);
    assert_int_equal(world.errors, errors + 2);
    assert_non_null(strstr(world.last_text, "ran dry 30 times in 10 s"));
    run_dry(&world, 400);
    assert_in_range(world.errors, errors + 11, errors + 13); /* in 100 s */
    world_run(&world, 60 * S);
    uint32_t told = world.errors;
    world_run(&world, 60 * S);
    assert_int_equal(world.errors, told);
    assert_int_equal(world_stats(&world).device_underruns, 431);
    world_finish(&world);
}

/* Before it streams, nothing can run dry that matters. */
static void an_end_is_not_dry(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.producer.mode = PRODUCE_END;
    world_run(&world, 3 * S);
    assert_int_equal(world.run, BJ_RUN_ENDED);
    assert_int_equal(world.errors, 0);
    world_finish(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(running_dry_is_told_at_once_and_then_counted),
        cmocka_unit_test(an_end_is_not_dry),
    };
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
