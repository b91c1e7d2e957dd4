/* SPDX-License-Identifier: MIT
 *
 * The state of a feed; not installed. feed.c holds the public handle, feed_fill.c the work
 * of the engine thread.
 */
#ifndef BJ_FEED_H
#define BJ_FEED_H

#include "feed/convert.h"
#include "feed/ring.h"
#include "feed/sanitise.h"
#include "feed/timeline.h"

struct bj_feed {
    struct bj_ring ring;
    bool has_intensity;
    enum bj_matching matching;
    int64_t colour_shift_ns, most_latency_ns;

    /* settings: written by control, taken by the engine when `restarts` moves */
    _Atomic uint32_t rate_hz;
    _Atomic int64_t latency_ns;
    _Atomic unsigned restarts;

    /* engine thread */
    struct bj_convert convert;
    struct bj_timeline timeline;
    struct bj_sanitiser sanitiser;
    unsigned restarts_seen;
    double rate;
    int64_t latency;
    bool settled;         /* L has held once: frames skipped from then on are lost */
    int64_t settle_by_ns; /* `settled` becomes true by then in any case; 0: nothing was
                             played yet */
    bool running;         /* position is set and points come from frames */
    double wanted_pps;    /* for the DAC, while its rate follows the feed; 0: none */
    uint64_t hold_points; /* dark points due before the next frame */
    uint64_t dark_points; /* of the next ones: the beam jumped */
    uint32_t misfits;     /* misfits of the timeline that were counted already */
    bool remeasured;      /* by this fill, and counted already */
    bool unsure;          /* a clock was measured anew and has not settled yet */
    float hold_x, hold_y;
    float *scratch[BJ_CHANNELS];
    float *scratch_block;

    /* engine -> JACK thread: wake the engine once this many frames were pushed */
    _Atomic uint64_t wanted_frames;

    /* engine writes, any thread reads */
    _Atomic uint64_t frames_invalid, frames_skipped, frames_at_start, jumps,
        remeasured_pushes, silences;
    _Atomic int64_t buffered_ns, last_push_ns, last_jump_ns;
    _Atomic double position, latency_error_ns, ratio_ppm;
    _Atomic bool running_now, locked_now;
};

#endif
