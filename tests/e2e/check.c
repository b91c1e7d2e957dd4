/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANCHOR_POINTS 32   /* as many in a row make a place certain */
#define NEAR_COUNTS 20     /* closer is a bent frame, further is another one */
#define SEARCH_AHEAD 20000 /* frames */

struct walk {
    const struct tagged_signal *signal;
    const struct played_point *points;
    size_t count;
    size_t at;     /* the point looked at */
    int64_t frame; /* the frame it should be */
    struct check_verdict *verdict;
};

const char *check_fault_name(enum check_fault fault)
{
    static const char *const names[CHECK_FAULTS] = {
        "missing", "doubled",  "held", "reordered", "position",
        "colour",  "darkened", "lit",  "foreign",   "backward"};
    return names[fault];
}

static bool is_lit(const struct played_point *point)
{
    return (point->r | point->g | point->b) != 0 && point->i != 0;
}

__attribute__((format(printf, 4, 5))) static void fault(struct check_verdict *verdict,
                                                        enum check_fault kind,
                                                        int64_t times, const char *format,
                                                        ...)
{
    verdict->faults[kind] += times;
    if (verdict->first[0] != '\0')
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict->first, sizeof verdict->first, format, arguments);
    va_end(arguments);
}

static bool is_clean(const struct check_verdict *verdict)
{
    for (int i = 0; i < CHECK_FAULTS; i++)
        if (verdict->faults[i] != 0)
            return false;
    return true;
}

static void begin(struct check_verdict *verdict, const struct played_point *points,
                  size_t count)
{
    memset(verdict, 0, sizeof *verdict);
    verdict->first_frame = verdict->last_frame = -1;
    verdict->points = (int64_t)count;
    for (size_t i = 0; i < count; i++)
        verdict->lit_points += is_lit(&points[i]);
}

static void expect_dark(struct check_verdict *verdict, const struct played_point *points,
                        size_t from, size_t to, const char *when)
{
    for (size_t i = from; i < to; i++)
        if (is_lit(&points[i]))
            fault(verdict, CHECK_LIT, 1, "point %zu at %lld ns is lit %s", i,
                  (long long)points[i].time_ns, when);
}

/* ---- Equal rates
 * -------------------------------------------------------------------------- */

static int distance(const struct played_point *point, int64_t frame)
{
    int dx = abs(point->x - tagged_x(frame)), dy = abs(point->y - tagged_y(frame));
    return dx > dy ? dx : dy;
}

static bool is_run(const struct walk *walk, size_t at, int64_t frame, size_t length)
{
    if (at + length > walk->count || frame < 0)
        return false;
    for (size_t i = 0; i < length; i++)
        if (distance(&walk->points[at + i], frame + (int64_t)i) > NEAR_COUNTS)
            return false;
    return true;
}

/* The frame that begins a run of the signal at point `at`, or -1. */
static int64_t recognise(const struct walk *walk, size_t at)
{
    if (at + ANCHOR_POINTS > walk->count)
        return -1;
    const struct played_point *point = &walk->points[at];
    if (point->x == point[1].x && point->y == point[1].y)
        return -1; /* resting: not the signal, which always moves */
    for (int64_t phase = 0; phase < TAGGED_PERIOD_X; phase++) {
        if (abs(point->x - tagged_x(phase)) > NEAR_COUNTS)
            continue;
        for (int64_t frame = phase; frame < walk->signal->frames; frame += TAGGED_PERIOD_X)
            if (is_run(walk, at, frame, ANCHOR_POINTS))
                return frame;
    }
    return -1;
}

static bool in_range(const struct walk *walk, int64_t frame)
{
    return frame >= walk->signal->lit_begin && frame < walk->signal->lit_end;
}

/* How many of `length` frames from `frame` on lie in the lit range. */
static int64_t overlap(const struct walk *walk, int64_t frame, int64_t length)
{
    int64_t from = frame > walk->signal->lit_begin ? frame : walk->signal->lit_begin;
    int64_t to =
        frame + length < walk->signal->lit_end ? frame + length : walk->signal->lit_end;
    return to > from ? to - from : 0;
}

static void report_missing(struct walk *walk, int64_t length)
{
    int64_t lost = overlap(walk, walk->frame, length);
    if (lost > 0)
        fault(walk->verdict, CHECK_MISSING, lost,
              "%lld frames from frame %lld on are missing at point %zu", (long long)lost,
              (long long)walk->frame, walk->at);
}

static void judge_colour(struct walk *walk)
{
    const struct played_point *point = &walk->points[walk->at];
    uint16_t colour[3];
    tagged_colour(walk->signal, walk->frame, colour);
    bool source_lit = (colour[0] | colour[1] | colour[2]) != 0;
    bool same = point->r == colour[0] && point->g == colour[1] && point->b == colour[2] &&
                (!source_lit || point->i == 65535);
    if (same && in_range(walk, walk->frame))
        walk->verdict->matched_frames++;
    if (same)
        return;
    enum check_fault kind = !is_lit(point) && source_lit   ? CHECK_DARKENED
                            : is_lit(point) && !source_lit ? CHECK_LIT
                                                           : CHECK_COLOUR;
    if (!is_lit(point) && !source_lit)
        return;
    fault(walk->verdict, kind, 1,
          "point %zu, frame %lld: colour %u %u %u (intensity %u), source %u %u %u",
          walk->at, (long long)walk->frame, point->r, point->g, point->b, point->i,
          colour[0], colour[1], colour[2]);
}

static void judge_match(struct walk *walk)
{
    const struct played_point *point = &walk->points[walk->at];
    int off = distance(point, walk->frame);
    if (off > walk->verdict->max_error_counts && in_range(walk, walk->frame))
        walk->verdict->max_error_counts = off;
    if (off > 1 && in_range(walk, walk->frame))
        fault(walk->verdict, CHECK_POSITION, 1,
              "point %zu, frame %lld: at %d %d, source %d %d", walk->at,
              (long long)walk->frame, point->x, point->y, tagged_x(walk->frame),
              tagged_y(walk->frame));
    else
        judge_colour(walk);
    walk->at++;
    walk->frame++;
}

/* The walk lost the signal: look for it further on. */
static void judge_gap(struct walk *walk)
{
    size_t at = walk->at;
    int64_t frame = -1;
    while (at < walk->count && (frame = recognise(walk, at)) < 0)
        at++;
    if (overlap(walk, walk->frame, 1) > 0 || is_lit(&walk->points[walk->at]))
        fault(
            walk->verdict, CHECK_FOREIGN, (int64_t)(at - walk->at),
            "%zu points from point %zu on are no frame of the source (expected frame %lld; "
            "the first is at %d %d)",
            at - walk->at, walk->at, (long long)walk->frame, walk->points[walk->at].x,
            walk->points[walk->at].y);
    expect_dark(walk->verdict, walk->points, walk->at, at, "and no frame of the source");
    walk->at = at;
    if (frame < 0)
        return;
    if (frame < walk->frame)
        fault(walk->verdict, CHECK_BACKWARD, 1,
              "point %zu goes back to frame %lld from %lld", at, (long long)frame,
              (long long)walk->frame);
    else
        report_missing(walk, frame - walk->frame);
    walk->frame = frame;
}

static void judge_mismatch(struct walk *walk)
{
    const struct played_point *point = &walk->points[walk->at];
    if (distance(point, walk->frame - 1) <= 1) {
        if (in_range(walk, walk->frame))
            fault(walk->verdict, is_lit(point) ? CHECK_DOUBLED : CHECK_HELD, 1,
                  "point %zu plays frame %lld again%s", walk->at,
                  (long long)walk->frame - 1, is_lit(point) ? "" : ", dark");
        walk->at++;
        return;
    }
    if (is_run(walk, walk->at, walk->frame + 1, 1) &&
        is_run(walk, walk->at + 1, walk->frame, 1)) {
        fault(walk->verdict, CHECK_REORDERED, 1, "points %zu and %zu have changed places",
              walk->at, walk->at + 1);
        walk->at += 2;
        walk->frame += 2;
        return;
    }
    for (int64_t ahead = 1; ahead < SEARCH_AHEAD; ahead++) {
        if (!is_run(walk, walk->at, walk->frame + ahead, ANCHOR_POINTS))
            continue;
        report_missing(walk, ahead);
        walk->frame += ahead;
        return;
    }
    judge_gap(walk);
}

static size_t find_start(struct walk *walk)
{
    size_t at = 0;
    while (at < walk->count && (walk->frame = recognise(walk, at)) < 0)
        at++;
    walk->at = at;
    return at;
}

bool check_equal(const struct tagged_signal *signal, const struct played_point *points,
                 size_t count, struct check_verdict *verdict)
{
    struct walk walk = {
        .signal = signal, .points = points, .count = count, .verdict = verdict};
    begin(verdict, points, count);
    size_t start = find_start(&walk);
    expect_dark(verdict, points, 0, start, "before the signal began");
    if (start == count) {
        fault(verdict, CHECK_MISSING, signal->lit_end - signal->lit_begin,
              "the signal was not recognised in %zu points", count);
        return false;
    }
    verdict->first_frame = walk.frame;
    if (walk.frame > signal->lit_begin)
        fault(verdict, CHECK_MISSING, walk.frame - signal->lit_begin,
              "recognised only from frame %lld on", (long long)walk.frame);
    int64_t first = walk.frame;
    while (walk.at < count && walk.frame < signal->frames) {
        if (distance(&points[walk.at], walk.frame) <= NEAR_COUNTS)
            judge_match(&walk);
        else
            judge_mismatch(&walk);
    }
    report_missing(&walk, signal->lit_end - walk.frame);
    expect_dark(verdict, points, walk.at, count, "after the signal ended");
    verdict->last_frame = walk.frame - 1;
    if (walk.at > start)
        verdict->frames_per_point =
            (double)(walk.frame - first) / (double)(walk.at - start);
    return is_clean(verdict);
}

/* ---- Dark
 * --------------------------------------------------------------------------------- */

bool check_dark(const struct played_point *points, size_t count, int64_t after_ns,
                int64_t until_ns, struct check_verdict *verdict)
{
    begin(verdict, points, 0);
    for (size_t i = 0; i < count; i++) {
        if (points[i].time_ns < after_ns || points[i].time_ns >= until_ns)
            continue;
        verdict->points++;
        verdict->lit_points += is_lit(&points[i]);
        expect_dark(verdict, points, i, i + 1, "and should be dark");
    }
    return is_clean(verdict);
}
