/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "engine_world.h"

#define MS BJ_NS_PER_MS
#define S BJ_NS_PER_S

/* ---- producers of one colour at one place ---- */

static struct bj_fill_result fill_one(const struct bj_fill_request *request,
                                      struct bj_point *points, float colour)
{
    for (uint32_t k = 0; k < request->target_points; k++) {
        points[k] = (struct bj_point){.g = colour, .i = 1};
    }
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static struct bj_fill_result fill_resting(void *user, const struct bj_fill_request *request,
                                          struct bj_point *points)
{
    (void)user;
    return fill_one(request, points, 1);
}

static struct bj_fill_result fill_dark(void *user, const struct bj_fill_request *request,
                                       struct bj_point *points)
{
    (void)user;
    return fill_one(request, points, 0);
}

/* ---- what becomes of a stream that was lit ---- */

static void stay(struct engine_world *world)
{
    world_run(world, 300 * MS);
}

static void disarm(struct engine_world *world)
{
    bj_stream_disarm(world->stream);
    world_step(world);
}

static void disarm_and_stream(struct engine_world *world)
{
    disarm(world);
    world_run(world, 300 * MS);
}

static void disconnect_position(struct engine_world *world)
{
    bj_stream_connections(world->stream, false, 0);
    world_step(world);
    world_run(world, 300 * MS);
}

static void change_connections(struct engine_world *world)
{
    disconnect_position(world);
    bj_stream_connections(world->stream, true, 0);
    world_step(world);
    world_run(world, 50 * MS);
}

static void starve(struct engine_world *world)
{
    world->producer.mode = PRODUCE_STARVED;
    world_run(world, 300 * MS);
}

static void empty_the_queue(struct engine_world *world)
{
    world->dac.write_status = BJ_WOULD_BLOCK;
    world->dac.queued = 0;
    world->dac.playing = false;
    world->dac.base->events->emptied(world->dac.base->engine, 10, false);
    world_step(world);
}

/* By our own count; the device says nothing. */
static void run_dry(struct engine_world *world)
{
    world->dac.write_status = BJ_WOULD_BLOCK;
    world_run(world, 60 * MS);
    world_step(world);
}

static void fault(struct engine_world *world)
{
    world->dac.fault = true;
    world_run(world, 100 * MS);
}

static void fault_and_recover(struct engine_world *world)
{
    fault(world);
    world->dac.fault = false;
    world_step(world);
    world_run(world, 100 * MS);
}

static void lose(struct engine_world *world)
{
    world->dac.service_status = BJ_DISCONNECTED;
    world_run(world, 100 * MS);
}

static void lose_and_come_back(struct engine_world *world)
{
    lose(world);
    world->dac.service_status = BJ_OK;
    world_run(world, 3 * S);
}

static void stop(struct engine_world *world)
{
    world->dac.confirms_stop = false;
    bj_stream_stop(world->stream);
    world_step(world);
}

static void stop_and_end(struct engine_world *world)
{
    stop(world);
    world_run(world, S);
}

static void drain(struct engine_world *world)
{
    world->producer.mode = PRODUCE_END;
    world_run(world, 30 * MS);
}

static void drain_and_end(struct engine_world *world)
{
    world->producer.mode = PRODUCE_END;
    world_run(world, 2 * S);
}

struct row {
    const char *name;
    void (*then)(struct engine_world *world);
    enum bj_stream_state state;
    enum bj_dark dark;
};

static const struct row rows[] = {
    {"streaming", stay, BJ_STREAM_STREAMING, BJ_DARK_NO},
    {"disarmed", disarm, BJ_STREAM_STREAMING, BJ_DARK_DISARMED},
    {"disarmed for a while", disarm_and_stream, BJ_STREAM_STREAMING, BJ_DARK_DISARMED},
    {"position unconnected", disconnect_position, BJ_STREAM_STREAMING, BJ_DARK_UNCONNECTED},
    {"position connected anew", change_connections, BJ_STREAM_STREAMING, BJ_DARK_SETTLING},
    {"starved", starve, BJ_STREAM_STREAMING, BJ_DARK_SILENCE},
    {"queue emptied", empty_the_queue, BJ_STREAM_STREAMING, BJ_DARK_SETTLING},
    {"fault", fault, BJ_STREAM_FAULT, BJ_DARK_FAULT},
    {"fault over", fault_and_recover, BJ_STREAM_STREAMING, BJ_DARK_DISARMED},
    {"lost", lose, BJ_STREAM_RECONNECTING, BJ_DARK_AWAY},
    {"back", lose_and_come_back, BJ_STREAM_STREAMING, BJ_DARK_DISARMED},
    {"stopping", stop, BJ_STREAM_CLOSING, BJ_DARK_DISARMED},
    {"stopped", stop_and_end, BJ_STREAM_DONE, BJ_DARK_AWAY},
    {"draining", drain, BJ_STREAM_DRAINING, BJ_DARK_SILENCE},
    {"drained", drain_and_end, BJ_STREAM_DONE, BJ_DARK_AWAY},
};

static void expect(const struct engine_world *world, const char *name, enum bj_dark dark)
{
    struct bj_stats stats = world_stats(world);
    if (stats.dark != dark || stats.lit != (dark == BJ_DARK_NO)) {
        fail_msg("%s: lit %d, \"%s\" instead of \"%s\"", name, stats.lit,
                 bj_dark_text(stats.dark), bj_dark_text(dark));
    }
}

static void says_why_nothing_lit_leaves_in_every_state(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct engine_world world;
        world_init(&world);
        world_start_lit(&world);
        expect(&world, "lit", BJ_DARK_NO);
        rows[k].then(&world);
        assert_int_equal(world_stats(&world).state, rows[k].state);
        expect(&world, rows[k].name, rows[k].dark);
        world_finish(&world);
    }
}

static void begins_away_then_disarmed_then_settling(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.dac.connect_delay_ns = 20 * MS;
    world.safety.start_blank_ns = 200 * MS;
    world_start(&world);
    expect(&world, "created", BJ_DARK_AWAY);
    world_run(&world, 10 * MS);
    expect(&world, "connecting", BJ_DARK_AWAY);
    world_run(&world, 100 * MS);
    expect(&world, "connected", BJ_DARK_DISARMED);
    bj_stream_arm(world.stream);
    world_step(&world);
    expect(&world, "armed", BJ_DARK_SETTLING);
    world_run(&world, 100 * MS);
    expect(&world, "start blank", BJ_DARK_SETTLING);
    world_run(&world, 300 * MS);
    expect(&world, "lit", BJ_DARK_NO);
    world_finish(&world);
}

static void tells_rest_darkness_and_silence_of_a_source_apart(void **state)
{
    (void)state;
    const struct {
        const char *name;
        bj_fill_fn fill;
        enum bj_dark dark;
    } sources[] = {{"resting", fill_resting, BJ_DARK_DWELL},
                   {"dark", fill_dark, BJ_DARK_SOURCE}};
    for (size_t k = 0; k < sizeof sources / sizeof *sources; k++) {
        struct engine_world world;
        world_init(&world);
        world.config.fill = sources[k].fill;
        world_start(&world);
        world_run(&world, 100 * MS);
        bj_stream_arm(world.stream);
        world_step(&world);
        world_run(&world, 300 * MS);
        expect(&world, sources[k].name, sources[k].dark);
        world_finish(&world);
    }
}

static void a_silent_device_that_ran_dry_by_our_count_is_dark(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.dac.caps.reports_level = false;
    world.dac.speed = 0.5;
    world_start_lit(&world);
    run_dry(&world);
    assert_true(world.dac.playing);
    expect(&world, "dry", BJ_DARK_SILENCE);
    world_finish(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_why_nothing_lit_leaves_in_every_state),
        cmocka_unit_test(begins_away_then_disarmed_then_settling),
        cmocka_unit_test(tells_rest_darkness_and_silence_of_a_source_apart),
        cmocka_unit_test(a_silent_device_that_ran_dry_by_our_count_is_dark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
