/* SPDX-License-Identifier: MIT */
#include "mirror_reference.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define DAMPING 0.866
#define LEAST_STEPS 16
#define MOST_ANGLE 0.05 /* of a step */

void reference_mirrors_init(struct reference_mirrors *mirrors, double rated)
{
    *mirrors = (struct reference_mirrors){.w0 = 2 * acos(-1) * rated / 10.8};
}

void reference_mirrors_move(struct reference_mirrors *mirrors, const float to[2],
                            double pps)
{
    double w0 = mirrors->w0;
    int steps = (int)ceil(w0 / pps / MOST_ANGLE);
    steps = steps > LEAST_STEPS ? steps : LEAST_STEPS;
    double h = 1 / pps / steps;
    for (int axis = 0; axis < 2; axis++) {
        double p = mirrors->position[axis], v = mirrors->speed[axis];
        for (int k = 0; k < steps; k++) { /* the midpoint rule */
            double a = w0 * w0 * (to[axis] - p) - 2 * DAMPING * w0 * v;
            double middle_p = p + h / 2 * v, middle_v = v + h / 2 * a;
            p += h * middle_v;
            v += h * (w0 * w0 * (to[axis] - middle_p) - 2 * DAMPING * w0 * middle_v);
        }
        mirrors->position[axis] = p;
        mirrors->speed[axis] = v;
    }
}

void reference_watch_init(struct reference_watch *watch, double side)
{
    *watch = (struct reference_watch){.side = side};
    for (int k = 0; k < 5; k++) {
        watch->queues[k].at = malloc((REFERENCE_POINTS + 1) * sizeof(uint32_t));
    }
    watch->values[0] = malloc((REFERENCE_POINTS + 1) * sizeof(double));
    watch->values[1] = malloc((REFERENCE_POINTS + 1) * sizeof(double));
    watch->sums = malloc((REFERENCE_POINTS + 1) * sizeof(int64_t));
    reference_watch_begin(watch);
}

void reference_watch_finish(struct reference_watch *watch)
{
    for (int k = 0; k < 5; k++) {
        free(watch->queues[k].at);
    }
    free(watch->values[0]);
    free(watch->values[1]);
    free(watch->sums);
}

void reference_watch_begin(struct reference_watch *watch)
{
    watch->points = watch->begin = 0;
    watch->longest = 0;
    watch->sums[0] = 0;
    for (int k = 0; k < 5; k++) {
        watch->queues[k].first = watch->queues[k].last = 0;
    }
}

/* What a queue compares: 0 and 1 the axes' least, 2 and 3 their greatest, 4 the sums. */
static double value_of(const struct reference_watch *watch, int queue, uint32_t at)
{
    return queue == 4  ? (double)watch->sums[at]
           : queue < 2 ? watch->values[queue][at]
                       : -watch->values[queue - 2][at];
}

/* The first of a queue is always the least of the window. */
static void enter(struct reference_watch *watch, int which, uint32_t at)
{
    struct reference_queue *queue = &watch->queues[which];
    double value = value_of(watch, which, at);
    while (queue->last > queue->first &&
           value_of(watch, which, queue->at[queue->last - 1]) >= value) {
        queue->last--;
    }
    queue->at[queue->last++] = at;
}

static void leave(struct reference_watch *watch)
{
    for (int k = 0; k < 5; k++) {
        struct reference_queue *queue = &watch->queues[k];
        while (queue->last > queue->first && queue->at[queue->first] < watch->begin) {
            queue->first++;
        }
    }
}

static double least(const struct reference_watch *watch, int which)
{
    const struct reference_queue *queue = &watch->queues[which];
    return value_of(watch, which, queue->at[queue->first]);
}

void reference_watch_see(struct reference_watch *watch, const double position[2], bool lit)
{
    assert(watch->points < REFERENCE_POINTS);
    uint32_t at = (uint32_t)watch->points++;
    watch->values[0][at] = position[0];
    watch->values[1][at] = position[1];
    for (int k = 0; k < 5; k++) {
        enter(watch, k, at);
    }
    while (-least(watch, 2) - least(watch, 0) > watch->side ||
           -least(watch, 3) - least(watch, 1) > watch->side) {
        watch->begin++;
        leave(watch);
    }
    watch->sums[at + 1] = watch->sums[at] + (lit ? 1 : -1);
    int64_t rested = watch->sums[at + 1] - (int64_t)least(watch, 4);
    watch->longest = rested > watch->longest ? rested : watch->longest;
}
