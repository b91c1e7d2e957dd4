/* SPDX-License-Identifier: MIT
 *
 * A feed in virtual time: periods come in, and all points are made that are due by then.
 */
#ifndef BENCH_FEED_FIXTURE_H
#define BENCH_FEED_FIXTURE_H

#include <beamjack/core.h>

#define BENCH_PERIOD 256u
#define BENCH_POINTS 256u

struct bench_feed {
    struct bj_feed *feed;
    float samples[BJ_CHANNELS][BENCH_PERIOD];
    const float *channels[BJ_CHANNELS]; /* five of them */
    struct bj_point points[BENCH_POINTS];
    uint32_t rate_hz;
    double pps;
    uint64_t pushed_frames, made_points;
    bool broken; /* it did not give what was due */
};

/* Begins with frames enough for what comes first. False: no memory. */
bool bench_feed_begin(struct bench_feed *fixture, uint32_t rate_hz, double pps);
void bench_feed_end(struct bench_feed *fixture);

void bench_feed_push(struct bench_feed *fixture);

/* BENCH_POINTS points, unless none are due before the next period. */
bool bench_feed_fill(struct bench_feed *fixture);

#endif
