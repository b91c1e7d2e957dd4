/* SPDX-License-Identifier: MIT */
#include "clock/clock_window.h"

#include <math.h>

/* Tight is what exceeds the least delay by this, as told by the line, or by the slack. */
#define OFF_LINE 60e-6
#define OFF_QUANTA 1.1
#define SLACK_MORE 100e-6
#define SLACK_FACTOR 1.25
#define LONG_STEP 1e-3 /* fewer than some 250 in a window */

#define ROOT_12 3.4641 /* the range of what is evenly spread, by its deviation */

static double least_delay(const struct bj_clock_window *window)
{
    double least = window->store[0].delay;
    for (uint32_t k = 1; k < window->stored; k++) {
        least = fmin(least, window->store[k].delay);
    }
    return least;
}

static double tight_limit(const struct bj_clock_window *window, double quantum_s,
                          double least)
{
    return window->kind == BJ_CLOCK_BRACKET ? least * SLACK_FACTOR + SLACK_MORE
                                            : least + OFF_LINE + OFF_QUANTA * quantum_s;
}

/* ---- gathering -------------------------------------------------------------------------- */

/* How late it is against the first. */
static double lateness(const struct bj_clock_window *window, double hz, double t, double n)
{
    return window->stored > 0 ? t - window->first_t - (n - window->store[0].n) / hz : 0;
}

static double delay_of(const struct bj_clock_window *window, double hz, double t, double n,
                       double slack_s)
{
    switch (window->kind) {
    case BJ_CLOCK_ONE_WAY:
        return lateness(window, hz, t, n);
    case BJ_CLOCK_ROUND_TRIP:
    case BJ_CLOCK_STEPS:
        return -lateness(window, hz, t, n);
    case BJ_CLOCK_BRACKET:
        break;
    }
    return slack_s;
}

/* Full: one that is not tight makes room, or the new one is too many; to drop a tight one
 * for its delay would favour one end of a quantum. */
static struct bj_clock_reading *room_for(struct bj_clock_window *window, double quantum_s,
                                         double delay)
{
    if (window->stored < BJ_CLOCK_WINDOW_STORE) {
        return &window->store[window->stored++];
    }
    struct bj_clock_reading *worst = &window->store[1]; /* [0] is what n is counted from */
    for (uint32_t k = 2; k < BJ_CLOCK_WINDOW_STORE; k++) {
        worst = window->store[k].delay > worst->delay ? &window->store[k] : worst;
    }
    double least = fmin(delay, least_delay(window));
    return worst->delay > fmax(delay, tight_limit(window, quantum_s, least)) ? worst : NULL;
}

void bj_clock_window_add(struct bj_clock_window *window, struct bj_clock_scale scale,
                         double t, double n, double slack_s)
{
    if (window->stored == 0) {
        window->first_t = t;
    }
    double delay = delay_of(window, scale.hz, t, n, slack_s);
    struct bj_clock_reading *place = room_for(window, scale.quantum_s, delay);
    if (place) {
        *place = (struct bj_clock_reading){t, n, delay, slack_s};
    }
}

/* ---- averaging -------------------------------------------------------------------------- */

/* Of the readings with a delay up to `limit`, counted from the first. */
struct middle {
    double t, n, count;
};

static struct middle middle_of(const struct bj_clock_window *window, double limit)
{
    struct middle middle = {0};
    for (uint32_t k = 0; k < window->stored; k++) {
        if (window->store[k].delay <= limit) {
            middle.t += window->store[k].t - window->first_t;
            middle.n += window->store[k].n - window->store[0].n;
            middle.count++;
        }
    }
    middle.t /= middle.count;
    middle.n /= middle.count;
    return middle;
}

/* ---- intersecting ----------------------------------------------------------------------- */

static bool is_intersected(const struct bj_clock_window *window, double quantum_s)
{
    return window->kind == BJ_CLOCK_BRACKET ||
           (window->kind == BJ_CLOCK_STEPS && quantum_s > LONG_STEP);
}

static double least_slack(const struct bj_clock_window *window)
{
    double least = window->store[0].slack;
    for (uint32_t k = 1; k < window->stored; k++) {
        least = fmin(least, window->store[k].slack);
    }
    return least;
}

/* By how much, in seconds, the count is ahead of a line through the first reading, as all
 * readings leave it possible. Where the ends cross, some took longer than they should. */
struct range {
    double least, most;
};

/* A bracket is open to both sides alike. A step is as long as it is, and the reading was
 * taken later than it was asked for by what the answer took beyond the quickest. */
static struct range range_of(const struct bj_clock_window *window,
                             struct bj_clock_scale scale)
{
    bool bracket = window->kind == BJ_CLOCK_BRACKET;
    double trip = bracket ? 0 : least_slack(window);
    struct range range = {-INFINITY, INFINITY};
    for (uint32_t k = 0; k < window->stored; k++) {
        const struct bj_clock_reading *reading = &window->store[k];
        double ahead =
            (reading->n - window->store[0].n) / scale.hz - (reading->t - window->first_t);
        double half = (bracket ? reading->slack : scale.quantum_s) / 2;
        double late = bracket ? 0 : reading->slack - trip;
        range.least = fmax(range.least, ahead - half - late);
        range.most = fmin(range.most, ahead + half);
    }
    return range;
}

/* The middle of one step or bracket says nothing; how the count lies in it may be the same
 * for long. What all of them leave possible shrinks with each that begins or ends
 * elsewhere. */
static struct bj_clock_sample intersection(const struct bj_clock_window *window,
                                           struct bj_clock_scale scale)
{
    struct range range = range_of(window, scale);
    double t = middle_of(window, INFINITY).t;
    double ahead = (range.least + range.most) / 2;
    return (struct bj_clock_sample){window->first_t + t,
                                    window->store[0].n + (t + ahead) * scale.hz};
}

/* ---- the sample ------------------------------------------------------------------------- */

struct bj_clock_sample bj_clock_window_sample(const struct bj_clock_window *window,
                                              struct bj_clock_scale scale)
{
    if (is_intersected(window, scale.quantum_s)) {
        return intersection(window, scale);
    }
    double limit = tight_limit(window, scale.quantum_s, least_delay(window));
    struct middle middle = middle_of(window, limit);
    return (struct bj_clock_sample){window->first_t + middle.t,
                                    window->store[0].n + middle.n};
}

/* How far they lie from the straight line that fits them best, in seconds. */
static double scatter(const struct bj_clock_window *window, double hz, double limit)
{
    struct middle middle = middle_of(window, limit);
    double along = 0, across = 0, both = 0;
    for (uint32_t k = 0; k < window->stored; k++) {
        const struct bj_clock_reading *reading = &window->store[k];
        double at = reading->t - window->first_t - middle.t;
        double off = (reading->n - window->store[0].n - middle.n) / hz - at;
        if (reading->delay <= limit) {
            along += at * at;
            across += off * off;
            both += at * off;
        }
    }
    double left = along > 0 ? across - both * both / along : across;
    return left > 0 ? sqrt(left / middle.count) : 0;
}

double bj_clock_window_sd(const struct bj_clock_window *window, struct bj_clock_scale scale)
{
    if (is_intersected(window, scale.quantum_s)) {
        struct range possible = range_of(window, scale);
        double width = fabs(possible.most - possible.least);
        return (window->kind == BJ_CLOCK_BRACKET ? width : scale.quantum_s) / ROOT_12;
    }
    double limit = tight_limit(window, scale.quantum_s, least_delay(window));
    double range = ROOT_12 * scatter(window, scale.hz, INFINITY);
    return fmax(scatter(window, scale.hz, limit), range / window->stored);
}
