/* SPDX-License-Identifier: MIT
 *
 * Light only while armed: arming, disarming, faults and connections, at any moment.
 */
#include "engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define S BJ_NS_PER_S

static uint64_t lit_since(const struct engine_fixture *fixture, uint64_t from)
{
    uint64_t lit = 0;
    for (uint64_t n = from; n < fixture->dac.taken; n++) {
        lit += fixture_tag(&fixture->dac.log[n]) > 0;
    }
    return lit;
}

static void starts_disarmed_and_dark(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start(&fixture);
    fixture_run(&fixture, S);
    assert_true(fixture.dac.playing);
    assert_int_equal(lit_since(&fixture, 0), 0);
    assert_false(fixture.dac.shutter_open);
    assert_int_equal(fixture.dac.shutter_calls, 0);
    assert_false(fixture_stats(&fixture).armed);
    fixture_finish(&fixture);
}

static void disarmed_points_keep_their_places(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start(&fixture);
    fixture_run(&fixture, 100 * MS);
    for (uint64_t n = 1; n < fixture.dac.taken; n++) {
        assert_true(fixture.dac.log[n].x != fixture.dac.log[n - 1].x);
    }
    fixture_finish(&fixture);
}

static void arm_lights_up(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    assert_true(fixture_stats(&fixture).armed);
    assert_int_equal(fixture.dac.lit_while_shut, 0);
    fixture_finish(&fixture);
}

static void armed_from_the_start_waits_for_the_connection(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.dac.connect_delay_ns = 300 * MS;
    fixture.config.arm = true;
    fixture_start(&fixture);
    fixture_run(&fixture, 200 * MS);
    assert_false(fixture_stats(&fixture).armed);
    assert_int_equal(fixture.dac.shutter_calls, 0);
    fixture_run(&fixture, 300 * MS);
    assert_true(fixture_stats(&fixture).armed);
    assert_true(fixture.dac.shutter_open);
    assert_int_equal(fixture.dac.lit_while_shut, 0);
    fixture_finish(&fixture);
}

static void start_blank_comes_first(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.safety.start_blank_ns = 10 * MS;
    fixture_start(&fixture);
    fixture_run(&fixture, 200 * MS);
    bj_stream_arm(fixture.stream);
    uint64_t from = fixture.dac.taken;
    fixture_run(&fixture, 200 * MS);
    assert_int_equal(lit_since(&fixture, from), fixture.dac.taken - from - 300);
    for (uint64_t n = from; n < from + 300; n++) {
        assert_int_equal(fixture_tag(&fixture.dac.log[n]), 0);
    }
    fixture_finish(&fixture);
}

static void disarm_flushes_at_once(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    uint64_t queued = fixture.dac.queued;
    assert_true(queued > 1000);
    bj_stream_disarm(fixture.stream);
    uint64_t from = fixture.dac.taken;
    fixture_step(&fixture);
    assert_false(fixture.dac.shutter_open);
    assert_int_equal(lit_since(&fixture, from), 0);
    assert_int_equal(fixture_stats(&fixture).flushed_points, queued);
    assert_false(fixture_stats(&fixture).armed);
    fixture_run(&fixture, S);
    assert_int_equal(lit_since(&fixture, from), 0);
    assert_true(fixture.dac.playing); /* dark points flow on */
    fixture_finish(&fixture);
}

static void disarm_without_flush_is_dark_within_the_target(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.dac.keeps_queue_on_close = true;
    fixture_start_lit(&fixture);
    uint64_t taken = fixture.dac.taken;
    uint64_t played = fixture.dac.played;
    bj_stream_disarm(fixture.stream);
    fixture_step(&fixture);
    fixture_run(&fixture, 50 * MS); /* the target */
    assert_true(fixture.dac.played - played >= taken - played);
    assert_int_equal(lit_since(&fixture, taken), 0);
    fixture_finish(&fixture);
}

static void disarm_blanks_what_is_pending(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.write_status = BJ_WOULD_BLOCK;
    fixture.now_ns += 10 * MS;
    fixture_step(&fixture); /* lit points are made and cannot be handed over */
    uint64_t made = fixture.producer.made;
    bj_stream_disarm(fixture.stream);
    fixture_step(&fixture);
    fixture.dac.write_status = BJ_OK;
    uint64_t from = fixture.dac.taken;
    fixture_step(&fixture);
    assert_true(fixture.dac.taken > from);
    assert_true(fixture.producer.made >= made);
    assert_int_equal(lit_since(&fixture, from), 0);
    fixture_finish(&fixture);
}

static void disarm_then_arm_in_one_breath_still_darkens(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.safety.start_blank_ns = 5 * MS;
    fixture_start_lit(&fixture);
    uint32_t calls = fixture.dac.shutter_calls;
    bj_stream_disarm(fixture.stream);
    bj_stream_arm(fixture.stream);
    uint64_t from = fixture.dac.taken;
    fixture_step(&fixture);
    assert_int_equal(fixture.dac.shutter_calls, calls + 2); /* closed, then open */
    fixture_run(&fixture, 100 * MS);
    assert_int_equal(fixture_tag(&fixture.dac.log[from]), 0);
    assert_true(lit_since(&fixture, from) > 0);
    fixture_finish(&fixture);
}

static void arm_then_disarm_in_one_breath_stays_dark(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start(&fixture);
    fixture_run(&fixture, 100 * MS);
    bj_stream_arm(fixture.stream);
    bj_stream_disarm(fixture.stream);
    fixture_run(&fixture, S);
    assert_int_equal(lit_since(&fixture, 0), 0);
    assert_false(fixture.dac.shutter_open);
    fixture_finish(&fixture);
}

static void arming_twice_is_arming_once(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    uint32_t calls = fixture.dac.shutter_calls;
    bj_stream_arm(fixture.stream);
    fixture_run(&fixture, 100 * MS);
    assert_int_equal(fixture.dac.shutter_calls, calls);
    fixture_finish(&fixture);
}

static void arm_without_the_dac_is_refused(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.dac.connect_delay_ns = 300 * MS;
    fixture_start(&fixture);
    fixture_run(&fixture, 100 * MS);
    bj_stream_arm(fixture.stream);
    fixture_step(&fixture);
    assert_int_equal(fixture.messages, 1);
    assert_non_null(strstr(fixture.last_message, "not armed: Fake DAC"));
    fixture_run(&fixture, S); /* connected meanwhile */
    assert_false(fixture_stats(&fixture).armed);
    fixture.dac.service_status = BJ_DISCONNECTED;
    fixture_step(&fixture);
    bj_stream_arm(fixture.stream); /* while it is away */
    fixture_step(&fixture);
    fixture.dac.service_status = BJ_OK;
    fixture_run(&fixture, S);
    assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_STREAMING);
    assert_int_equal(lit_since(&fixture, 0), 0);
    assert_int_equal(fixture.dac.shutter_calls, 0);
    fixture_finish(&fixture);
}

static void disarm_while_connecting_ends_the_promise(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.dac.connect_delay_ns = 300 * MS;
    fixture.config.arm = true;
    fixture_start(&fixture);
    fixture_run(&fixture, 100 * MS);
    bj_stream_disarm(fixture.stream);
    fixture_run(&fixture, S);
    assert_int_equal(lit_since(&fixture, 0), 0);
    fixture_finish(&fixture);
}

static void disarm_at_any_moment_of_a_wait(void **state)
{
    (void)state;
    for (int k = 0; k < 60; k++) {
        struct engine_fixture fixture;
        fixture_init(&fixture);
        fixture_start_lit(&fixture);
        fixture_run(&fixture, k * MS / 5);
        bj_stream_disarm(fixture.stream);
        uint64_t from = fixture.dac.taken;
        fixture_step(&fixture);
        fixture_run(&fixture, 200 * MS);
        assert_int_equal(lit_since(&fixture, from), 0);
        fixture_finish(&fixture);
    }
}

/* ---- faults -------------------------------------------------------------------------- */

static void fault_disarms(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.fault = true;
    fixture_run(&fixture, 100 * MS);
    assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_FAULT);
    assert_false(fixture_stats(&fixture).armed);
    assert_int_equal(fixture_stats(&fixture).faults, 1);
    assert_false(fixture.dac.shutter_open);
    assert_true(fixture.producer.idle_calls > 0); /* the producer keeps up with time */
    fixture_finish(&fixture);
}

static void fault_that_clears_itself_stays_dark(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.fault = true;
    fixture_run(&fixture, 100 * MS);
    fixture.dac.fault = false;
    uint64_t from = fixture.dac.taken;
    fixture_step(&fixture);
    fixture_run(&fixture, S);
    assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_STREAMING);
    assert_true(fixture.dac.playing);
    assert_int_equal(lit_since(&fixture, from), 0);
    fixture_finish(&fixture);
}

/* It came and went between two looks, and only the count tells. */
static void fault_seen_by_its_count_alone_disarms(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.fault_count++;
    fixture_step(&fixture);
    assert_false(fixture_stats(&fixture).armed);
    assert_false(fixture.dac.shutter_open);
    assert_int_equal(fixture_stats(&fixture).faults, 1);
    assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_STREAMING);
    uint64_t from = fixture.dac.taken;
    fixture_run(&fixture, S);
    assert_true(fixture.dac.taken > from);
    assert_int_equal(lit_since(&fixture, from), 0);
    fixture_finish(&fixture);
}

static void arm_clears_a_fault(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.fault = true;
    fixture_run(&fixture, 100 * MS);
    bj_stream_arm(fixture.stream);
    fixture_step(&fixture);
    fixture_run(&fixture, 200 * MS);
    assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_STREAMING);
    assert_true(fixture_stats(&fixture).lit);
    fixture_finish(&fixture);
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
        struct engine_fixture fixture;
        fixture_init(&fixture);
        fixture.config.arm = rows[k].arm;
        fixture.dac.fault = true;
        fixture.dac.fault_clears = rows[k].clears;
        fixture_start(&fixture);
        if (rows[k].disarmed) {
            bj_stream_disarm(fixture.stream);
        }
        fixture_step(&fixture);
        fixture_run(&fixture, 3 * S);
        assert_int_equal(fixture_stats(&fixture).armed, rows[k].armed);
        assert_int_equal(fixture_stats(&fixture).lit, rows[k].armed);
        assert_int_equal(fixture_stats(&fixture).faults, 1);
        fixture.dac.fault = !rows[k].armed; /* let go by hand, or pressed while it plays */
        fixture_run(&fixture, 100 * MS);
        fixture.dac.fault = rows[k].armed;
        uint64_t from = fixture.dac.taken;
        fixture_step(&fixture);
        fixture_run(&fixture, S);
        assert_int_equal(fixture_stats(&fixture).armed, false);
        assert_int_equal(lit_since(&fixture, from), 0);
        fixture_finish(&fixture);
    }
}

static void fault_that_outlives_an_arm_disarms_again(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.dac.fault_clears = false;
    fixture_start_lit(&fixture);
    fixture.dac.fault = true;
    fixture_run(&fixture, 100 * MS);
    bj_stream_arm(fixture.stream);
    fixture_step(&fixture);
    fixture_run(&fixture, 3 * S);
    assert_false(fixture_stats(&fixture).armed);
    fixture.dac.fault = false; /* an interlock closed by hand, much later */
    uint64_t from = fixture.dac.taken;
    fixture_step(&fixture);
    fixture_run(&fixture, S);
    assert_int_equal(lit_since(&fixture, from), 0);
    fixture_finish(&fixture);
}

static void a_second_fault_disarms_again(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    for (uint32_t k = 1; k <= 3; k++) {
        fixture.dac.fault = true;
        fixture_run(&fixture, 100 * MS);
        assert_false(fixture_stats(&fixture).armed);
        assert_int_equal(fixture_stats(&fixture).faults, k);
        bj_stream_arm(fixture.stream);
        fixture_step(&fixture);
        fixture_run(&fixture, 200 * MS);
        assert_true(fixture_stats(&fixture).lit);
    }
    fixture_finish(&fixture);
}

/* ---- connections --------------------------------------------------------------------- */

static void unconnected_position_is_dark(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.safety.settle_ns = 0;
    fixture_start_lit(&fixture);
    bj_stream_connections(fixture.stream, false, 0);
    uint64_t from = fixture.dac.taken;
    fixture_step(&fixture);
    fixture_run(&fixture, S);
    assert_int_equal(lit_since(&fixture, from), 0);
    bj_stream_connections(fixture.stream, true, 0);
    fixture_run(&fixture, S);
    assert_true(lit_since(&fixture, from) > 0);
    fixture_finish(&fixture);
}

static void settle_and_lag_are_dark(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.safety.settle_ns = 20 * MS;
    fixture_start_lit(&fixture);
    bj_stream_connections(fixture.stream, true, 30 * MS);
    uint64_t from = fixture.dac.taken;
    fixture_step(&fixture);
    fixture_run(&fixture, S);
    assert_int_equal(lit_since(&fixture, from), fixture.dac.taken - from - 1500);
    for (uint64_t n = from; n < from + 1500; n++) {
        assert_int_equal(fixture_tag(&fixture.dac.log[n]), 0);
    }
    fixture_finish(&fixture);
}

static void losing_the_position_blanks_what_is_pending(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.write_status = BJ_WOULD_BLOCK;
    fixture.now_ns += 10 * MS;
    fixture_step(&fixture);
    bj_stream_connections(fixture.stream, false, 0);
    uint64_t from = fixture.dac.taken;
    fixture.dac.write_status = BJ_OK;
    fixture_step(&fixture);
    assert_true(fixture.dac.taken > from);
    assert_int_equal(lit_since(&fixture, from), 0);
    fixture_finish(&fixture);
}

static void many_changes_settle_anew(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.safety.settle_ns = 50 * MS;
    fixture_start_lit(&fixture);
    uint64_t from = fixture.dac.taken;
    for (int k = 0; k < 100; k++) {
        bj_stream_connections(fixture.stream, true, 0);
        fixture_step(&fixture);
        fixture_run(&fixture, 20 * MS);
    }
    assert_int_equal(lit_since(&fixture, from), 0);
    fixture_finish(&fixture);
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
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start(&fixture);
    fixture_run(&fixture, 100 * MS);
    struct finger finger = {.stream = fixture.stream, .presses = 2000};
    pthread_t a, b;
    assert_int_equal(pthread_create(&a, NULL, press_disarm, &finger), 0);
    assert_int_equal(pthread_create(&b, NULL, press_disarm, &finger), 0);
    for (int k = 0; k < 2000; k++) {
        fixture.now_ns += MS / 10;
        fixture_step(&fixture);
    }
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    fixture_step(&fixture);
    uint64_t from = fixture.dac.taken;
    fixture_run(&fixture, S);
    assert_int_equal(lit_since(&fixture, from), 0);
    assert_false(fixture.dac.shutter_open);
    assert_int_equal(fixture.dac.lit_while_shut, 0);
    fixture_finish(&fixture);
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
