/* SPDX-License-Identifier: MIT
 *
 * Watches every point that comes out of the simulated DAC: is it what was pushed, once, in
 * order, at its time, and is there light only where light may be?
 */
#ifndef PIPELINE_AUDIENCE_H
#define PIPELINE_AUDIENCE_H

#include "clock_quality.h"
#include "clock_trace.h"
#include "source.h"

#include "sim_ether_dream.h"

#define AUDIENCE_CYCLES 4096u

struct audience {
    enum source_signal signal;
    uint32_t rate_hz;
    int64_t expected_latency_ns;
    struct clock_trace *trace;     /* SOURCE_VERNIER, SOURCE_CIRCLE: latency goes there */
    struct clock_quality *quality; /* SOURCE_CIRCLE; may be NULL */
    uint32_t stride;               /* they decode every so many points only */
    int64_t dark_from_ns; /* from here on nothing may be lit; BJ_NEVER = light is fine */

    /* when the frames were captured */
    struct audience_cycle {
        uint64_t first_frame;
        double begin_ns;
    } cycles[AUDIENCE_CYCLES];
    uint64_t cycle_count, cycle_at;
    uint64_t frames; /* pushed so far */

    /* what was seen */
    uint64_t points, lit;
    uint64_t fillers;  /* dark points that are no frame */
    uint64_t skipped;  /* frames that never came, between two that did */
    uint64_t repeated; /* lit points at or before the place of the one before */
    uint64_t wrong;    /* lit points with a colour or at a place nobody sent */
    uint64_t lit_in_dark;
    uint64_t dark_frames;              /* between two lit ones (SOURCE_NUMBERED) */
    int64_t first_lit_ns, last_lit_ns; /* BJ_NEVER before */
    double latency_ns, min_latency_ns, max_latency_ns; /* of lit points */

    /* where it is */
    bool begun;
    uint64_t last_frame;
    double last_capture_ns;
    int64_t last_point_ns;
    uint64_t dark_run;
};

void audience_init(struct audience *audience, enum source_signal signal, uint32_t rate_hz,
                   int64_t expected_latency_ns);

/* A cycle was captured from begin_ns on. */
void audience_expect(struct audience *audience, uint32_t frames, double begin_ns);

/* From here on. */
void audience_expect_dark(struct audience *audience, int64_t from_ns);
void audience_allow_light(struct audience *audience);

/* Forgets the counts and the extremes, not where it is. */
void audience_count_anew(struct audience *audience);

void audience_see(struct audience *audience, const struct sim_ed_point *point);

#endif
