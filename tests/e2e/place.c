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
        place.room = path->tolerance;
    } else if (x_tells || y_tells) {
        place.position = x_tells ? by_x : by_y;
    }
    place.off = fmax(fabs(point->x - tagged_x_at(place.position)),
                     fabs(point->y - tagged_y_at(place.position)));
    return place;
}

double place_slack(const struct path *path, double points)
{
    return points * path->step * PLACE_RATE_SLACK +
           2 * (path->tolerance + 0.1) / TAGGED_STEP_COUNTS;
}

bool place_is_run(const struct path *path, const struct played_point *points, size_t count,
                  double position)
{
    for (size_t i = 0; i < count; i++, position += path->step) {
        struct place place = place_near(path, &points[i], position);
        if (position < 0 || place.off > place.room ||
            fabs(place.position - position) > place_slack(path, 1))
            return false;
        position = place.position;
    }
    return true;
}

double place_find(const struct path *path, const struct played_point *points, size_t count,
                  double from)
{
    double rise = (points->x + 32500.0) / TAGGED_STEP_COUNTS, before = -1;
    double falls = TAGGED_PERIOD_X - rise;

    if (tagged_corner_distance(fmax(rise, 0), TAGGED_PERIOD_X) <= reach(path))
        return -1;
    for (double turn = 0; turn < (double)path->signal->frames; turn += TAGGED_PERIOD_X) {
        const double candidates[2] = {turn + rise, turn + falls};
        for (int i = 0; i < 2; i++) {
            if (tagged_corner_distance(candidates[i], TAGGED_PERIOD_Y) <= reach(path) ||
                !place_is_run(path, points, count, candidates[i]))
                continue;
            if (candidates[i] >= from - 0.5 * path->step)
                return candidates[i];
            if (count >= PLACE_CERTAIN)
                before = candidates[i];
        }
    }
    return before;
}
