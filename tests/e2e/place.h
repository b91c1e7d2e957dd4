/* SPDX-License-Identifier: MIT
 *
 * Where on the path of the tagged signal does a played point lie?
 *
 * x and y each move by TAGGED_STEP_COUNTS per frame, so a point on the path names its
 * source position to a few hundredths of a frame, twice. Within the reach of a corner,
 * which any good interpolation rounds, an axis tells nothing.
 */
#ifndef E2E_PLACE_H
#define E2E_PLACE_H

#include "check.h"

struct path {
    const struct tagged_signal *signal;
    double step; /* frames from point to point, nominally */
    struct check_limits limits;
};

struct place {
    double position; /* source frame */
    double off;      /* counts off the path, at that position */
    double room;     /* as many are allowed there */
    bool known;      /* false: both axes are near a corner, the position is the expected */
};

/* The place near `expected`, at most a few frames away. */
struct place place_near(const struct path *path, const struct played_point *point,
                        double expected);

/* Do the points stand on the path, one step apart, from `position` on? */
bool place_is_run(const struct path *path, const struct played_point *points, size_t count,
                  double position);

#define PLACE_CERTAIN 8 /* as many points in a row leave no doubt */

/* The position of the first of `count` points that are such a run: the best that is not
 * before `from`, else, if there is no doubt, before it; -1: none, or both axes are too near
 * a corner to tell. */
double place_find(const struct path *path, const struct played_point *points, size_t count,
                  double from);

/* How far two neighbours may be from one step apart, in frames: the clocks may differ, and
 * each position is known to the tolerance only. */
double place_slack(const struct path *path, double points);

#endif
