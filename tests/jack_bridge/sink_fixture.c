/* SPDX-License-Identifier: MIT */
#include "sink_fixture.h"

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
    struct sink_fixture *sink_fixture = user;

    atomic_fetch_add(&sink_fixture->wakes, 1);
}

void sink_fixture_create(struct sink_fixture *sink_fixture)
{
    const struct bj_feed_config feed = {.size = sizeof(struct bj_feed_config),
                                        .rate_hz = SINK_FIXTURE_RATE_HZ,
                                        .max_push_frames = 8192,
                                        .latency_ns = SINK_FIXTURE_LATENCY_NS,
                                        .max_latency_ns = SINK_FIXTURE_LATENCY_NS,
                                        .has_intensity = true};
    const struct bj_dac_config dac = {
        .size = sizeof(struct bj_dac_config), .id = "fake", .extra = &sink_fixture->dac};
    struct bj_stream_config stream = bj_stream_defaults();

    fake_dac_init(&sink_fixture->dac);
    assert_int_equal(bj_feed_create(&feed, &sink_fixture->feed), BJ_OK);
    stream.driver = &fake_dac_driver;
    stream.dac = &dac;
    stream.host = &(struct bj_host){sizeof(struct bj_host), no_time, no_wait, count_wake,
                                    sink_fixture};
    stream.fill = bj_feed_fill;
    stream.fill_user = sink_fixture->feed;
    assert_int_equal(bj_stream_create(&stream, &sink_fixture->stream), BJ_OK);
    sink_fixture->sinks = (struct bj_sinks){
        .count = 1, .items = {{sink_fixture->feed, sink_fixture->stream}}};
}

void sink_fixture_destroy(struct sink_fixture *sink_fixture)
{
    bj_stream_destroy(sink_fixture->stream);
    bj_feed_destroy(sink_fixture->feed);
    fake_dac_finish(&sink_fixture->dac);
}

uint64_t sink_fixture_pushed(const struct sink_fixture *sink_fixture)
{
    return bj_feed_stats(sink_fixture->feed).frames_pushed;
}
