/* SPDX-License-Identifier: MIT
 *
 * The public handle: what it accepts, and the thin loop around a step.
 */
#include "engine_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS

static enum bj_status create(struct engine_world *world)
{
    enum bj_status status = bj_stream_create(&world->config, &world->stream);
    assert_int_equal(status == BJ_OK, world->stream != NULL);
    return status;
}

static void rates_outside_the_device_are_refused(void **state)
{
    (void)state;
    const struct {
        uint32_t pps;
        enum bj_status status;
    } rates[] = {{999, BJ_BAD_ARGUMENT},    {1000, BJ_OK}, {100000, BJ_OK},
                 {100001, BJ_BAD_ARGUMENT}, {0, BJ_OK},    {UINT32_MAX, BJ_BAD_ARGUMENT}};
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        struct engine_world world;
        world_init(&world);
        world.config.pps = rates[k].pps;
        assert_int_equal(create(&world), rates[k].status);
        world_finish(&world);
    }
}

static void zero_means_the_devices_rate(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    assert_int_equal(create(&world), BJ_OK);
    assert_int_equal(world_stats(&world).pps, 30000);
    world_finish(&world);
}

static void a_device_without_a_rate_wants_one(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.dac.caps.default_pps = 0;
    assert_int_equal(create(&world), BJ_BAD_ARGUMENT);
    world_finish(&world);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.config.target_buffer_ns = 10 * MS;
    world.config.min_buffer_ns = 11 * MS;
    assert_int_equal(create(&world), BJ_BAD_ARGUMENT);
    world.config.target_buffer_ns = -1;
    world.config.min_buffer_ns = 0;
    assert_int_equal(create(&world), BJ_BAD_ARGUMENT);
    world.config.target_buffer_ns = 0;
    world.config.drain_timeout_ns = -1;
    assert_int_equal(create(&world), BJ_BAD_ARGUMENT);
    world.config.drain_timeout_ns = 0;
    world.config.fill = NULL;
    assert_int_equal(create(&world), BJ_BAD_ARGUMENT);
    world_finish(&world);
}

static void a_refused_stream_finishes_its_driver(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.config.pps = 1;
    assert_int_equal(create(&world), BJ_BAD_ARGUMENT);
    assert_int_equal(world.dac.finishes, 1);
    assert_int_equal(world.dac.connects, 0);
    world_finish(&world);
}

static void creating_touches_nothing(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    assert_int_equal(create(&world), BJ_OK);
    assert_int_equal(world.dac.connects, 0);
    assert_int_equal(world_stats(&world).state, BJ_STREAM_CONNECTING);
    assert_string_equal(bj_stream_dac_name(world.stream), "Fake DAC");
    world_finish(&world);
}

static void destroying_nothing_is_fine(void **state)
{
    (void)state;
    bj_stream_destroy(NULL);
}

static void a_new_shape_takes_effect(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    struct bj_shape shape = bj_shape_neutral();
    shape.gain_x = 0;
    bj_stream_set_shape(world.stream, &shape);
    uint64_t from = world.dac.taken;
    world_run(&world, 100 * MS);
    for (uint64_t n = from; n < world.dac.taken; n++) {
        assert_true(world.dac.log[n].x == 0.0f);
    }
    assert_true(world.dac.taken > from);
    world_finish(&world);
}

/* A shape cannot get past the safety stage. */
static void a_wild_shape_stays_within_bounds(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.config.shape.gain_x = 1e30f;
    world.config.shape.offset_y = -5;
    world.config.shape.gain_r = 1e30f;
    world.config.arm = true;
    world_start(&world);
    world_run(&world, 200 * MS);
    assert_true(world_stats(&world).lit);
    for (uint64_t n = 0; n < world.dac.taken; n++) {
        struct bj_point point = world.dac.log[n];
        assert_true(point.x >= -1 && point.x <= 1 && point.y >= -1 && point.y <= 1);
    }
    world_finish(&world);
}

/* ---- the loop around a step -------------------------------------------------------------------- */

struct clockwork {
    struct engine_world *world;
    int64_t now_ns;
    int waits, wakes;
    int stop_after;
};

static int64_t now(void *user)
{
    return ((struct clockwork *)user)->now_ns;
}

static void wait(void *user, const struct bj_wait *wait)
{
    struct clockwork *clockwork = user;
    clockwork->waits++;
    if (clockwork->waits == clockwork->stop_after) {
        bj_stream_stop(clockwork->world->stream);
        return;
    }
    assert_true(wait->deadline_ns != BJ_NEVER);
    if (wait->deadline_ns > clockwork->now_ns) {
        clockwork->now_ns = wait->deadline_ns;
    }
}

static void wake(void *user)
{
    ((struct clockwork *)user)->wakes++;
}

static struct bj_host host_of(struct clockwork *clockwork)
{
    return (struct bj_host){.now_ns = now, .wait = wait, .wake = wake, .user = clockwork};
}

static void run_fill_runs_until_stopped(void **state)
{
    (void)state;
    struct engine_world world;
    struct clockwork clockwork = {
        .world = &world, .now_ns = BJ_NS_PER_S, .stop_after = 500};
    world_init(&world);
    world.config.host = host_of(&clockwork);
    assert_int_equal(create(&world), BJ_OK);
    assert_int_equal(bj_stream_run_fill(world.stream), BJ_RUN_STOPPED);
    assert_true(clockwork.wakes > 0);
    assert_true(world.dac.played > 10000);
    world_finish(&world);
}

static void run_fill_runs_until_the_end(void **state)
{
    (void)state;
    struct engine_world world;
    struct clockwork clockwork = {.world = &world, .now_ns = BJ_NS_PER_S};
    world_init(&world);
    world.producer.end_after = 50000;
    world.config.host = host_of(&clockwork);
    assert_int_equal(create(&world), BJ_OK);
    assert_int_equal(bj_stream_run_fill(world.stream), BJ_RUN_ENDED);
    assert_int_equal(world.dac.played, world.dac.taken);
    world_finish(&world);
}

static void run_fill_says_when_the_dac_is_gone(void **state)
{
    (void)state;
    struct engine_world world;
    struct clockwork clockwork = {.world = &world, .now_ns = BJ_NS_PER_S};
    world_init(&world);
    world.config.reconnect = false;
    world.dac.connect_status = BJ_REFUSED;
    world.config.host = host_of(&clockwork);
    assert_int_equal(create(&world), BJ_OK);
    assert_int_equal(bj_stream_run_fill(world.stream), BJ_RUN_DISCONNECTED);
    world_finish(&world);
}

static void every_control_wakes(void **state)
{
    (void)state;
    struct engine_world world;
    struct clockwork clockwork = {.world = &world};
    struct bj_shape shape = bj_shape_neutral();
    world_init(&world);
    world.config.host = host_of(&clockwork);
    assert_int_equal(create(&world), BJ_OK);
    bj_stream_arm(world.stream);
    bj_stream_disarm(world.stream);
    bj_stream_connections(world.stream, true, 0);
    bj_stream_set_shape(world.stream, &shape);
    bj_stream_wake(world.stream);
    bj_stream_stop(world.stream);
    assert_int_equal(clockwork.wakes, 6);
    world_finish(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_outside_the_device_are_refused),
        cmocka_unit_test(zero_means_the_devices_rate),
        cmocka_unit_test(a_device_without_a_rate_wants_one),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(a_refused_stream_finishes_its_driver),
        cmocka_unit_test(creating_touches_nothing),
        cmocka_unit_test(destroying_nothing_is_fine),
        cmocka_unit_test(a_new_shape_takes_effect),
        cmocka_unit_test(a_wild_shape_stays_within_bounds),
        cmocka_unit_test(run_fill_runs_until_stopped),
        cmocka_unit_test(run_fill_runs_until_the_end),
        cmocka_unit_test(run_fill_says_when_the_dac_is_gone),
        cmocka_unit_test(every_control_wakes),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
