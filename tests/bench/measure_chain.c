/* SPDX-License-Identifier: MIT */
#include "circle.h"
#include "ether_dream/ether_dream_wire.h"
#include "measure.h"
#include "safety.h"
#include "shape.h"

#include <stdio.h>
#include <string.h>

#define PERIOD_FRAMES 256u
#define POINTS 256u
#define QUEUED_NS                                                                          \
    (10 * BJ_NS_PER_MS) /* what the DAC holds: a point plays this much later */
#define LATENCY_NS (50 * BJ_NS_PER_MS)
#define LINE_NS 10.0

struct chain {
    struct bj_feed *feed;
    struct bj_shaper shaper;
    struct bj_safety safety;
    float samples[BJ_CHANNELS][PERIOD_FRAMES];
    const float *channels[BJ_CHANNELS];
    struct bj_point points[POINTS];
    uint8_t bytes[ED_DATA_HEADER_SIZE + POINTS * ED_POINT_SIZE];
    uint32_t rate_hz;
    double pps;
    uint64_t pushed_frames, made_points;
    bool broken;
};

static int64_t frame_ns(const struct chain *chain, uint64_t frame)
{
    return (int64_t)((double)frame * 1e9 / chain->rate_hz);
}

static void push(struct chain *chain)
{
    int64_t captured_ns = frame_ns(chain, chain->pushed_frames);
    bj_feed_push(chain->feed, chain->channels, PERIOD_FRAMES, captured_ns);
    chain->pushed_frames += PERIOD_FRAMES;
}

static void make(struct chain *chain, int64_t now_ns, int64_t play_ns)
{
    const struct bj_fill_request request = {
        .now_ns = now_ns,
        .start = chain->made_points,
        .pps = (uint32_t)chain->pps,
        .true_pps = chain->pps,
        .min_points = 1,
        .target_points = POINTS,
        .buffered_ns = play_ns - now_ns,
        .play_ns = (double)play_ns,
        .play_pps = chain->pps,
        .play_known = true,
        .device_queued_points = -1,
    };
    struct bj_fill_result result = bj_feed_fill(chain->feed, &request, chain->points);
    bj_shaper_run(&chain->shaper, chain->points, result.points);
    bool lit = bj_safety_run(&chain->safety, chain->points, result.points);
    ed_encode_data(chain->bytes, chain->points, result.points, false, false);
    chain->broken |= result.kind != BJ_FILLED || result.points != POINTS || !lit;
    chain->made_points += POINTS;
}

/* Virtual time: some periods come in, then all points are made that are due by then. */
static double chain_round(void *user, uint32_t blocks)
{
    struct chain *chain = user;
    uint64_t before = chain->made_points;
    int64_t spent_ns = 0;
    for (uint32_t k = 0; k < blocks; k++) {
        push(chain);
        int64_t now_ns = frame_ns(chain, chain->pushed_frames);
        int64_t play_ns =
            LATENCY_NS + (int64_t)((double)chain->made_points * 1e9 / chain->pps);
        int64_t begin_ns = bench_now_ns();
        while (play_ns < now_ns + QUEUED_NS) {
            make(chain, now_ns, play_ns);
            play_ns += (int64_t)(POINTS * 1e9 / chain->pps);
        }
        spent_ns += bench_now_ns() - begin_ns;
    }
    return (double)spent_ns / (double)(chain->made_points - before);
}

static uint8_t *put16(uint8_t *to, float value)
{
    int16_t whole = (int16_t)(value * 32767.0f);
    to[0] = (uint8_t)whole;
    to[1] = (uint8_t)(whole >> 8);
    return to + 2;
}

/* The yardstick: five floats to the bytes of a point, without any of what makes it safe. */
static double plain_round(void *user, uint32_t blocks)
{
    struct chain *chain = user;
    int64_t begin_ns = bench_now_ns();
    for (uint32_t block = 0; block < blocks; block++) {
        for (uint32_t k = 0; k < POINTS; k++) {
            uint8_t *to = chain->bytes + ED_DATA_HEADER_SIZE + k * ED_POINT_SIZE;
            for (int c = BJ_X; c <= BJ_B; c++)
                to = put16(to, chain->samples[c][k]);
        }
        __asm__ volatile("" : : "r"(chain) : "memory"); /* the bytes are wanted */
    }
    return (double)(bench_now_ns() - begin_ns) / blocks / POINTS;
}

static bool begin(struct chain *chain)
{
    float *channels[BJ_CHANNELS];
    for (int c = 0; c < BJ_CHANNELS; c++)
        chain->channels[c] = channels[c] = chain->samples[c];
    bench_circle(channels, PERIOD_FRAMES);
    chain->channels[BJ_I] = NULL; /* five streams */

    struct bj_shape neutral = bj_shape_neutral();
    chain->shaper = bj_shaper_make(&neutral);
    struct bj_safety_config safety = bj_safety_defaults();
    safety.start_blank_ns = 0;
    bj_safety_init(&chain->safety, &safety, chain->pps);
    bj_safety_arm(&chain->safety);

    const struct bj_feed_config config = {
        .rate_hz = chain->rate_hz,
        .max_push_frames = 8192,
        .latency_ns = LATENCY_NS,
        .max_latency_ns = LATENCY_NS,
        .has_intensity = true,
    };
    return bj_feed_create(&config, &chain->feed) == BJ_OK;
}

/* The feed begins with what comes after its first look; the first points need frames before
 * them. */
static void lead_in(struct chain *chain)
{
    const uint64_t lead_frames = 4 * PERIOD_FRAMES;
    const struct bj_fill_request look = {.true_pps = chain->pps};
    bj_feed_fill(chain->feed, &look, chain->points);
    while (chain->pushed_frames < lead_frames)
        push(chain);
    chain->made_points = (uint64_t)((double)lead_frames / 2 / chain->rate_hz * chain->pps);
}

static bool report(uint32_t rate_hz, double pps, const struct bench_effort *effort)
{
    static struct chain chain;
    chain = (struct chain){.rate_hz = rate_hz, .pps = pps};
    if (!begin(&chain))
        return false;
    lead_in(&chain);
    struct bench_pair pair = bench_compare(effort, chain_round, plain_round, &chain);
    printf("%7.3f -> %7.3f kHz %16.2f %10.2f %8.1fx %6.0f ns  %s\n", rate_hz / 1e3,
           pps / 1e3, pair.first, pair.second, pair.ratio, LINE_NS,
           pair.first < LINE_NS ? "met" : "NOT MET");
    uint64_t jumps = bj_feed_stats(chain.feed).jumps;
    bj_feed_destroy(chain.feed);
    return !chain.broken && jumps == 0;
}

bool measure_chain(const struct bench_effort *effort)
{
    printf("fill, shape, safety, encode  ns/point   plain C     ratio  line\n");
    return report(48000, 48000, effort) && report(48000, 48003, effort) &&
           report(48000, 30000, effort) && report(96000, 30000, effort) &&
           report(48000, 100000, effort);
}
