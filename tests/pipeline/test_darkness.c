/* SPDX-License-Identifier: MIT
 *
 * Light only where it may be: the invariants of docs/SAFETY.md on the whole path, judged by
 * what the simulated DAC plays.
 */
#include "pipeline.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS

static void dark_until_armed(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    audience_expect_dark(&p.audience, 0);
    pipeline_run_ms(&p, 5000);
    assert_int_equal(p.audience.lit_in_dark, 0);
    assert_int_equal(p.audience.lit, 0);
    assert_true(p.audience.points > 100000); /* dark points flow */
    pipeline_finish(&p);
}

static void disarm_is_dark_at_once(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    bj_stream_disarm(p.stream);
    audience_expect_dark(&p.audience, p.now_ns + MS);
    pipeline_run_ms(&p, 3000);
    assert_int_equal(p.audience.lit_in_dark, 0);
    assert_true(p.audience.points > 100000);
    pipeline_finish(&p);
}

static void arming_again_keeps_the_latency(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    for (int k = 0; k < 5; k++) {
        audience_allow_light(&p.audience);
        pipeline_light_up(&p);
        pipeline_run_ms(&p, 1000);
        assert_true(p.audience.min_latency_ns > 48e6 && p.audience.max_latency_ns < 52e6);
        assert_int_equal(p.audience.wrong + p.audience.repeated + p.audience.skipped, 0);
        bj_stream_disarm(p.stream);
        pipeline_run_ms(&p, 300);
    }
    pipeline_finish(&p);
}

/* ---- every way out, the shutter seen closed by the device ------------------------------------ */

static void stop_shuts(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    bj_stream_stop(p.stream);
    audience_expect_dark(&p.audience, p.now_ns + MS);
    pipeline_run_ms(&p, 1000);
    assert_true(p.over);
    assert_int_equal(p.result, BJ_RUN_STOPPED);
    assert_true(pipeline_shutter_closed(&p));
    assert_int_equal(p.last_command, 's');
    assert_int_equal(p.audience.lit_in_dark, 0);
    pipeline_finish(&p);
}

static void destroying_shuts(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    bj_stream_destroy(p.stream);
    p.stream = NULL;
    p.over = true;
    p.pushing = false;
    audience_expect_dark(&p.audience, p.now_ns + MS);
    pipeline_run_ms(&p, 1000);
    assert_true(pipeline_shutter_closed(&p));
    assert_int_equal(p.audience.lit_in_dark, 0);
    pipeline_finish(&p);
}

static void starving_with_stop_shuts(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    config.stream.underrun = BJ_STOP;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    p.pushing = false;
    audience_expect_dark(&p.audience, p.now_ns + 110 * MS);
    pipeline_run_ms(&p, 2000);
    assert_true(p.over);
    assert_int_equal(p.result, BJ_RUN_ENDED);
    assert_true(pipeline_shutter_closed(&p));
    assert_int_equal(p.audience.lit_in_dark, 0);
    pipeline_finish(&p);
}

static void a_lost_device_without_reconnect_shuts(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    config.stream.reconnect = false;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    pipeline_fault(&p, SIM_ED_RESET, 0);
    pipeline_run_ms(&p, 2000);
    assert_true(p.over);
    assert_int_equal(p.result, BJ_RUN_DISCONNECTED);
    assert_true(pipeline_shutter_closed(&p));
    pipeline_finish(&p);
}

/* ---- the producer ------------------------------------------------------------------------------ */

static void a_hung_server_is_dark_in_time(void **state)
{
    (void)state;
    const enum bj_underrun_policy policies[] = {BJ_BLANK, BJ_REPEAT_LAST, BJ_PARK};
    for (int k = 0; k < 3; k++) {
        struct pipeline_config config = pipeline_defaults();
        struct pipeline p;
        config.stream.underrun = policies[k];
        pipeline_init(&p, &config);
        pipeline_light_up(&p);
        p.pushing = false;
        audience_expect_dark(&p.audience, p.now_ns + 50 * MS + 60 * MS); /* limit + queue */
        pipeline_run_ms(&p, 3000);
        assert_int_equal(p.audience.lit_in_dark, 0);
        p.pushing = true; /* back without a restart, still armed, the latency as before */
        audience_allow_light(&p.audience);
        pipeline_run_ms(&p, 1500);
        audience_count_anew(&p.audience);
        pipeline_run_ms(&p, 1000);
        assert_true(p.audience.lit > 45000);
        assert_int_equal(p.audience.wrong, 0);
        assert_true(p.audience.min_latency_ns > 47e6 && p.audience.max_latency_ns < 53e6);
        pipeline_finish(&p);
    }
}

static void freewheeling_is_dark(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    p.pushing = false;
    bj_feed_restart(p.feed);
    bj_stream_wake(p.stream);
    audience_expect_dark(&p.audience, p.now_ns + 55 * MS); /* what the DAC holds */
    pipeline_run_ms(&p, 1000);
    assert_int_equal(p.audience.lit_in_dark, 0);
    pipeline_finish(&p);
}

static void without_x_or_y_it_is_dark(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    bj_stream_connections(p.stream, false, config.latency_ns);
    audience_expect_dark(&p.audience, p.now_ns + 55 * MS);
    pipeline_run_ms(&p, 1000);
    assert_int_equal(p.audience.lit_in_dark, 0);
    pipeline_finish(&p);
}

/* ---- the device ----------------------------------------------------------------------------------- */

/* Mirrors stand still, whatever is commanded: lit on their way from where they were, and
 * for the dwell limit. */
static void what_mirrors_do_not_follow_is_dark(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    config.signal = SOURCE_BUZZ;
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_run_ms(&p, 500);
    bj_stream_arm(p.stream);
    pipeline_run_ms(&p, 3000);
    assert_true(p.audience.lit >= 470 && p.audience.lit <= 480 + 50);
    assert_int_equal(bj_stream_stats(p.stream).dark, BJ_DARK_DWELL);
    pipeline_finish(&p);
}

static void comes_back_disarmed_from(enum sim_ed_fault fault, int64_t value)
{
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    pipeline_fault(&p, fault, value);
    pipeline_run_ms(&p, 100);
    audience_expect_dark(&p.audience, p.now_ns);
    pipeline_run_ms(&p, 9000);
    assert_int_equal(pipeline_stats(&p).state, BJ_STREAM_STREAMING);
    assert_true(pipeline_stats(&p).reconnects > 0);
    assert_false(pipeline_stats(&p).armed);
    assert_int_equal(p.audience.lit_in_dark, 0);
    audience_allow_light(&p.audience);
    pipeline_light_up(&p);
    pipeline_finish(&p);
}

static void a_reset_comes_back_disarmed(void **state)
{
    (void)state;
    comes_back_disarmed_from(SIM_ED_RESET, 0);
}

static void a_reboot_comes_back_disarmed(void **state)
{
    (void)state;
    comes_back_disarmed_from(SIM_ED_REBOOT, 3000 * MS);
}

static void a_cut_reply_comes_back_disarmed(void **state)
{
    (void)state;
    comes_back_disarmed_from(SIM_ED_CUT, 7);
}

static void garbage_comes_back_disarmed(void **state)
{
    (void)state;
    comes_back_disarmed_from(SIM_ED_GARBAGE, 1);
}

static void rearm_lights_again(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    config.stream.rearm = true;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    pipeline_fault(&p, SIM_ED_RESET, 0);
    pipeline_run_ms(&p, 3000);
    assert_true(pipeline_stats(&p).armed);
    audience_count_anew(&p.audience);
    pipeline_run_ms(&p, 500);
    assert_true(p.audience.lit > 20000);
    pipeline_finish(&p);
}

static void an_emergency_stop_needs_a_new_arm(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    pipeline_fault(&p, SIM_ED_OTHER_CLIENT, 0x00);
    audience_expect_dark(&p.audience, p.now_ns + MS);
    pipeline_run_ms(&p, 3000);
    assert_int_equal(pipeline_stats(&p).state, BJ_STREAM_FAULT);
    assert_false(pipeline_stats(&p).armed);
    assert_int_equal(p.audience.lit_in_dark, 0);
    audience_allow_light(&p.audience);
    bj_stream_arm(p.stream);
    pipeline_run_ms(&p, 2000);
    audience_count_anew(&p.audience);
    pipeline_run_ms(&p, 500);
    assert_true(p.audience.lit > 20000);
    pipeline_finish(&p);
}

static void an_underflow_recovers_on_the_connection(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    pipeline_fault(&p, SIM_ED_UNDERFLOW, 0);
    pipeline_run_ms(&p, 1000);
    assert_int_equal(pipeline_stats(&p).reconnects, 0);
    assert_int_equal(pipeline_stats(&p).device_underruns, 1);
    audience_count_anew(&p.audience);
    pipeline_run_ms(&p, 1000);
    assert_true(p.audience.lit > 45000);
    assert_true(p.audience.min_latency_ns > 47e6 && p.audience.max_latency_ns < 53e6);
    pipeline_finish(&p);
}

static void a_silent_device_ends_dark_and_comes_back(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    pipeline_fault(&p, SIM_ED_CABLE, 4000 * MS);
    pipeline_run_ms(&p, 200);
    audience_expect_dark(&p.audience, p.now_ns);
    pipeline_run_ms(&p, 12000);
    assert_int_equal(p.audience.lit_in_dark, 0);
    assert_false(pipeline_stats(&p).armed);
    pipeline_finish(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dark_until_armed),
        cmocka_unit_test(disarm_is_dark_at_once),
        cmocka_unit_test(arming_again_keeps_the_latency),
        cmocka_unit_test(stop_shuts),
        cmocka_unit_test(destroying_shuts),
        cmocka_unit_test(starving_with_stop_shuts),
        cmocka_unit_test(a_lost_device_without_reconnect_shuts),
        cmocka_unit_test(a_hung_server_is_dark_in_time),
        cmocka_unit_test(freewheeling_is_dark),
        cmocka_unit_test(without_x_or_y_it_is_dark),
        cmocka_unit_test(what_mirrors_do_not_follow_is_dark),
        cmocka_unit_test(a_reset_comes_back_disarmed),
        cmocka_unit_test(a_reboot_comes_back_disarmed),
        cmocka_unit_test(a_cut_reply_comes_back_disarmed),
        cmocka_unit_test(garbage_comes_back_disarmed),
        cmocka_unit_test(rearm_lights_again),
        cmocka_unit_test(an_emergency_stop_needs_a_new_arm),
        cmocka_unit_test(an_underflow_recovers_on_the_connection),
        cmocka_unit_test(a_silent_device_ends_dark_and_comes_back),
    };
    return cmocka_run_group_tests_name("darkness", tests, NULL, NULL);
}
