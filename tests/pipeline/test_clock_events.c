/* SPDX-License-Identifier: MIT
 *
 * One clock when something happens: a crystal jumps, JACK loses cycles, the DAC runs dry,
 * the connection breaks, rates and periods change. Judged by the audience.
 */
#include "clock_scenarios.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define SEED 1
#define OUTBOUND_MS 0.2 /* what no report can tell: how old it is on its way */

static void tell_event(const char *name, const struct clock_result *result)
{
    const struct clock_recovery *recovery = &result->recovery;

    print_message("%s: %.3f ms off, back after %.2f s, dark for %.1f ms, pitch right "
                  "after %.0f s, %.2f ppm rms at the end, latency changed by %.3f ms\n",
                  name, recovery->excursion_ms, recovery->recovery_s, recovery->dark_ms,
                  result->relock_s, result->after.pitch_rms_ppm, result->shift_ms);
}

static void assert_nothing_is_lost(const struct clock_result *result)
{
    assert_int_equal(result->dry, 0);
    assert_int_equal(result->refused, 0);
    assert_int_equal(result->reconnects, 0);
    assert_true(result->min_level_ms > 0);
}

/* ---- Events ----------------------------------------------------------------------------- */

static struct clock_result run_event(const char *name, double seconds)
{
    struct clock_scenario scenario = *clock_scenario(name);

    scenario.from_s = 20;
    scenario.event_s = 40;
    scenario.seconds = 40 + seconds;
    scenario.stride = 4;
    struct clock_result result = clock_run(&scenario, SEED);
    tell_event(name, &result);
    return result;
}

/* A crystal jumps, as no crystal does: found, followed, and back. */
static void a_step_of_the_rate_is_followed(void **state)
{
    struct clock_result result = run_event(*state, 60);

    assert_nothing_is_lost(&result);
    assert_int_equal(result.fillers, 0);
    assert_int_equal(result.jumps_after, 0);
    assert_true(result.recovery.excursion_ms < 1.5);
    assert_true(result.recovery.recovery_s < 6);
    assert_true(result.after.pitch_rms_ppm < 10);
    assert_true(fabs(result.shift_ms) < 0.05);
}

/* The frames that never were are dark; nothing else changes. */
static void lost_cycles_are_dark(void **state)
{
    const char *name = *state;
    const struct clock_scenario *scenario = clock_scenario(name);
    struct clock_result result = run_event(name, 30);
    double period_ms = (scenario->period ? scenario->period : 256) / 48.0;
    double lost_ms = scenario->amount * period_ms;
    double sure_ms = 2.2 * period_ms + 4; /* the pushes it takes to be sure */

    assert_nothing_is_lost(&result);
    assert_true(result.recovery.excursion_ms < 0.05 + 0.001);
    assert_true(fabs(result.shift_ms) < 0.05);
    assert_true(result.recovery.dark_ms > lost_ms - 1);
    assert_true(result.recovery.dark_ms < lost_ms + sure_ms);
    assert_true(result.recovery.recovery_s < (lost_ms + sure_ms + 100) / 1e3);
    assert_true(result.after.pitch_rms_ppm < 10);
}

/* Longer than the DAC holds: dark, once; then the latency and the rate are what they were.
 */
static void a_long_stall_is_over_at_once(void **state)
{
    struct clock_result result = run_event(*state, 30);

    assert_int_equal(result.dry, 1);
    assert_true(result.jumps_after <= 1);
    assert_true(result.recovery.recovery_s < 1.5);
    assert_true(result.recovery.dark_ms < 1000);
    assert_true(result.relock_s <= 4);
    assert_true(result.after.pitch_rms_ppm < 10);
    assert_true(fabs(result.shift_ms) < 0.05);
}

/* A new connection knows the old rate. */
static void a_new_connection_knows_the_rate(void **state)
{
    struct clock_result result = run_event(*state, 30);

    assert_int_equal(result.reconnects, 1);
    assert_true(result.recovery.recovery_s < 2);
    assert_true(result.relock_s <= 4);
    assert_true(result.after.pitch_rms_ppm < 10);
    assert_true(fabs(result.shift_ms) < 0.05);
}

/* ---- What the rows do not say ----------------------------------------------------------- */

static void run_to(struct pipeline *pipeline, double s)
{
    pipeline_run_until(pipeline, PIPELINE_START_NS + (int64_t)(s * 1e9));
}

static void begin(struct pipeline *pipeline, double latency_ms)
{
    struct clock_scenario scenario = *clock_scenario("base");

    scenario.latency_ms = latency_ms;
    scenario.stride = 4;
    struct pipeline_config config = clock_config(&scenario, SEED);
    pipeline_init(pipeline, &config);
}

/* Locked within 15 s of a moment, and then as the base is. */
static void assert_locks(struct pipeline *pipeline, const char *name, double since_s)
{
    double now_s = pipeline_seconds(pipeline);
    double lock_s = clock_trace_lock_s(&pipeline->trace, since_s, now_s);
    struct clock_figures figures =
        clock_trace_figures(&pipeline->trace, since_s + 15, now_s);

    print_message("%s: lock %.0f s, pitch %.2f ppm, latency %+.3f, rms %.4f ms, %llu dark, "
                  "%llu jumps\n",
                  name, lock_s, figures.pitch_rms_ppm, figures.off_ms, figures.wobble_ms,
                  (unsigned long long)figures.dark, (unsigned long long)figures.jumps);
    assert_true(lock_s < 15);
    assert_int_equal(figures.dark + figures.jumps, 0);
    assert_true(figures.pitch_rms_ppm < 10);
    assert_true(fabs(figures.off_ms - OUTBOUND_MS) < 0.1);
    assert_true(figures.wobble_ms < 0.05);
}

/* An L that leaves the DAC nothing: it runs dry or is topped up with darkness all the time,
 * which is no evidence of its rate. With room again it plays as if nothing had been. */
static void a_latency_too_small_poisons_nothing(void **state)
{
    struct pipeline pipeline;

    (void)state;
    begin(&pipeline, 40);
    pipeline_set_latency(&pipeline, 4 * MS);
    run_to(&pipeline, 20);
    assert_true(pipeline_counters(&pipeline)->underflows + pipeline.audience.fillers > 100);
    pipeline_set_latency(&pipeline, 40 * MS);
    run_to(&pipeline, 45);
    assert_locks(&pipeline, "L of 4 ms, then 40", 20);
    pipeline_finish(&pipeline);
}

/* The engine thread sleeps longer than the DAC lasts, again and again. */
static void running_dry_poisons_nothing(void **state)
{
    struct pipeline pipeline;

    (void)state;
    begin(&pipeline, 20);
    while (pipeline_seconds(&pipeline) < 20) {
        pipeline.delay_next_wake_ns = 60 * MS;
        pipeline_run_ms(&pipeline, 150);
    }
    assert_true(pipeline_counters(&pipeline)->underflows > 50);
    run_to(&pipeline, 45);
    assert_locks(&pipeline, "dry 7 times a second", 20);
    pipeline_finish(&pipeline);
}

static void a_new_period_changes_nothing(void **state)
{
    struct pipeline pipeline;

    (void)state;
    begin(&pipeline, 45);
    run_to(&pipeline, 20);
    pipeline.config.period_frames = 1024;
    run_to(&pipeline, 45);
    assert_locks(&pipeline, "period 256, then 1024", 20);
    pipeline_finish(&pipeline);
}

static void a_new_rate_of_jack_locks_anew(void **state)
{
    struct pipeline pipeline;

    (void)state;
    begin(&pipeline, 40);
    run_to(&pipeline, 20);
    pipeline.config.rate_hz = 44100;
    bj_feed_set_rate(pipeline.feed, 44100);
    run_to(&pipeline, 45);
    assert_locks(&pipeline, "48 kHz, then 44.1", 20);
    pipeline_finish(&pipeline);
}

/* As when JACK freewheels, or its server is gone for a while. */
static void a_pause_of_jack_is_dark_and_over(void **state)
{
    struct pipeline pipeline;

    (void)state;
    begin(&pipeline, 40);
    run_to(&pipeline, 20);
    pipeline.pushing = false;
    run_to(&pipeline, 23);
    assert_true(clock_trace_figures(&pipeline.trace, 20.2, 22.9).dark > 2.6 * 30000);
    pipeline.pushing = true;
    bj_feed_restart(pipeline.feed);
    run_to(&pipeline, 48);
    assert_locks(&pipeline, "a pause of 3 s", 23);
    pipeline_finish(&pipeline);
}

/* Two projectors of one process show the same frame at the same time. */
static void two_dacs_stay_together(void **state)
{
    const double skews[] = {200, -200};
    struct pipeline pair[2];
    double apart_ns = 0;

    (void)state;
    for (int n = 0; n < 2; n++) {
        struct clock_scenario scenario = *clock_scenario("base");
        scenario.dac_ppm = skews[n];
        scenario.jack_ppm = 50;
        scenario.stride = 4;
        struct pipeline_config config = clock_config(&scenario, SEED + (uint64_t)n);
        config.jack_seed = SEED;
        pipeline_init(&pair[n], &config);
        run_to(&pair[n], 60);
    }
    for (int64_t s = 15; s < 59; s++) {
        const struct clock_window *one =
            clock_trace_at(&pair[0].trace, PIPELINE_START_NS + s * BJ_NS_PER_S);
        const struct clock_window *other =
            clock_trace_at(&pair[1].trace, PIPELINE_START_NS + s * BJ_NS_PER_S);
        assert_true(one && other);
        apart_ns = fmax(apart_ns, fabs(one->mean_ns - other->mean_ns));
    }
    print_message("two DACs: at most %.1f us apart\n", apart_ns / 1e3);
    assert_true(apart_ns < 100e3);
    pipeline_finish(&pair[0]);
    pipeline_finish(&pair[1]);
}

/* ---- All of it -------------------------------------------------------------------------- */

struct event {
    const char *name;
    CMUnitTestFunction run;
};

static const struct event events[] = {
    {"step +300", a_step_of_the_rate_is_followed},
    {"JACK step +300", a_step_of_the_rate_is_followed},
    {"1 cycle lost", lost_cycles_are_dark},
    {"3 cycles of 1024 lost", lost_cycles_are_dark},
    {"one stall 200 ms", a_long_stall_is_over_at_once},
    {"outage 200 ms", a_long_stall_is_over_at_once},
    {"connection lost", a_new_connection_knows_the_rate},
};

static const struct CMUnitTest others[] = {
    cmocka_unit_test(a_latency_too_small_poisons_nothing),
    cmocka_unit_test(running_dry_poisons_nothing),
    cmocka_unit_test(a_new_period_changes_nothing),
    cmocka_unit_test(a_new_rate_of_jack_locks_anew),
    cmocka_unit_test(a_pause_of_jack_is_dark_and_over),
    cmocka_unit_test(two_dacs_stay_together),
};

static void add(struct CMUnitTest *test, const char *name, CMUnitTestFunction run,
                const void *state)
{
    *test = (struct CMUnitTest){.name = name, .test_func = run};
    memcpy(&test->initial_state, &state, sizeof state);
}

int main(void)
{
    struct CMUnitTest tests[LENGTH(events) + LENGTH(others)];
    size_t count = 0;

    for (size_t k = 0; k < LENGTH(events); k++) {
        add(&tests[count++], events[k].name, events[k].run, events[k].name);
    }
    for (size_t k = 0; k < LENGTH(others); k++) {
        tests[count++] = others[k];
    }
    return _cmocka_run_group_tests("clock events", tests, count, NULL, NULL);
}
