/* SPDX-License-Identifier: MIT */
#include "place.h"

#include <math.h>

#define CORNER_COUNTS 60.0 /* any good interpolation rounds a corner by about one frame */
#define CORNER_FRAMES 10.0
#define CORNER_POINTS 10.0

static double reach(const struct path *path)
{
    return fmax(CORNER_FRAMES, CORNER_POINTS * path->step);
}

/* The position by one axis, whose slope around `expected` is known. */
static double by_axis(double counts, double there, double ahead, double expected)
{
    return expected + (counts - there) / (ahead - there);
}

struct place place_near(const struct path *path, const struct played_point *point,
                        double expected)
{
    bool x_tells = tagged_corner_distance(expected, TAGGED_PERIOD_X) > reach(path);
    bool y_tells = tagged_corner_distance(expected, TAGGED_PERIOD_Y) > reach(path);
    double by_x =
        by_axis(point->x, tagged_x_at(expected), tagged_x_at(expected + 1), expected);
    double by_y =
        by_axis(point->y, tagged_y_at(expected), tagged_y_at(expected + 1), expected);
    struct place place = {
        .position = expected, .room = CORNER_COUNTS, .known = x_tells || y_tells};

    if (x_tells && y_tells) {
        place.position = (by_x + by_y) / 2;
        place.room = path->limits.position;
    } else if (x_tells || y_tells) {
        place.position = x_tells ? by_x : by_y;
    }
    place.off = fmax(fabs(point->x - tagged_x_at(place.position)),
                     fabs(point->y - tagged_y_at(place.position)));
    return place;
}

double place_slack(const struct path *path, double points)
{
    return points * path->step * path->limits.bend +
           2 * (path->limits.position + 0.1) / TAGGED_STEP_COUNTS;
}

/* How far the worst point of a run is from the path; infinite: it is no run. */
static double run_off(const struct path *path, const struct played_point *points,
                      size_t count, double position)
{
    double worst = 0;
    for (size_t i = 0; i < count; i++, position += path->step) {
        struct place place = place_near(path, &points[i], position);
        if (position < 0 || place.off > place.room ||
            fabs(place.position - position) > place_slack(path, 1))
            return INFINITY;
        worst = fmax(worst, place.off);
        position = place.position;
    }
    return worst;
}

bool place_is_run(const struct path *path, const struct played_point *points, size_t count,
                  double position)
{
    return isfinite(run_off(path, points, count, position));
}

struct found {
    double position, off;
};

/* Near a corner the neighbouring turns fit nearly as well: the best counts. */
static void consider(struct found *found, double position, double off)
{
    if (off < found->off)
        *found = (struct found){position, off};
}

/* All places at which one axis has this value. */
static double find_by(const struct path *path, const struct played_point *points,
                      size_t count, double from, double value, int period)
{
    struct found ahead = {-1, INFINITY}, before = {-1, INFINITY};
    double rise = (value + 32500) / TAGGED_STEP_COUNTS, fall = period - rise;

    for (double turn = 0; turn < (double)path->signal->frames; turn += period)
        for (int i = 0; i < 2; i++) {
            double position = turn + (i == 0 ? rise : fall);
            consider(position >= from - 0.5 * path->step ? &ahead : &before, position,
                     run_off(path, points, count, position));
        }
    if (count < PLACE_CERTAIN || ahead.off <= fmax(path->limits.position, before.off))
        return isfinite(ahead.off) ? ahead.position : -1;
    return before.position;
}

static bool tells(const struct path *path, double value, int period)
{
    double rise = fmax((value + 32500) / TAGGED_STEP_COUNTS, 0);
    return tagged_corner_distance(rise, period) > reach(path);
}

double place_find(const struct path *path, const struct played_point *points, size_t count,
                  double from)
{
    if (tells(path, points->x, TAGGED_PERIOD_X))
        return find_by(path, points, count, from, points->x, TAGGED_PERIOD_X);
    if (tells(path, points->y, TAGGED_PERIOD_Y))
        return find_by(path, points, count, from, points->y, TAGGED_PERIOD_Y);
    return -1;
}
