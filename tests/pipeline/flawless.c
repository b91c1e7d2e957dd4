/* SPDX-License-Identifier: MIT */
#include "flawless.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

void assert_flawless(struct pipeline *p)
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

void assert_latency(const struct pipeline *p, double within_ms, double spread_ms)
{
    const struct audience *seen = &p->audience;
    double expected = (double)p->config.latency_ns;
    assert_true(seen->min_latency_ns > expected - within_ms * 1e6);
    assert_true(seen->max_latency_ns < expected + within_ms * 1e6);
    assert_true(seen->max_latency_ns - seen->min_latency_ns < spread_ms * 1e6);
}
