/* SPDX-License-Identifier: MIT
 *
 * One projector as beamjack runs it, in virtual time: a feed that gets a period of frames
 * whenever JACK would call, the real engine, a real driver, and its simulated device. What
 * the engine takes is timed apart from what the simulation takes.
 */
#ifndef BENCH_PROJECTOR_H
#define BENCH_PROJECTOR_H

#include "meter.h"

struct conformance_row;

#define BENCH_JACK_HZ 48000u
#define BENCH_JACK_FRAMES 256u

/* Sums of what was done and what it took. */
struct bench_effect {
    double engine_ns;    /* bj_stream_step but for simulated transports */
    double transport_ns; /* these: what the driver hands to them is copied there */
    double push_ns;      /* bj_feed_push and bj_stream_wake */
    double rest_ns;      /* the simulated device, and the loop around it all */
    uint64_t steps, points;
};

struct bench_projector {
    const struct conformance_row *row;
    void *adapter;
    struct bj_dac_config dac;
    struct bench_meter meter;
    bool metered;
    struct bj_feed *feed;
    struct bj_stream *stream;
    float samples[BJ_CHANNELS][BENCH_JACK_FRAMES];
    const float *channels[BJ_CHANNELS];
    struct bj_wait wait;
    bool woken, over;
    int64_t now_ns;
    uint64_t pushes;
    uint64_t written_points, lit_points;
    int64_t step_ns, push_ns, whole_ns;
    uint64_t steps;
    char complaint[160];
};

/* Connected, armed, lit. False: it did not come to that; `complaint` says why. */
bool bench_projector_begin(struct bench_projector *projector,
                           const struct conformance_row *row, uint32_t pps);
void bench_projector_end(struct bench_projector *projector);

/* Lets it play for so long. */
void bench_projector_run(struct bench_projector *projector, int64_t for_ns);

/* Since begin or the last call. */
struct bench_effect bench_projector_take(struct bench_projector *projector);

/* Nothing went wrong since begin: no reconnect, nothing dry, always lit. */
bool bench_projector_is_well(struct bench_projector *projector);

#endif
