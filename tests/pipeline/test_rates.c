/* SPDX-License-Identifier: MIT
 *
 * Every generation at every rate from every JACK rate and period, with default settings: it
 * starts, holds, and shows what was sent when it should.
 */
#include "pipeline.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>

#define EARLY_NS 1e6
#define LATE_NS 3e6 /* the third and fourth generation report in steps of 256 points */
#define SPREAD_NS 1e6

static const char *const generations[] = {"ed1", "ed2", "ed3", "ed4"};
static const uint32_t point_rates[] = {30000, 36100, 48000, 100000};
static const uint32_t jack_rates[] = {44100, 48000, 96000};
static const uint32_t periods[] = {64, 256, 1024};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

struct rates {
    const char *generation;
    uint32_t jack_hz, period, pps;
    char name[64];
};

static void holds(void **state)
{
    const struct rates *rates = *state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;

    config.signal = SOURCE_HAND;
    config.matching = BJ_MATCH_RESAMPLE;
    config.rate_hz = rates->jack_hz;
    config.period_frames = rates->period;
    config.stream.pps = rates->pps;
    config.device.profile = *sim_ed_profile(rates->generation);
    pipeline_init(&p, &config);
    pipeline_run_ms(&p, 4000);
    pipeline_light_up(&p);
    pipeline_run_ms(&p, 3000);
    const struct audience *seen = &p.audience;
    assert_int_equal(pipeline_stats(&p).underruns, 0);
    assert_int_equal(pipeline_stats(&p).device_underruns, 0);
    assert_int_equal(p.naks, 0);
    assert_int_equal(seen->wrong + seen->repeated + seen->skipped + seen->fillers, 0);
    assert_true((double)seen->lit >= 3 * 0.999 * rates->pps);
    assert_true(seen->min_latency_ns > (double)config.latency_ns - EARLY_NS);
    assert_true(seen->max_latency_ns < (double)config.latency_ns + LATE_NS);
    assert_true(seen->max_latency_ns - seen->min_latency_ns < SPREAD_NS);
    pipeline_finish(&p);
}

/* The first generation divides 24 MHz by whole numbers. Once it was heard the feed knows
 * what that makes of the rate, and nothing drifts. */
static void holds_on_a_coarse_timer(void **state)
{
    static const uint32_t coarse[] = {36100, 44100, 97000};

    (void)state;
    for (size_t k = 0; k < LENGTH(coarse); k++) {
        struct pipeline_config config = pipeline_defaults();
        struct pipeline p;
        config.signal = SOURCE_HAND;
        config.matching = BJ_MATCH_RESAMPLE;
        config.stream.pps = coarse[k];
        config.device.profile = *sim_ed_profile("ed1");
        pipeline_init(&p, &config);
        pipeline_run_ms(&p, 1500);
        pipeline_light_up(&p);
        pipeline_run_ms(&p, 60 * 1000);
        assert_int_equal(pipeline_feed(&p).jumps, 0);
        assert_int_equal(p.audience.fillers + p.audience.skipped, 0);
        assert_true(p.audience.max_latency_ns - p.audience.min_latency_ns < SPREAD_NS);
        pipeline_finish(&p);
    }
}

/* A batch beside the one that plays: the latency grows where 50 ms have no room for it. */
static void holds_in_batches_at_low_rates(void **state)
{
    static const uint32_t low[] = {2000, 7000, 8000, 10000, 12000, 14000, 16000};

    (void)state;
    for (size_t k = 0; k < LENGTH(low); k++) {
        struct pipeline_config config = pipeline_defaults();
        struct pipeline p;
        config.signal = SOURCE_HAND;
        config.matching = BJ_MATCH_RESAMPLE;
        config.latency_ns = 0;
        config.stream.pps = low[k];
        config.device.profile = *sim_ed_profile("ed4");
        pipeline_init(&p, &config);
        pipeline_run_ms(&p, 10000);
        bj_stream_arm(p.stream);
        pipeline_run_ms(&p, 30000); /* batches take long to tell the rate */
        uint64_t jumps = pipeline_feed(&p).jumps, dry = pipeline_stats(&p).underruns;
        pipeline_run_ms(&p, 20000);
        assert_int_equal(pipeline_feed(&p).jumps, jumps);
        assert_int_equal(pipeline_stats(&p).underruns, dry);
        assert_int_equal(pipeline_stats(&p).device_underruns, 0);
        assert_int_equal(p.audience.skipped, 0);
        assert_true((double)p.audience.lit > 20.0 * low[k]);
        pipeline_finish(&p);
    }
}

int main(void)
{
    static struct rates cases[LENGTH(generations) * LENGTH(point_rates) *
                              LENGTH(jack_rates) * LENGTH(periods)];
    static struct CMUnitTest tests[LENGTH(cases) + 2];

    for (size_t k = 0; k < LENGTH(cases); k++) {
        size_t rest = k;
        struct rates *one = &cases[k];
        one->period = periods[rest % LENGTH(periods)];
        rest /= LENGTH(periods);
        one->jack_hz = jack_rates[rest % LENGTH(jack_rates)];
        rest /= LENGTH(jack_rates);
        one->pps = point_rates[rest % LENGTH(point_rates)];
        rest /= LENGTH(point_rates);
        one->generation = generations[rest];
        snprintf(one->name, sizeof one->name, "%s: %u Hz, %u frames, to %u points/s",
                 one->generation, one->jack_hz, one->period, one->pps);
        tests[k] = (struct CMUnitTest){
            .name = one->name, .test_func = holds, .initial_state = one};
    }
    tests[LENGTH(cases)] = (struct CMUnitTest)cmocka_unit_test(holds_on_a_coarse_timer);
    tests[LENGTH(cases) + 1] =
        (struct CMUnitTest)cmocka_unit_test(holds_in_batches_at_low_rates);
    return _cmocka_run_group_tests("rates", tests, LENGTH(tests), NULL, NULL);
}
