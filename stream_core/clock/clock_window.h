/* SPDX-License-Identifier: MIT
 *
 * Readings of a foreign clock, gathered over a moment and averaged to one sample.
 *
 * Only the readings with the least delay are averaged; their delay shows in their distance
 * from a line whose slope is roughly known. Brackets, and counts in steps so long that a
 * window has few of them, are intersected instead, if the readings fall anywhere in a step.
 * Readings in time with the steps meet one end at most, and their average is steadier.
 * Within a window a slightly wrong slope hides nothing.
 *
 * Pure arithmetic; one thread, BJ_RT.
 */
#ifndef BJ_CLOCK_WINDOW_H
#define BJ_CLOCK_WINDOW_H

#include <beamjack/core.h>

#define BJ_CLOCK_WINDOW_STORE 256u

enum bj_clock_kind {
    BJ_CLOCK_ONE_WAY, /* counted by the other side at t or earlier: the line lies ahead */
    BJ_CLOCK_ROUND_TRIP, /* counted at t or up to `slack` later: the line lies behind */
    BJ_CLOCK_STEPS,      /* as ROUND_TRIP, in steps; readings fall anywhere in a step */
    BJ_CLOCK_BRACKET,    /* counted within `slack` around t */
};

/* A window. Zeroed, but for the kind: empty. */
struct bj_clock_window {
    enum bj_clock_kind kind;
    uint32_t stored;
    double first_t;
    struct bj_clock_reading {
        double t, n, delay,
            slack; /* in seconds; the delay up to a constant of the window */
    } store[BJ_CLOCK_WINDOW_STORE];
};

/* The approximate rate of the clock, and the step in which it is told. */
struct bj_clock_scale {
    double hz, quantum_s;
};

struct bj_clock_sample {
    double t, n;
};

/* Adds a reading: at t the count was n; slack_s as the kind says. A full window drops
 * one. */
void bj_clock_window_add(struct bj_clock_window *window, struct bj_clock_scale scale,
                         double t, double n, double slack_s);

/* Returns the sample of a window of at least one reading. */
struct bj_clock_sample bj_clock_window_sample(const struct bj_clock_window *window,
                                              struct bj_clock_scale scale);

/* Returns the standard deviation of that sample, in seconds, if nothing else is known:
 * the scatter of the readings about a line of their own, less with more readings. A long
 * step may have been met by luck and counts in full. */
double bj_clock_window_sd(const struct bj_clock_window *window,
                          struct bj_clock_scale scale);

#endif
