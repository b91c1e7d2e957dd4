/* SPDX-License-Identifier: MIT
 *
 * The long run: every frame of an hour once, in order, at its time.
 */
#include "pipeline.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS

/* Nothing lost, doubled, wrong or late; nothing ran dry. */
static void assert_flawless(struct pipeline *p)
{
    const struct audience *seen = &p->audience;
    struct bj_stats stats = pipeline_stats(p);
    assert_int_equal(seen->wrong, 0);
    assert_int_equal(seen->repeated, 0);
    assert_int_equal(seen->skipped, 0);
    assert_int_equal(seen->fillers, 0);
    assert_int_equal(seen->dark_frames, 0);
    assert_int_equal(stats.underruns, 0);
    assert_int_equal(stats.device_underruns, 0);
    assert_int_equal(p->naks, 0);
}

static void assert_latency(const struct pipeline *p, double within_ms, double spread_ms)
{
    const struct audience *seen = &p->audience;
    double expected = (double)p->config.latency_ns;
    assert_true(seen->min_latency_ns > expected - within_ms * 1e6);
    assert_true(seen->max_latency_ns < expected + within_ms * 1e6);
    assert_true(seen->max_latency_ns - seen->min_latency_ns < spread_ms * 1e6);
}

static void an_hour(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    pipeline_run_ms(&p, 3600 * 1000);
    assert_flawless(&p);
    assert_latency(&p, 2, 1);
    assert_true(p.audience.lit > 3599ull * 48000);
    print_message("an hour: %llu points, latency %.3f to %.3f ms\n",
                  (unsigned long long)p.audience.lit, p.audience.min_latency_ns / 1e6,
                  p.audience.max_latency_ns / 1e6);
    pipeline_finish(&p);
}

static void ten_minutes_with_jitter(void **state)
{
    (void)state;
    struct pipeline_config config = pipeline_defaults();
    struct pipeline p;
    config.seed = 7;
    config.push_jitter_ns = 2 * MS;
    config.wake_max_ns = 2 * MS;
    config.device.link.latency_ns = MS;
    config.device.link.jitter_ns = 2 * MS;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    pipeline_run_ms(&p, 600 * 1000);
    assert_flawless(&p);
    pipeline_finish(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_hour),
        cmocka_unit_test(ten_minutes_with_jitter),
    };
    return cmocka_run_group_tests_name("hour", tests, NULL, NULL);
}
