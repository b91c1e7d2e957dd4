/* SPDX-License-Identifier: MIT
 *
 * The DAC's rate follows JACK's: every frame passes unchanged, and the latency holds.
 */
#include "pipeline.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS
#define MOST_OFF_NS 0.5e6 /* L is L and the way to the device */

struct steering {
    const char *generation;
    double skew_ppm;
    uint32_t rate_hz;
};

static void frames_pass_and_latency_holds(const struct steering *steering)
{
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;

    config.matching = BJ_MATCH_STEER;
    config.rate_hz = config.stream.pps = steering->rate_hz;
    config.device.profile = *sim_ed_profile(steering->generation);
    config.device.skew_ppm = steering->skew_ppm;
    pipeline_init(&p, &config);
    pipeline_run_ms(&p, 5000);
    pipeline_light_up(&p);
    pipeline_run_ms(&p, 60 * 1000);
    const struct audience *seen = &p.audience;
    assert_int_equal(seen->wrong + seen->repeated + seen->skipped + seen->fillers, 0);
    assert_int_equal(pipeline_feed(&p).jumps, 0);
    assert_int_equal(pipeline_stats(&p).underruns, 0);
    assert_int_equal(pipeline_stats(&p).device_underruns, 0);
    assert_int_equal(p.naks, 0);
    assert_true(seen->min_latency_ns > (double)config.latency_ns - MOST_OFF_NS);
    assert_true(seen->max_latency_ns < (double)config.latency_ns + MOST_OFF_NS);
    pipeline_finish(&p);
}

static void both_ways_and_on_coarse_timers(void **state)
{
    static const struct steering cases[] = {
        {"ed2", 0, 48000},   {"ed2", 300, 48000},  {"ed2", -300, 48000},
        {"ed1", 300, 48000}, {"ed1", -500, 48000}, {"ed1", 40, 44100},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        frames_pass_and_latency_holds(&cases[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_ways_and_on_coarse_timers)};

    return cmocka_run_group_tests_name("steering", tests, NULL, NULL);
}
