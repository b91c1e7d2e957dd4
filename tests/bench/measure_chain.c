/* SPDX-License-Identifier: MIT */
#include "beam/safety.h"
#include "beam/shape.h"
#include "ether_dream/ether_dream_wire.h"
#include "feed_fixture.h"
#include "measure.h"
#include "plain.h"

#include <stdio.h>

#define LINE_NS 10.0

struct chain {
    struct bench_feed fixture;
    struct bj_shaper shaper;
    struct bj_safety safety;
    uint8_t bytes[ED_DATA_HEADER_SIZE + BENCH_POINTS * ED_POINT_SIZE];
    bool dark;
};

static void send(struct chain *chain)
{
    struct bj_point *points = chain->fixture.points;
    bj_shaper_run(&chain->shaper, points, BENCH_POINTS);
    chain->dark |= bj_safety_run(&chain->safety, points, BENCH_POINTS) != BJ_DARK_NO;
    ed_encode_data(chain->bytes, points, BENCH_POINTS, false, false);
}

static double chain_round(void *user, uint32_t blocks)
{
    struct chain *chain = user;
    uint64_t before = chain->fixture.made_points;
    int64_t spent_ns = 0;
    for (uint32_t k = 0; k < blocks; k++) {
        bench_feed_push(&chain->fixture);
        int64_t begin_ns = bench_now_ns();
        while (bench_feed_fill(&chain->fixture))
            send(chain);
        spent_ns += bench_now_ns() - begin_ns;
    }
    return (double)spent_ns / (double)(chain->fixture.made_points - before);
}

static double plain_round(void *user, uint32_t blocks)
{
    struct chain *chain = user;
    int64_t begin_ns = bench_now_ns();
    for (uint32_t block = 0; block < blocks; block++) {
        bench_plain(chain->bytes + ED_DATA_HEADER_SIZE, ED_POINT_SIZE,
                    chain->fixture.channels, BENCH_POINTS);
        __asm__ volatile("" : : "r"(chain) : "memory"); /* the bytes are wanted */
    }
    return (double)(bench_now_ns() - begin_ns) / blocks / BENCH_POINTS;
}

static bool begin(struct chain *chain, uint32_t rate_hz, double pps)
{
    struct bj_shape neutral = bj_shape_neutral();
    chain->shaper = bj_shaper_make(&neutral);
    struct bj_safety_config safety = bj_safety_defaults();
    safety.start_blank_ns = 0;
    bj_safety_init(&chain->safety, &safety, pps);
    bj_safety_arm(&chain->safety);
    return bench_feed_begin(&chain->fixture, rate_hz, pps);
}

static bool report(uint32_t rate_hz, double pps, const struct bench_effort *effort)
{
    static struct chain chain;
    chain = (struct chain){.dark = false};
    if (!begin(&chain, rate_hz, pps))
        return false;
    struct bench_pair pair = bench_compare(effort, chain_round, plain_round, &chain);
    printf("%7.3f -> %7.3f kHz %16.2f %10.2f %8.1fx %6.0f ns  %s\n", rate_hz / 1e3,
           pps / 1e3, pair.first, pair.second, pair.ratio, LINE_NS,
           pair.first < LINE_NS ? "met" : "NOT MET");
    uint64_t jumps = bj_feed_stats(chain.fixture.feed).jumps;
    bench_feed_end(&chain.fixture);
    return !chain.fixture.broken && !chain.dark && jumps == 0;
}

bool measure_chain(const struct bench_effort *effort)
{
    printf("fill, shape, safety, encode  ns/point   plain C     ratio  line\n");
    return report(48000, 48000, effort) && report(48000, 48003, effort) &&
           report(48000, 30000, effort) && report(96000, 30000, effort) &&
           report(48000, 100000, effort);
}
