/* SPDX-License-Identifier: MIT
 *
 * Time line: maps frame numbers to the time of their capture, from the stamps of the
 * pushes.
 *
 * A stamp is never early and sometimes late (a callback is scheduled after its cycle
 * began); a clock fit finds JACK's own line in them. Cycles that JACK lost took time but
 * have no number: such a gap shows in pushes that stay late, and from its frame on all
 * frames were captured later. Pure arithmetic; engine thread, BJ_RT.
 */
#ifndef BJ_TIMELINE_H
#define BJ_TIMELINE_H

#include "clock/clock_fit.h"
#include "feed/ring.h"

#define BJ_TIMELINE_GAPS 8

struct bj_timeline {
    struct bj_clock_fit fit; /* of the frames behind the newest gap */
    uint64_t end;            /* first frame not yet pushed */
    uint32_t push_frames;    /* the longest push seen */
    bool ready;
    bool moved;       /* the line was measured anew */
    uint32_t misfits; /* times that frames did not fit the line any more, since init */

    /* pushes that are late, by jitter or by a gap */
    uint32_t suspects;
    double most_late_s;
    double least_late_s, suspected_s; /* ... since they no longer catch up */
    uint64_t suspect_frame;
    double jitter_s; /* how late recent pushes came at most */

    /* time without frames, before `frame`; oldest first */
    struct bj_timeline_gap {
        uint64_t frame;
        double ns;
    } gaps[BJ_TIMELINE_GAPS];
    uint32_t gap_count;
};

/* Begins a time line. `frame`: the number of the next frame that can come. */
void bj_timeline_init(struct bj_timeline *timeline, double rate, uint64_t frame);

/* Begins as init, but keeps a rate that was measured at the same nominal rate. */
void bj_timeline_begin(struct bj_timeline *timeline, double rate, uint64_t frame);

void bj_timeline_push(struct bj_timeline *timeline, const struct bj_stamp *stamp);

/* Returns whether at least one push was seen. */
bool bj_timeline_ready(const struct bj_timeline *timeline);

/* Returns the frames per second of the host's clock. */
double bj_timeline_hz(const struct bj_timeline *timeline);

/* Returns whether the line is measured for long enough to be accurate to microseconds. */
bool bj_timeline_settled(const struct bj_timeline *timeline);

/* Returns when a frame, or a place between two, was captured. */
double bj_timeline_ns(const struct bj_timeline *timeline, double frame);

/* Returns the frame captured at now_ns, fractional, possibly before the first or after
 * the last; within a gap the frame behind it. */
double bj_timeline_frame_at(const struct bj_timeline *timeline, double now_ns);

/* Returns the next frame at or after `frame` with a gap before it; UINT64_MAX: none. */
uint64_t bj_timeline_next_gap(const struct bj_timeline *timeline, double frame);

/* Forgets the frames below `frame`. Returns true if a gap lay before one of them, or the
 * line was measured anew since the last call, so that the time of `frame` jumped. */
bool bj_timeline_pass(struct bj_timeline *timeline, double frame);

uint64_t bj_timeline_end(const struct bj_timeline *timeline);
int64_t bj_timeline_push_ns(const struct bj_timeline *timeline); /* the longest push */

#endif
