/* SPDX-License-Identifier: MIT */
#include "feed/timeline.h"

#include <math.h>

/* Pushes that stay late mean a gap
 * - beyond the recent jitter: after SUSPECT_PUSHES and SUSPECT_S,
 * - within it: after LASTING_S,
 * - late by the same number of whole pushes, where pushes are punctual: after two, or after
 *   one whose callback began its cycle in time.
 * Pushes that catch up mean no gap. */
#define SUSPECT_PUSHES 3u
#define SUSPECT_S 8e-3
#define LASTING_S 0.1
#define WHOLE_PUSHES 2u
#define WHOLE_S 0.2e-3 /* this near to whole pushes is whole pushes */
#define PUNCTUAL 0.2   /* a push later than this part of a push is not punctual */
#define JITTER_DECAY_S 10.0

void bj_timeline_init(struct bj_timeline *timeline, double rate, uint64_t frame)
{
    *timeline = (struct bj_timeline){.end = frame};
    bj_clock_fit_init(&timeline->fit, BJ_CLOCK_ONE_WAY, rate, 0);
}

void bj_timeline_begin(struct bj_timeline *timeline, double rate, uint64_t frame)
{
    bool same = timeline->fit.nominal_hz == rate;
    uint32_t misfits = timeline->misfits;
    double hz = same && bj_timeline_settled(timeline) ? timeline->fit.line.hz : rate;
    bj_timeline_init(timeline, rate, frame);
    timeline->fit.line.hz = hz;
    timeline->misfits = misfits;
}

bool bj_timeline_ready(const struct bj_timeline *timeline)
{
    return timeline->ready;
}

double bj_timeline_hz(const struct bj_timeline *timeline)
{
    return timeline->fit.line.hz;
}

bool bj_timeline_settled(const struct bj_timeline *timeline)
{
    return bj_clock_fit_settled(&timeline->fit);
}

uint64_t bj_timeline_end(const struct bj_timeline *timeline)
{
    return timeline->end;
}

static double push_s(const struct bj_timeline *timeline)
{
    return timeline->push_frames / timeline->fit.nominal_hz;
}

int64_t bj_timeline_push_ns(const struct bj_timeline *timeline)
{
    return (int64_t)(push_s(timeline) * 1e9);
}

/* ---- asking -------------------------------------------------------------------------- */

double bj_timeline_ns(const struct bj_timeline *timeline, double frame)
{
    double ns = bj_clock_fit_ns(&timeline->fit, frame);
    for (uint32_t k = timeline->gap_count; k-- > 0;) {
        if (frame >= (double)timeline->gaps[k].frame) {
            break;
        }
        ns -= timeline->gaps[k].ns;
    }
    return ns;
}

double bj_timeline_frame_at(const struct bj_timeline *timeline, double now_ns)
{
    double frame = bj_clock_fit_count(&timeline->fit, now_ns);
    for (uint32_t k = timeline->gap_count; k-- > 0;) {
        const struct bj_timeline_gap *gap = &timeline->gaps[k];
        if (frame >= (double)gap->frame) {
            break;
        }
        frame += gap->ns / 1e9 * timeline->fit.line.hz;
        if (frame > (double)gap->frame) {
            return (double)gap->frame;
        }
    }
    return frame;
}

uint64_t bj_timeline_next_gap(const struct bj_timeline *timeline, double frame)
{
    for (uint32_t k = 0; k < timeline->gap_count; k++) {
        if ((double)timeline->gaps[k].frame >= frame) {
            return timeline->gaps[k].frame;
        }
    }
    return UINT64_MAX;
}

bool bj_timeline_pass(struct bj_timeline *timeline, double frame)
{
    bool jumped = timeline->moved;
    uint32_t passed = 0;
    while (passed < timeline->gap_count && (double)timeline->gaps[passed].frame <= frame) {
        passed++;
    }
    for (uint32_t k = passed; k < timeline->gap_count; k++) {
        timeline->gaps[k - passed] = timeline->gaps[k];
    }
    timeline->gap_count -= passed;
    timeline->moved = false;
    return jumped || passed > 0;
}

/* ---- learning ------------------------------------------------------------------------ */

/* Too many gaps at once: the oldest two become one, at the later place. */
static void add_gap(struct bj_timeline *timeline, uint64_t frame, double gap_s)
{
    bj_clock_fit_step(&timeline->fit, -gap_s * timeline->fit.line.hz);
    if (timeline->gap_count == BJ_TIMELINE_GAPS) {
        timeline->gaps[1].ns += timeline->gaps[0].ns;
        for (uint32_t k = 1; k < BJ_TIMELINE_GAPS; k++) {
            timeline->gaps[k - 1] = timeline->gaps[k];
        }
        timeline->gap_count--;
    }
    timeline->gaps[timeline->gap_count++] =
        (struct bj_timeline_gap){.frame = frame, .ns = gap_s * 1e9};
}

static void note_jitter(struct bj_timeline *timeline, double late_s, double push_s)
{
    timeline->jitter_s *= 1 - fmin(push_s / JITTER_DECAY_S, 1);
    timeline->jitter_s = fmax(timeline->jitter_s, late_s);
}

static double whole_pushes(const struct bj_timeline *timeline, double gap_s)
{
    return round(gap_s / push_s(timeline)) * push_s(timeline);
}

static bool is_whole(const struct bj_timeline *timeline, double gap_s)
{
    return fabs(gap_s - whole_pushes(timeline, gap_s)) < WHOLE_S;
}

static double usual_s(const struct bj_timeline *timeline)
{
    return push_s(timeline) / 2 + timeline->jitter_s;
}

static bool is_sure(const struct bj_timeline *timeline, const struct bj_stamp *stamp,
                    double late_s)
{
    double least_s = timeline->least_late_s;
    bool punctual =
        bj_timeline_settled(timeline) && timeline->jitter_s < PUNCTUAL * push_s(timeline);
    bool in_time = (double)stamp->late_ns / 1e9 < PUNCTUAL * push_s(timeline);
    bool same =
        late_s - least_s < WHOLE_S && (timeline->suspects >= WHOLE_PUSHES || in_time);
    bool beyond_jitter = timeline->suspects >= SUSPECT_PUSHES &&
                         timeline->suspected_s >= SUSPECT_S && least_s > usual_s(timeline);
    bool lasting =
        timeline->suspects >= SUSPECT_PUSHES && timeline->suspected_s >= LASTING_S;
    return beyond_jitter || lasting || (punctual && same && is_whole(timeline, least_s));
}

/* The first late push, or one that has caught up with a good part of the lateness. */
static void suspect_anew(struct bj_timeline *timeline, double late_s)
{
    timeline->suspects = 0;
    timeline->suspected_s = 0;
    timeline->least_late_s = late_s;
}

static void suspect(struct bj_timeline *timeline, const struct bj_stamp *stamp,
                    double late_s)
{
    if (timeline->suspects == 0) {
        timeline->suspect_frame = stamp->first_frame;
        timeline->most_late_s = 0;
        suspect_anew(timeline, late_s);
    } else if (late_s < timeline->least_late_s - push_s(timeline) / 2) {
        suspect_anew(timeline, late_s);
    }
    timeline->suspects++;
    timeline->least_late_s = fmin(timeline->least_late_s, late_s);
    timeline->most_late_s = fmax(timeline->most_late_s, late_s);
    timeline->suspected_s += stamp->frames / timeline->fit.nominal_hz;
    if (is_sure(timeline, stamp, late_s)) {
        double late = timeline->least_late_s;
        add_gap(timeline, timeline->suspect_frame,
                is_whole(timeline, late) ? whole_pushes(timeline, late) : late);
        timeline->suspects = 0;
    }
}

/* Early, which no push can be: the newest gaps were late pushes. Time moves only where none
 * of them is left to take back. Returns by how much the push is late then. */
static double take_back(struct bj_timeline *timeline, double late_s)
{
    double hz = timeline->fit.line.hz, usual = usual_s(timeline);
    while (late_s < -usual && timeline->gap_count > 0) {
        double gap_s = timeline->gaps[timeline->gap_count - 1].ns / 1e9;
        if (late_s + gap_s > usual) {
            break;
        }
        timeline->gap_count--;
        bj_clock_fit_step(&timeline->fit, gap_s * hz);
        note_jitter(timeline, gap_s, 0);
        late_s += gap_s;
    }
    if (late_s < -usual) {
        bj_clock_fit_shift(&timeline->fit, -late_s * hz);
        timeline->moved = true;
        late_s = 0;
    }
    return late_s;
}

static void validate(struct bj_timeline *timeline, const struct bj_stamp *stamp)
{
    double due_ns = bj_clock_fit_ns(&timeline->fit, (double)stamp->first_frame);
    double late_s = ((double)stamp->now_ns - due_ns) / 1e9;
    if (late_s > push_s(timeline) / 2) {
        suspect(timeline, stamp, late_s);
        return;
    }
    if (late_s < -usual_s(timeline)) {
        late_s = take_back(timeline, late_s);
    }
    double most_s = timeline->suspects > 0 ? timeline->most_late_s : late_s;
    timeline->suspects = 0;
    note_jitter(timeline, most_s, stamp->frames / timeline->fit.nominal_hz);
}

void bj_timeline_push(struct bj_timeline *timeline, const struct bj_stamp *stamp)
{
    uint32_t lines = timeline->fit.lines, misfits = timeline->fit.misfits;
    if (stamp->frames > timeline->push_frames) {
        timeline->push_frames = stamp->frames;
    }
    if (timeline->ready && stamp->lost_before > 0) {
        timeline->suspects = 0;
        add_gap(timeline, stamp->first_frame,
                stamp->lost_before / timeline->fit.nominal_hz);
    }
    if (timeline->ready) {
        validate(timeline, stamp);
    }
    bj_clock_fit_observe(&timeline->fit, stamp->now_ns, (double)stamp->first_frame, 0);
    timeline->moved = timeline->moved || (lines > 0 && timeline->fit.lines != lines);
    timeline->misfits += timeline->fit.misfits - misfits;
    timeline->end = stamp->first_frame + stamp->frames;
    timeline->ready = true;
}
