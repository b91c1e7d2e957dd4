/* SPDX-License-Identifier: MIT */
#include "feed_rig.h"

#include "circle.h"

#define QUEUED_NS                                                                          \
    (10 * BJ_NS_PER_MS) /* what the DAC holds: a point plays this much later */
#define LATENCY_NS (50 * BJ_NS_PER_MS)
#define LEAD_FRAMES (4 * BENCH_PERIOD)

static double frame_ns(const struct bench_feed *rig, uint64_t frame)
{
    return (double)frame * 1e9 / rig->rate_hz;
}

void bench_feed_push(struct bench_feed *rig)
{
    int64_t captured_ns = (int64_t)frame_ns(rig, rig->pushed_frames);
    bj_feed_push(rig->feed, rig->channels, BENCH_PERIOD, captured_ns, 0);
    rig->pushed_frames += BENCH_PERIOD;
}

bool bench_feed_fill(struct bench_feed *rig)
{
    double now_ns = frame_ns(rig, rig->pushed_frames);
    double play_ns = (double)LATENCY_NS + (double)rig->made_points * 1e9 / rig->pps;
    if (play_ns >= now_ns + (double)QUEUED_NS)
        return false;
    const struct bj_fill_request request = {
        .now_ns = (int64_t)now_ns,
        .start = rig->made_points,
        .pps = (uint32_t)rig->pps,
        .true_pps = rig->pps,
        .min_points = 1,
        .target_points = BENCH_POINTS,
        .buffered_ns = (int64_t)(play_ns - now_ns),
        .play_ns = play_ns,
        .play_pps = rig->pps,
        .play_known = true,
        .device_queued_points = -1,
    };
    struct bj_fill_result result = bj_feed_fill(rig->feed, &request, rig->points);
    rig->broken |= result.kind != BJ_FILLED || result.points != BENCH_POINTS;
    rig->made_points += BENCH_POINTS;
    return true;
}

/* The feed begins with what comes after its first look; the first points need frames before
 * them. */
static void lead_in(struct bench_feed *rig)
{
    const struct bj_fill_request look = {.true_pps = rig->pps, .play_pps = rig->pps};
    bj_feed_fill(rig->feed, &look, rig->points);
    while (rig->pushed_frames < LEAD_FRAMES)
        bench_feed_push(rig);
    rig->made_points = (uint64_t)(LEAD_FRAMES / 2.0 / rig->rate_hz * rig->pps);
}

bool bench_feed_begin(struct bench_feed *rig, uint32_t rate_hz, double pps)
{
    *rig = (struct bench_feed){.rate_hz = rate_hz, .pps = pps};
    float *channels[BJ_CHANNELS];
    for (int c = 0; c < BJ_CHANNELS; c++)
        rig->channels[c] = channels[c] = rig->samples[c];
    bench_circle(channels, BENCH_PERIOD);
    rig->channels[BJ_I] = NULL;
    const struct bj_feed_config config = {
        .size = sizeof(struct bj_feed_config),
        .rate_hz = rate_hz,
        .max_push_frames = 8192,
        .latency_ns = LATENCY_NS,
        .max_latency_ns = LATENCY_NS,
        .has_intensity = true,
    };
    if (bj_feed_create(&config, &rig->feed) != BJ_OK)
        return false;
    lead_in(rig);
    return true;
}

void bench_feed_end(struct bench_feed *rig)
{
    bj_feed_destroy(rig->feed);
}
