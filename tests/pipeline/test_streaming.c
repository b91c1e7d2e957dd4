/* SPDX-License-Identifier: MIT
 *
 * Streaming through the whole path: every frame once, in order, at its time.
 */
#include "flawless.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define MS BJ_NS_PER_MS

struct rates {
    const char *name, *profile;
    uint32_t jack_hz, period, pps;
};

/* Starts and holds with default settings. */
static void holds(void **state)
{
    const struct rates *row = *state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    config.rate_hz = row->jack_hz;
    config.period_frames = row->period;
    config.signal = SOURCE_HAND;
    config.stream.pps = row->pps;
    config.device.profile = *sim_ed_profile(row->profile);
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    pipeline_run_ms(&p, 20 * 1000);
    struct bj_stats stats = pipeline_stats(&p);
    assert_int_equal(stats.underruns, 0);
    assert_int_equal(stats.device_underruns, 0);
    assert_int_equal(pipeline_feed(&p).frames_lost, 0);
    assert_int_equal(stats.flushed_points, 0);
    assert_int_equal(p.naks, 0);
    assert_int_equal(p.audience.repeated, 0);
    assert_int_equal(p.audience.fillers, 0);
    assert_latency(&p, 4, 3);
    assert_true(p.audience.lit > 19ull * row->pps);
    pipeline_finish(&p);
}

struct trouble {
    const char *name;
    int64_t wake_ns, latency_ns, jitter_ns;
    uint32_t fragment;
    int64_t merge_ns;
};

/* What a 50 ms buffer covers leaves no trace, once the device was heard: until its first
 * broadcast the driver takes it for the smallest one. */
static void covers(void **state)
{
    const struct trouble *row = *state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    config.wake_min_ns = config.wake_max_ns = row->wake_ns;
    config.device.link.latency_ns = row->latency_ns;
    config.device.link.jitter_ns = row->jitter_ns;
    config.device.link.fragment_bytes = row->fragment;
    config.device.link.merge_ns = row->merge_ns;
    pipeline_init(&p, &config);
    pipeline_run_ms(&p, 1500);
    pipeline_light_up(&p);
    uint64_t before = pipeline_stats(&p).device_underruns;
    pipeline_run_ms(&p, 20 * 1000);
    const struct audience *seen = &p.audience;
    assert_int_equal(seen->wrong + seen->repeated + seen->skipped, 0);
    assert_int_equal(seen->fillers + seen->dark_frames, 0);
    assert_int_equal(pipeline_stats(&p).device_underruns, before);
    assert_true(seen->lit > 19 * 48000);
    pipeline_finish(&p);
}

/* What it cannot cover is dark, counted, and over soon; the latency is what it was. */
static void recovers(void **state)
{
    int64_t stall_ms = *(const int64_t *)*state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    pipeline_fault(&p, SIM_ED_STALL, stall_ms * MS);
    pipeline_run_ms(&p, stall_ms + 500);
    struct bj_stats stats = pipeline_stats(&p);
    if (stall_ms > 50) {
        assert_true(stats.device_underruns > 0);
    } else if (stall_ms <= 20) {
        assert_flawless(&p);
    }
    audience_count_anew(&p.audience);
    pipeline_run_ms(&p, 2000);
    assert_int_equal(p.audience.wrong + p.audience.repeated + p.audience.skipped, 0);
    assert_true(p.audience.lit > 95000);
    assert_latency(&p, 3, 2);
    pipeline_finish(&p);
}

static void a_late_engine_recovers(void **state)
{
    int64_t late_ms = *(const int64_t *)*state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    p.delay_next_wake_ns = late_ms * MS;
    pipeline_run_ms(&p, late_ms + 500);
    assert_true(pipeline_stats(&p).late_wakes > 0);
    audience_count_anew(&p.audience);
    pipeline_run_ms(&p, 2000);
    assert_int_equal(p.audience.wrong + p.audience.repeated + p.audience.skipped, 0);
    assert_latency(&p, 3, 2);
    pipeline_finish(&p);
}

/* JACK skips cycles: what follows is played, in order, and the latency comes back. */
static void an_xrun_costs_no_order(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    pipeline_xrun(&p, 1);
    pipeline_run_ms(&p, 5000);
    assert_int_equal(p.audience.wrong, 0);
    assert_int_equal(p.audience.repeated, 0);
    audience_count_anew(&p.audience);
    pipeline_run_ms(&p, 2000);
    assert_latency(&p, 3, 1);
    pipeline_finish(&p);
}

static const struct rates rates[] = {
    {"ed1 30 kpps", "ed1", 48000, 256, 30000},
    {"ed1 36.1 kpps", "ed1", 48000, 256, 36100},
    {"ed1 48 kpps", "ed1", 48000, 256, 48000},
    {"ed1 100 kpps", "ed1", 48000, 256, 100000},
    {"ed2 30 kpps", "ed2", 48000, 256, 30000},
    {"ed2 36.1 kpps", "ed2", 48000, 256, 36100},
    {"ed2 48 kpps", "ed2", 48000, 256, 48000},
    {"ed2 100 kpps", "ed2", 48000, 256, 100000},
    {"ed3 30 kpps", "ed3", 48000, 256, 30000},
    {"ed3 48 kpps", "ed3", 48000, 256, 48000},
    {"ed3 100 kpps", "ed3", 48000, 256, 100000},
    {"ed4 30 kpps", "ed4", 48000, 256, 30000},
    {"ed4 100 kpps", "ed4", 48000, 256, 100000},
    {"from 44.1 kHz", "ed2", 44100, 256, 30000},
    {"from 96 kHz", "ed2", 96000, 256, 48000},
    {"from 96 kHz to 30 kpps", "ed1", 96000, 512, 30000},
    {"periods of 64", "ed1", 48000, 64, 48000},
    {"periods of 1024", "ed1", 48000, 1024, 48000},
    {"periods of 1024, 100 kpps", "ed1", 48000, 1024, 100000},
};

static const struct trouble troubles[] = {
    {"wakes 1 ms late", .wake_ns = MS},
    {"wakes 5 ms late", .wake_ns = 5 * MS},
    {"wakes 10 ms late", .wake_ns = 10 * MS},
    {"wakes 20 ms late", .wake_ns = 20 * MS},
    {"network 1 ms", .latency_ns = MS},
    {"network 5 ms", .latency_ns = 5 * MS},
    {"network 2 ms with 2 ms jitter", .latency_ns = 2 * MS, .jitter_ns = 2 * MS},
    {"segments of one byte", .fragment = 1},
    {"segments of 7 bytes", .fragment = 7},
    {"replies every 5 ms", .merge_ns = 5 * MS},
};

static const int64_t stalls[] = {5, 20, 50, 100, 300};
static const int64_t lates[] = {10, 30, 50, 100, 300};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void add(struct CMUnitTest *test, const char *name, CMUnitTestFunction run,
                const void *row)
{
    *test = (struct CMUnitTest){.name = name, .test_func = run};
    memcpy(&test->initial_state, &row, sizeof row);
}

int main(void)
{
    struct CMUnitTest tests[64];
    size_t count = 0;
    add(&tests[count++], "an xrun costs no order", an_xrun_costs_no_order, NULL);
    for (size_t k = 0; k < LENGTH(rates); k++) {
        add(&tests[count++], rates[k].name, holds, &rates[k]);
    }
    for (size_t k = 0; k < LENGTH(troubles); k++) {
        add(&tests[count++], troubles[k].name, covers, &troubles[k]);
    }
    for (size_t k = 0; k < LENGTH(stalls); k++) {
        add(&tests[count++], "the device stalls", recovers, &stalls[k]);
    }
    for (size_t k = 0; k < LENGTH(lates); k++) {
        add(&tests[count++], "the engine is late", a_late_engine_recovers, &lates[k]);
    }
    return _cmocka_run_group_tests("streaming", tests, count, NULL, NULL);
}
