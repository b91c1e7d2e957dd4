/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int64_t no_time(void *user)
{
    (void)user;
    return 0;
}

static void no_wait(void *user, const struct bj_wait *wait)
{
    (void)user;
    (void)wait;
}

static void count_wake(void *user)
{
    struct rig *rig = user;

    atomic_fetch_add(&rig->wakes, 1);
}

void rig_create(struct rig *rig)
{
    const struct bj_feed_config feed = {.size = sizeof(struct bj_feed_config),
                                        .rate_hz = RIG_RATE_HZ,
                                        .max_push_frames = 8192,
                                        .latency_ns = RIG_LATENCY_NS,
                                        .max_latency_ns = RIG_LATENCY_NS,
                                        .has_intensity = true};
    const struct bj_dac_config dac = {
        .size = sizeof(struct bj_dac_config), .id = "fake", .extra = &rig->dac};
    struct bj_stream_config stream = bj_stream_defaults();

    fake_dac_init(&rig->dac);
    assert_int_equal(bj_feed_create(&feed, &rig->feed), BJ_OK);
    stream.driver = &fake_dac_driver;
    stream.dac = &dac;
    stream.host =
        &(struct bj_host){sizeof(struct bj_host), no_time, no_wait, count_wake, rig};
    stream.fill = bj_feed_fill;
    stream.fill_user = rig->feed;
    assert_int_equal(bj_stream_create(&stream, &rig->stream), BJ_OK);
    rig->sinks = (struct bj_sinks){.count = 1, .items = {{rig->feed, rig->stream}}};
}

void rig_destroy(struct rig *rig)
{
    bj_stream_destroy(rig->stream);
    bj_feed_destroy(rig->feed);
    fake_dac_finish(&rig->dac);
}

uint64_t rig_pushed(const struct rig *rig)
{
    return bj_feed_stats(rig->feed).frames_pushed;
}
