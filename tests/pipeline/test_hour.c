/* SPDX-License-Identifier: MIT
 *
 * The long run: every frame of an hour once, in order, at its time.
 */
#include "flawless.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS

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
