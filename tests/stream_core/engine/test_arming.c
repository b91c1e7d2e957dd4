/* SPDX-License-Identifier: MIT
 *
 * Light only while armed: arming, disarming, faults and connections, at any moment.
 */
#include "engine_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define S BJ_NS_PER_S

static uint64_t lit_since(const struct engine_world *world, uint64_t from)
{
    uint64_t lit = 0;
    for (uint64_t n = from; n < world->dac.taken; n++) {
        lit += world_tag(&world->dac.log[n]) > 0;
    }
    return lit;
}

static void starts_disarmed_and_dark(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start(&world);
    world_run(&world, S);
    assert_true(world.dac.playing);
    assert_int_equal(lit_since(&world, 0), 0);
    assert_false(world.dac.shutter_open);
    assert_int_equal(world.dac.shutter_calls, 0);
    assert_false(world_stats(&world).armed);
    world_finish(&world);
}

static void disarmed_points_keep_their_places(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start(&world);
    world_run(&world, 100 * MS);
    for (uint64_t n = 1; n < world.dac.taken; n++) {
        assert_true(world.dac.log[n].x != world.dac.log[n - 1].x);
    }
    world_finish(&world);
}

static void arm_lights_up(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    assert_true(world_stats(&world).armed);
    assert_int_equal(world.dac.lit_while_shut, 0);
    world_finish(&world);
}

static void armed_from_the_start_waits_for_the_connection(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.dac.connect_delay_ns = 300 * MS;
    world.config.arm = true;
    world_start(&world);
    world_run(&world, 200 * MS);
    assert_false(world_stats(&world).armed);
    assert_int_equal(world.dac.shutter_calls, 0);
    world_run(&world, 300 * MS);
    assert_true(world_stats(&world).armed);
    assert_true(world.dac.shutter_open);
    assert_int_equal(world.dac.lit_while_shut, 0);
    world_finish(&world);
}

static void start_blank_comes_first(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.safety.start_blank_ns = 10 * MS;
    world_start(&world);
    world_run(&world, 200 * MS);
    bj_stream_arm(world.stream);
    uint64_t from = world.dac.taken;
    world_run(&world, 200 * MS);
    assert_int_equal(lit_since(&world, from), world.dac.taken - from - 300);
    for (uint64_t n = from; n < from + 300; n++) {
        assert_int_equal(world_tag(&world.dac.log[n]), 0);
    }
    world_finish(&world);
}

static void disarm_flushes_at_once(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    uint64_t queued = world.dac.queued;
    assert_true(queued > 1000);
    bj_stream_disarm(world.stream);
    uint64_t from = world.dac.taken;
    world_step(&world);
    assert_false(world.dac.shutter_open);
    assert_int_equal(lit_since(&world, from), 0);
    assert_int_equal(world_stats(&world).flushed_points, queued);
    assert_false(world_stats(&world).armed);
    world_run(&world, S);
    assert_int_equal(lit_since(&world, from), 0);
    assert_true(world.dac.playing); /* dark points flow on */
    world_finish(&world);
}

static void disarm_without_flush_is_dark_within_the_target(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.dac.keeps_queue_on_close = true;
    world_start_lit(&world);
    uint64_t taken = world.dac.taken;
    uint64_t played = world.dac.played;
    bj_stream_disarm(world.stream);
    world_step(&world);
    world_run(&world, 50 * MS); /* the target */
    assert_true(world.dac.played - played >= taken - played);
    assert_int_equal(lit_since(&world, taken), 0);
    world_finish(&world);
}

static void disarm_blanks_what_is_pending(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.dac.write_status = BJ_WOULD_BLOCK;
    world.now_ns += 10 * MS;
    world_step(&world); /* lit points are made and cannot be handed over */
    uint64_t made = world.producer.made;
    bj_stream_disarm(world.stream);
    world_step(&world);
    world.dac.write_status = BJ_OK;
    uint64_t from = world.dac.taken;
    world_step(&world);
    assert_true(world.dac.taken > from);
    assert_true(world.producer.made >= made);
    assert_int_equal(lit_since(&world, from), 0);
    world_finish(&world);
}

static void disarm_then_arm_in_one_breath_still_darkens(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.safety.start_blank_ns = 5 * MS;
    world_start_lit(&world);
    uint32_t calls = world.dac.shutter_calls;
    bj_stream_disarm(world.stream);
    bj_stream_arm(world.stream);
    uint64_t from = world.dac.taken;
    world_step(&world);
    assert_int_equal(world.dac.shutter_calls, calls + 2); /* closed, then open */
    world_run(&world, 100 * MS);
    assert_int_equal(world_tag(&world.dac.log[from]), 0);
    assert_true(lit_since(&world, from) > 0);
    world_finish(&world);
}

static void arm_then_disarm_in_one_breath_stays_dark(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start(&world);
    world_run(&world, 100 * MS);
    bj_stream_arm(world.stream);
    bj_stream_disarm(world.stream);
    world_run(&world, S);
    assert_int_equal(lit_since(&world, 0), 0);
    assert_false(world.dac.shutter_open);
    world_finish(&world);
}

static void arming_twice_is_arming_once(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    uint32_t calls = world.dac.shutter_calls;
    bj_stream_arm(world.stream);
    world_run(&world, 100 * MS);
    assert_int_equal(world.dac.shutter_calls, calls);
    world_finish(&world);
}

static void arm_without_the_dac_is_refused(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.dac.connect_delay_ns = 300 * MS;
    world_start(&world);
    world_run(&world, 100 * MS);
    bj_stream_arm(world.stream);
    world_step(&world);
    assert_int_equal(world.messages, 1);
    assert_non_null(strstr(world.last_message, "not armed: Fake DAC"));
    world_run(&world, S); /* connected meanwhile */
    assert_false(world_stats(&world).armed);
    world.dac.service_status = BJ_DISCONNECTED;
    world_step(&world);
    bj_stream_arm(world.stream); /* while it is away */
    world_step(&world);
    world.dac.service_status = BJ_OK;
    world_run(&world, S);
    assert_int_equal(world_stats(&world).state, BJ_STREAM_STREAMING);
    assert_int_equal(lit_since(&world, 0), 0);
    assert_int_equal(world.dac.shutter_calls, 0);
    world_finish(&world);
}

static void disarm_while_connecting_ends_the_promise(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.dac.connect_delay_ns = 300 * MS;
    world.config.arm = true;
    world_start(&world);
    world_run(&world, 100 * MS);
    bj_stream_disarm(world.stream);
    world_run(&world, S);
    assert_int_equal(lit_since(&world, 0), 0);
    world_finish(&world);
}

static void disarm_at_any_moment_of_a_wait(void **state)
{
    (void)state;
    for (int k = 0; k < 60; k++) {
        struct engine_world world;
        world_init(&world);
        world_start_lit(&world);
        world_run(&world, k * MS / 5);
        bj_stream_disarm(world.stream);
        uint64_t from = world.dac.taken;
        world_step(&world);
        world_run(&world, 200 * MS);
        assert_int_equal(lit_since(&world, from), 0);
        world_finish(&world);
    }
}

/* ---- faults -------------------------------------------------------------------------- */

static void fault_disarms(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.dac.fault = true;
    world_run(&world, 100 * MS);
    assert_int_equal(world_stats(&world).state, BJ_STREAM_FAULT);
    assert_false(world_stats(&world).armed);
    assert_int_equal(world_stats(&world).faults, 1);
    assert_false(world.dac.shutter_open);
    assert_true(world.producer.idle_calls > 0); /* the producer keeps up with time */
    world_finish(&world);
}

static void fault_that_clears_itself_stays_dark(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.dac.fault = true;
    world_run(&world, 100 * MS);
    world.dac.fault = false;
    uint64_t from = world.dac.taken;
    world_step(&world);
    world_run(&world, S);
    assert_int_equal(world_stats(&world).state, BJ_STREAM_STREAMING);
    assert_true(world.dac.playing);
    assert_int_equal(lit_since(&world, from), 0);
    world_finish(&world);
}

/* It came and went between two looks, and only the count tells. */
static void fault_seen_by_its_count_alone_disarms(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.dac.fault_count++;
    world_step(&world);
    assert_false(world_stats(&world).armed);
    assert_false(world.dac.shutter_open);
    assert_int_equal(world_stats(&world).faults, 1);
    assert_int_equal(world_stats(&world).state, BJ_STREAM_STREAMING);
    uint64_t from = world.dac.taken;
    world_run(&world, S);
    assert_true(world.dac.taken > from);
    assert_int_equal(lit_since(&world, from), 0);
    world_finish(&world);
}

static void arm_clears_a_fault(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.dac.fault = true;
    world_run(&world, 100 * MS);
    bj_stream_arm(world.stream);
    world_step(&world);
    world_run(&world, 200 * MS);
    assert_int_equal(world_stats(&world).state, BJ_STREAM_STREAMING);
    assert_true(world_stats(&world).lit);
    world_finish(&world);
}

/* A DAC that is in emergency stop when it is reached for the first time. */
static void arm_from_the_start_clears_a_fault_found_once(void **state)
{
    const struct {
        bool arm, clears, disarmed, armed;
    } rows[] = {
        {true, true, false, true},
        {true, false, false, false},
        {true, true, true, false},
        {false, true, false, false},
    };
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct engine_world world;
        world_init(&world);
        world.config.arm = rows[k].arm;
        world.dac.fault = true;
        world.dac.fault_clears = rows[k].clears;
        world_start(&world);
        if (rows[k].disarmed) {
            bj_stream_disarm(world.stream);
        }
        world_step(&world);
        world_run(&world, 3 * S);
        assert_int_equal(world_stats(&world).armed, rows[k].armed);
        assert_int_equal(world_stats(&world).lit, rows[k].armed);
        assert_int_equal(world_stats(&world).faults, 1);
        world.dac.fault = !rows[k].armed; /* let go by hand, or pressed while it plays */
        world_run(&world, 100 * MS);
        world.dac.fault = rows[k].armed;
        uint64_t from = world.dac.taken;
        world_step(&world);
        world_run(&world, S);
        assert_int_equal(world_stats(&world).armed, false);
        assert_int_equal(lit_since(&world, from), 0);
        world_finish(&world);
    }
}

static void fault_that_outlives_an_arm_disarms_again(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.dac.fault_clears = false;
    world_start_lit(&world);
    world.dac.fault = true;
    world_run(&world, 100 * MS);
    bj_stream_arm(world.stream);
    world_step(&world);
    world_run(&world, 3 * S);
    assert_false(world_stats(&world).armed);
    world.dac.fault = false; /* an interlock closed by hand, much later */
    uint64_t from = world.dac.taken;
    world_step(&world);
    world_run(&world, S);
    assert_int_equal(lit_since(&world, from), 0);
    world_finish(&world);
}

static void a_second_fault_disarms_again(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    for (uint32_t k = 1; k <= 3; k++) {
        world.dac.fault = true;
        world_run(&world, 100 * MS);
        assert_false(world_stats(&world).armed);
        assert_int_equal(world_stats(&world).faults, k);
        bj_stream_arm(world.stream);
        world_step(&world);
        world_run(&world, 200 * MS);
        assert_true(world_stats(&world).lit);
    }
    world_finish(&world);
}

/* ---- connections --------------------------------------------------------------------- */

static void unconnected_position_is_dark(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.safety.settle_ns = 0;
    world_start_lit(&world);
    bj_stream_connections(world.stream, false, 0);
    uint64_t from = world.dac.taken;
    world_step(&world);
    world_run(&world, S);
    assert_int_equal(lit_since(&world, from), 0);
    bj_stream_connections(world.stream, true, 0);
    world_run(&world, S);
    assert_true(lit_since(&world, from) > 0);
    world_finish(&world);
}

static void settle_and_lag_are_dark(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.safety.settle_ns = 20 * MS;
    world_start_lit(&world);
    bj_stream_connections(world.stream, true, 30 * MS);
    uint64_t from = world.dac.taken;
    world_step(&world);
    world_run(&world, S);
    assert_int_equal(lit_since(&world, from), world.dac.taken - from - 1500);
    for (uint64_t n = from; n < from + 1500; n++) {
        assert_int_equal(world_tag(&world.dac.log[n]), 0);
    }
    world_finish(&world);
}

static void losing_the_position_blanks_what_is_pending(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.dac.write_status = BJ_WOULD_BLOCK;
    world.now_ns += 10 * MS;
    world_step(&world);
    bj_stream_connections(world.stream, false, 0);
    uint64_t from = world.dac.taken;
    world.dac.write_status = BJ_OK;
    world_step(&world);
    assert_true(world.dac.taken > from);
    assert_int_equal(lit_since(&world, from), 0);
    world_finish(&world);
}

static void many_changes_settle_anew(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.safety.settle_ns = 50 * MS;
    world_start_lit(&world);
    uint64_t from = world.dac.taken;
    for (int k = 0; k < 100; k++) {
        bj_stream_connections(world.stream, true, 0);
        world_step(&world);
        world_run(&world, 20 * MS);
    }
    assert_int_equal(lit_since(&world, from), 0);
    world_finish(&world);
}

/* ---- from other threads -------------------------------------------------------------- */

struct finger {
    struct bj_stream *stream;
    int presses;
};

static void *press_disarm(void *user)
{
    struct finger *finger = user;
    for (int k = 0; k < finger->presses; k++) {
        bj_stream_arm(finger->stream);
        bj_stream_disarm(finger->stream);
    }
    return NULL;
}

/* Two threads arm and disarm while the engine steps; each ends with a disarm. */
static void ends_dark_whoever_pressed(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start(&world);
    world_run(&world, 100 * MS);
    struct finger finger = {.stream = world.stream, .presses = 2000};
    pthread_t a, b;
    assert_int_equal(pthread_create(&a, NULL, press_disarm, &finger), 0);
    assert_int_equal(pthread_create(&b, NULL, press_disarm, &finger), 0);
    for (int k = 0; k < 2000; k++) {
        world.now_ns += MS / 10;
        world_step(&world);
    }
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    world_step(&world);
    uint64_t from = world.dac.taken;
    world_run(&world, S);
    assert_int_equal(lit_since(&world, from), 0);
    assert_false(world.dac.shutter_open);
    assert_int_equal(world.dac.lit_while_shut, 0);
    world_finish(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_disarmed_and_dark),
        cmocka_unit_test(disarmed_points_keep_their_places),
        cmocka_unit_test(arm_lights_up),
        cmocka_unit_test(armed_from_the_start_waits_for_the_connection),
        cmocka_unit_test(start_blank_comes_first),
        cmocka_unit_test(disarm_flushes_at_once),
        cmocka_unit_test(disarm_without_flush_is_dark_within_the_target),
        cmocka_unit_test(disarm_blanks_what_is_pending),
        cmocka_unit_test(disarm_then_arm_in_one_breath_still_darkens),
        cmocka_unit_test(arm_then_disarm_in_one_breath_stays_dark),
        cmocka_unit_test(arming_twice_is_arming_once),
        cmocka_unit_test(arm_without_the_dac_is_refused),
        cmocka_unit_test(disarm_while_connecting_ends_the_promise),
        cmocka_unit_test(disarm_at_any_moment_of_a_wait),
        cmocka_unit_test(fault_disarms),
        cmocka_unit_test(fault_that_clears_itself_stays_dark),
        cmocka_unit_test(fault_seen_by_its_count_alone_disarms),
        cmocka_unit_test(arm_clears_a_fault),
        cmocka_unit_test(arm_from_the_start_clears_a_fault_found_once),
        cmocka_unit_test(fault_that_outlives_an_arm_disarms_again),
        cmocka_unit_test(a_second_fault_disarms_again),
        cmocka_unit_test(unconnected_position_is_dark),
        cmocka_unit_test(settle_and_lag_are_dark),
        cmocka_unit_test(losing_the_position_blanks_what_is_pending),
        cmocka_unit_test(many_changes_settle_anew),
        cmocka_unit_test(ends_dark_whoever_pressed),
    };
    return cmocka_run_group_tests_name("arming", tests, NULL, NULL);
}
