/* SPDX-License-Identifier: MIT
 *
 * Who is away for over a second costs the light: the program, the device.
 */
#include "engine_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define S BJ_NS_PER_S

enum absent { STEPS, POINTS };

struct row {
    const char *name;
    enum absent who;
    int64_t away_ns;
    bool rearm, armed;
    const char *messages;
};

static const struct row rows[] = {
    {"steps, short", STEPS, 999 * MS, false, true, NULL},
    {"steps", STEPS, 1001 * MS, false, false, "this program stood still"},
    {"steps, rearm", STEPS, 1001 * MS, true, true, "still armed"},
    {"steps, a night", STEPS, 10 * 3600 * S, false, false, "for 36000.0 s; disarmed"},
    {"steps, a year", STEPS, 366 * 24 * 3600 * S, false, false, "disarmed"},
    {"points, short", POINTS, 950 * MS, false, true, NULL},
    {"points", POINTS, 1050 * MS, false, false, "took no points"},
    {"points, rearm", POINTS, 1050 * MS, true, true, "took no points"},
};

static uint64_t lit_since(const struct engine_world *world, uint64_t from)
{
    uint64_t lit = 0;
    for (uint64_t n = from; n < world->dac.taken; n++) {
        lit += world_tag(&world->dac.log[n]) > 0;
    }
    return lit;
}

static void be_away(struct engine_world *world, const struct row *row)
{
    if (row->who == STEPS) {
        world->now_ns += row->away_ns;
        return;
    }
    world->dac.write_status = BJ_WOULD_BLOCK;
    world_run(world, row->away_ns);
    world->dac.write_status = BJ_OK;
}

static void an_absence_costs_the_light(void **state)
{
    const struct row *row = *state;
    struct engine_world world;
    world_init(&world);
    world.config.rearm = row->rearm;
    world_start_lit(&world);
    uint32_t messages = world.messages;
    be_away(&world, row);
    uint64_t from = world.dac.taken;
    world_step(&world);
    world_run(&world, S);
    assert_int_equal(world_stats(&world).armed, row->armed);
    assert_int_equal(lit_since(&world, from) > 0, row->armed);
    assert_int_equal(world.messages - messages, row->messages ? 1 : 0); /* once */
    if (row->messages) {
        assert_non_null(strstr(world.last_message, row->messages));
    }
    bj_stream_arm(world.stream);
    world_step(&world);
    world_run(&world, 3 * S);
    assert_true(world_stats(&world).lit); /* until the next time */
    world_finish(&world);
}

/* Words are for what was lost. */
static void nobody_is_told_in_the_dark(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start(&world);
    world_run(&world, 200 * MS);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        be_away(&world, &rows[k]);
        world_step(&world);
        world_run(&world, S);
    }
    assert_int_equal(world.messages, 0);
    world_finish(&world);
}

static void an_arm_typed_meanwhile_counts_no_more(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start(&world);
    world_run(&world, 200 * MS);
    bj_stream_arm(world.stream);
    world.now_ns += 2 * S;
    world_step(&world);
    world_run(&world, S);
    assert_int_equal(lit_since(&world, 0), 0);
    world_finish(&world);
}

/* A promise of the first start is one of these; the DAC comes later. */
static void a_stall_ends_the_promise(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.config.arm = true;
    world.dac.connect_delay_ns = 5 * S;
    world_start(&world);
    world_run(&world, 2 * S);
    world.now_ns += 2 * S;
    world_step(&world);
    world_run(&world, 5 * S);
    assert_int_equal(world_stats(&world).state, BJ_STREAM_STREAMING);
    assert_int_equal(lit_since(&world, 0), 0);
    world_finish(&world);
}

/* Else nobody could tell a gap. */
static void steps_are_asked_for_all_the_time(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.dac.connect_delay_ns = 5 * S;
    world_start(&world);
    for (int k = 0; k < 400; k++) {
        world.dac.never_begins = k > 100;
        world.dac.fault = k > 200;
        world.dac.service_status = k > 300 ? BJ_DISCONNECTED : BJ_OK;
        world_step(&world);
        assert_true(world.wait.deadline_ns <= world.now_ns + 300 * MS);
        world_run(&world, 50 * MS);
    }
    world_finish(&world);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(nobody_is_told_in_the_dark),
        cmocka_unit_test(an_arm_typed_meanwhile_counts_no_more),
        cmocka_unit_test(a_stall_ends_the_promise),
        cmocka_unit_test(steps_are_asked_for_all_the_time),
    };
    enum { ROWS = sizeof rows / sizeof *rows, OTHERS = sizeof others / sizeof *others };
    struct CMUnitTest tests[ROWS + OTHERS];
    for (size_t k = 0; k < ROWS; k++) {
        const struct row *row = &rows[k];
        tests[k] =
            (struct CMUnitTest){.name = row->name, .test_func = an_absence_costs_the_light};
        memcpy(&tests[k].initial_state, &row, sizeof row);
    }
    memcpy(tests + ROWS, others, sizeof others);
    return _cmocka_run_group_tests("absence", tests, ROWS + OTHERS, NULL, NULL);
}
