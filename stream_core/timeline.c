/* SPDX-License-Identifier: MIT */
#include "timeline.h"

#define WINDOW_NS (BJ_NS_PER_S / 2)
/* From window to window: more than crystals drift or callbacks wobble, less than a cycle of
 * any size that hurts. */
#define STEP_NS (2.0 * BJ_NS_PER_MS)

void bj_timeline_init(struct bj_timeline *timeline, double rate, uint64_t frame)
{
    *timeline = (struct bj_timeline){.rate = rate, .origin = frame, .end = frame};
}

static double frames_ns(const struct bj_timeline *timeline, uint64_t frames)
{
    return (double)frames / timeline->rate * 1e9;
}

static void begin_line(struct bj_timeline *timeline, const struct bj_stamp *stamp)
{
    timeline->origin = stamp->first_frame;
    timeline->offset_ns = timeline->previous_ns = (double)stamp->now_ns;
    timeline->window_start_ns = stamp->now_ns;
    timeline->step_ns = 0;
    timeline->ready = true;
}

static void extend_line(struct bj_timeline *timeline, const struct bj_stamp *stamp)
{
    double offset =
        (double)stamp->now_ns - frames_ns(timeline, stamp->first_frame - timeline->origin);
    if (stamp->now_ns - timeline->window_start_ns > WINDOW_NS) {
        double step = timeline->offset_ns - timeline->previous_ns;
        timeline->step_ns += step > STEP_NS || step < -STEP_NS ? step : 0;
        timeline->previous_ns = timeline->offset_ns;
        timeline->offset_ns = offset;
        timeline->window_start_ns = stamp->now_ns;
    } else if (offset < timeline->offset_ns) {
        timeline->offset_ns = offset;
    }
}

void bj_timeline_push(struct bj_timeline *timeline, const struct bj_stamp *stamp)
{
    if (!timeline->ready || stamp->lost_before > 0) {
        begin_line(timeline, stamp);
    } else {
        extend_line(timeline, stamp);
    }
    timeline->end = stamp->first_frame + stamp->frames;
    if (stamp->frames > timeline->push_frames) {
        timeline->push_frames = stamp->frames;
    }
}

double bj_timeline_take_step(struct bj_timeline *timeline)
{
    double step_ns = timeline->step_ns;
    timeline->step_ns = 0;
    return step_ns;
}

bool bj_timeline_ready(const struct bj_timeline *timeline)
{
    return timeline->ready;
}

double bj_timeline_frame_at(const struct bj_timeline *timeline, int64_t now_ns)
{
    double offset = timeline->previous_ns < timeline->offset_ns ? timeline->previous_ns
                                                                : timeline->offset_ns;
    return (double)timeline->origin + ((double)now_ns - offset) * timeline->rate / 1e9;
}

uint64_t bj_timeline_end(const struct bj_timeline *timeline)
{
    return timeline->end;
}

int64_t bj_timeline_push_ns(const struct bj_timeline *timeline)
{
    return (int64_t)(timeline->push_frames / timeline->rate * 1e9);
}
