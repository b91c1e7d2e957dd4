/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ANCHOR_POINTS 32
#define ANCHOR_COUNTS 26.0 /* half a frame */
#define CORNER_COUNTS 60.0 /* any good interpolation rounds a corner by about one frame */
#define FOLLOW 0.02        /* how much of the distance to the expected place is adopted */

static bool is_lit(const struct played_point *point)
{
    return (point->r | point->g | point->b) != 0 && point->i != 0;
}

static double distance(const struct played_point *point, double position)
{
    return fmax(fabs(point->x - tagged_x_at(position)),
                fabs(point->y - tagged_y_at(position)));
}

static bool is_run(const struct played_point *points, double position, double step)
{
    for (int i = 0; i < ANCHOR_POINTS; i++)
        if (distance(&points[i], position + i * step) > ANCHOR_COUNTS)
            return false;
    return true;
}

/* The source position of points[0], or -1. Tries both slopes of x in every period. */
static double recognise(const struct tagged_signal *signal, double step,
                        const struct played_point *points)
{
    double rise = (points->x + 32500.0) / TAGGED_STEP_COUNTS;
    const double phases[2] = {rise, TAGGED_PERIOD_X - rise};
    if (points[0].x == points[1].x && points[0].y == points[1].y)
        return -1;
    for (int i = 0; i < 2; i++)
        for (double p = phases[i]; p < (double)signal->frames; p += TAGGED_PERIOD_X)
            if (p >= 0 && is_run(points, p, step))
                return p;
    return -1;
}

/* Where the point lies ahead of `position`, in frames, by the axis that is far from
 * corners. */
static double lead(const struct played_point *point, double position)
{
    bool use_x = tagged_corner_distance(position, TAGGED_PERIOD_X) >
                 tagged_corner_distance(position, TAGGED_PERIOD_Y);
    double slope = use_x ? tagged_x_at(position + 0.5) - tagged_x_at(position - 0.5)
                         : tagged_y_at(position + 0.5) - tagged_y_at(position - 0.5);
    double off =
        use_x ? point->x - tagged_x_at(position) : point->y - tagged_y_at(position);
    return fabs(slope) < 1 ? 0 : off / slope;
}

static double allowed(double position, double step, int period, double tolerance)
{
    double reach = 10 * fmax(step, 1);
    return tagged_corner_distance(position, period) < reach ? CORNER_COUNTS : tolerance;
}

static bool is_between(const struct tagged_signal *signal, double position, double step,
                       const struct played_point *point)
{
    int low[3] = {65536, 65536, 65536}, high[3] = {-1, -1, -1};
    const uint16_t played[3] = {point->r, point->g, point->b};
    int64_t last = (int64_t)floor(position + step) + 1;
    for (int64_t f = (int64_t)floor(position - step) - 1; f <= last; f++) {
        uint16_t colour[3] = {0, 0, 0};
        if (f >= 0)
            tagged_colour(signal, f, colour);
        for (int i = 0; i < 3; i++) {
            low[i] = colour[i] < low[i] ? colour[i] : low[i];
            high[i] = colour[i] > high[i] ? colour[i] : high[i];
        }
    }
    for (int i = 0; i < 3; i++)
        if (played[i] < low[i] - 1 || played[i] > high[i] + 1)
            return false;
    return true;
}

static void say(struct check_verdict *verdict, enum check_fault kind, size_t at,
                const struct played_point *point, double position)
{
    verdict->faults[kind]++;
    if (verdict->first[0] != '\0')
        return;
    snprintf(
        verdict->first, sizeof verdict->first,
        "point %zu (%s): at %d %d colour %u %u %u; source position %.3f is at %.1f %.1f",
        at, check_fault_name(kind), point->x, point->y, point->r, point->g, point->b,
        position, tagged_x_at(position), tagged_y_at(position));
}

static void judge(const struct tagged_signal *signal, double step, double tolerance,
                  const struct played_point *point, size_t at, double position,
                  struct check_verdict *verdict)
{
    double dx = fabs(point->x - tagged_x_at(position));
    double dy = fabs(point->y - tagged_y_at(position));
    double room_x = allowed(position, step, TAGGED_PERIOD_X, tolerance);
    double room_y = allowed(position, step, TAGGED_PERIOD_Y, tolerance);
    if (room_x < CORNER_COUNTS && dx > verdict->max_error_counts)
        verdict->max_error_counts = dx;
    if (room_y < CORNER_COUNTS && dy > verdict->max_error_counts)
        verdict->max_error_counts = dy;
    if (dx > room_x || dy > room_y)
        say(verdict, CHECK_POSITION, at, point, position);
    else if (!is_between(signal, position, step, point))
        say(verdict, is_lit(point) ? CHECK_COLOUR : CHECK_DARKENED, at, point, position);
    else
        verdict->matched_frames++;
}

static bool is_inside(const struct tagged_signal *signal, double position)
{
    return position >= (double)signal->lit_begin && position < (double)signal->lit_end;
}

/* Follows the signal from `start`; returns the point behind the lit range. */
static size_t follow(const struct tagged_signal *signal, double step, double tolerance,
                     const struct played_point *points, size_t count, size_t start,
                     double position, struct check_verdict *verdict)
{
    size_t at = start;
    double first = position;
    for (; at < count && position < (double)signal->frames - 20; at++, position += step) {
        double off = lead(&points[at], position);
        if (is_inside(signal, position))
            judge(signal, step, tolerance, &points[at], at, position, verdict);
        if (fabs(off) > 2 && is_inside(signal, position)) {
            say(verdict, CHECK_BACKWARD, at, &points[at], position);
            break; /* the place is lost: what follows would only repeat it */
        }
        if (fabs(off) < 2)
            position += FOLLOW * off;
    }
    verdict->last_frame = (int64_t)position;
    if (at > start)
        verdict->frames_per_point = (position - first) / (double)(at - start);
    return at;
}

bool check_resampled(const struct tagged_signal *signal, double frames_per_point,
                     double tolerance_counts, const struct played_point *points,
                     size_t count, struct check_verdict *verdict)
{
    check_dark(points, count, INT64_MAX, INT64_MAX, verdict);
    verdict->points = (int64_t)count;
    double position = -1;
    size_t at = 0;
    for (; at + ANCHOR_POINTS <= count; at++)
        if ((position = recognise(signal, frames_per_point, &points[at])) >= 0)
            break;
    size_t end = at;
    if (position >= 0) {
        verdict->first_frame = (int64_t)position;
        end = follow(signal, frames_per_point, tolerance_counts, points, count, at,
                     position, verdict);
    }
    if (position < 0 || position > (double)signal->lit_begin ||
        verdict->last_frame < signal->lit_end) {
        verdict->faults[CHECK_MISSING]++;
        if (verdict->first[0] == '\0')
            snprintf(verdict->first, sizeof verdict->first,
                     "of the lit frames %lld to %lld, only %lld to %lld were recognised",
                     (long long)signal->lit_begin, (long long)signal->lit_end,
                     (long long)verdict->first_frame, (long long)verdict->last_frame);
    }
    for (size_t i = 0; i < count; i++) {
        verdict->lit_points += is_lit(&points[i]);
        if (is_lit(&points[i]) &&
            (i < at || (i >= end && verdict->faults[CHECK_BACKWARD] == 0)))
            say(verdict, CHECK_LIT, i, &points[i], -1);
    }
    for (int i = 0; i < CHECK_FAULTS; i++)
        if (verdict->faults[i] != 0)
            return false;
    return true;
}
