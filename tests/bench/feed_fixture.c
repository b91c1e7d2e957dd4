/* SPDX-License-Identifier: MIT */
#include "feed_fixture.h"

#include "circle.h"

#define QUEUED_NS                                                                          \
    (10 * BJ_NS_PER_MS) /* what the DAC holds: a point plays this much later */
#define LATENCY_NS (50 * BJ_NS_PER_MS)
#define LEAD_FRAMES (4 * BENCH_PERIOD)

static double frame_ns(const struct bench_feed *fixture, uint64_t frame)
{
    return (double)frame * 1e9 / fixture->rate_hz;
}

void bench_feed_push(struct bench_feed *fixture)
{
    int64_t captured_ns = (int64_t)frame_ns(fixture, fixture->pushed_frames);
    bj_feed_push(fixture->feed, fixture->channels, BENCH_PERIOD, captured_ns, 0);
    fixture->pushed_frames += BENCH_PERIOD;
}

bool bench_feed_fill(struct bench_feed *fixture)
{
    double now_ns = frame_ns(fixture, fixture->pushed_frames);
    double play_ns = (double)LATENCY_NS + (double)fixture->made_points * 1e9 / fixture->pps;
    if (play_ns >= now_ns + (double)QUEUED_NS)
        return false;
    const struct bj_fill_request request = {
        .now_ns = (int64_t)now_ns,
        .start = fixture->made_points,
        .pps = (uint32_t)fixture->pps,
        .true_pps = fixture->pps,
        .min_points = 1,
        .target_points = BENCH_POINTS,
        .buffered_ns = (int64_t)(play_ns - now_ns),
        .play_ns = play_ns,
        .play_pps = fixture->pps,
        .play_known = true,
        .device_queued_points = -1,
    };
    struct bj_fill_result result = bj_feed_fill(fixture->feed, &request, fixture->points);
    fixture->broken |= result.kind != BJ_FILLED || result.points != BENCH_POINTS;
    fixture->made_points += BENCH_POINTS;
    return true;
}

/* The feed begins with what comes after its first look; the first points need frames before
 * them. */
static void lead_in(struct bench_feed *fixture)
{
    const struct bj_fill_request look = {.true_pps = fixture->pps,
                                         .play_pps = fixture->pps};
    bj_feed_fill(fixture->feed, &look, fixture->points);
    while (fixture->pushed_frames < LEAD_FRAMES)
        bench_feed_push(fixture);
    fixture->made_points = (uint64_t)(LEAD_FRAMES / 2.0 / fixture->rate_hz * fixture->pps);
}

bool bench_feed_begin(struct bench_feed *fixture, uint32_t rate_hz, double pps)
{
    *fixture = (struct bench_feed){.rate_hz = rate_hz, .pps = pps};
    float *channels[BJ_CHANNELS];
    for (int c = 0; c < BJ_CHANNELS; c++)
        fixture->channels[c] = channels[c] = fixture->samples[c];
    bench_circle(channels, BENCH_PERIOD);
    fixture->channels[BJ_I] = NULL;
    const struct bj_feed_config config = {
        .size = sizeof(struct bj_feed_config),
        .rate_hz = rate_hz,
        .max_push_frames = 8192,
        .latency_ns = LATENCY_NS,
        .max_latency_ns = LATENCY_NS,
        .has_intensity = true,
    };
    if (bj_feed_create(&config, &fixture->feed) != BJ_OK)
        return false;
    lead_in(fixture);
    return true;
}

void bench_feed_end(struct bench_feed *fixture)
{
    bj_feed_destroy(fixture->feed);
}
