/* SPDX-License-Identifier: MIT
 *
 * Readings of a foreign clock, gathered over a moment and averaged to one sample.
 *
 * Only tight ones are averaged, which had the least delay: it shows in how they lie to a
 * line whose slope is about known. Brackets, and counts in steps so long that a window has
 * few of them, are not averaged but intersected: where readings meet the steps anywhere.
 * Those that keep time with the steps meet one end at the most, and their average is
 * steadier. Within a window a slope that is a little wrong hides nothing.
 *
 * Pure arithmetic; one thread, BJ_RT.
 */
#ifndef BJ_CLOCK_WINDOW_H
#define BJ_CLOCK_WINDOW_H

#include <beamjack/core.h>

#define BJ_CLOCK_WINDOW_STORE 256u

enum bj_clock_kind {
    BJ_CLOCK_ONE_WAY,    /* told by the other side at t or earlier: the line lies ahead */
    BJ_CLOCK_ROUND_TRIP, /* counted at t or up to `slack` later: the line lies behind */
    BJ_CLOCK_STEPS,      /* the same, in steps that readings meet anywhere */
    BJ_CLOCK_BRACKET,    /* counted within `slack` around t */
};

/* Zeroed, but for the kind, it is empty. */
struct bj_clock_window {
    enum bj_clock_kind kind;
    uint32_t stored;
    double first_t;
    struct bj_clock_reading {
        double t, n, delay,
            slack; /* in seconds; the delay up to a constant of the window */
    } store[BJ_CLOCK_WINDOW_STORE];
};

/* What is about known of the clock: its rate, and the step in which it is told. */
struct bj_clock_scale {
    double hz, quantum_s;
};

struct bj_clock_sample {
    double t, n;
};

/* At t the count was n; slack_s as the kind says. One too many is dropped. */
void bj_clock_window_add(struct bj_clock_window *window, struct bj_clock_scale scale,
                         double t, double n, double slack_s);

/* Of at least one reading. */
struct bj_clock_sample bj_clock_window_sample(const struct bj_clock_window *window,
                                              struct bj_clock_scale scale);

/* How sure that is if nothing is known yet: how the readings scatter about a line of their
 * own, and the least of many delays is as sure as they are many. A long step may have been
 * met by luck and counts whole. In seconds. */
double bj_clock_window_sd(const struct bj_clock_window *window,
                          struct bj_clock_scale scale);

#endif
