/* SPDX-License-Identifier: MIT
 *
 * Fits a foreign clock onto the host's: a count that grows at a steady rate, seen now and
 * then, late by delays that vary. JACK's frames and a DAC's points are both such counts.
 *
 * The readings within a window become one sample (clock_window.h), and the samples a line
 * (clock_line.h). Samples that cannot belong to the line are refused, until they persist:
 * then the phase begins anew at once, and a rate that still fits is kept.
 *
 * Pure arithmetic; one thread, BJ_RT.
 */
#ifndef BJ_CLOCK_FIT_H
#define BJ_CLOCK_FIT_H

#include "clock/clock_line.h"
#include "clock/clock_window.h"

struct bj_clock_fit {
    double nominal_hz;
    double quantum_s;    /* the step in which the count is told */
    uint32_t prior;      /* how many samples the nominal rate counts as */
    double prior_spread; /* ... and with which spread */

    int64_t origin_ns; /* seconds count from here */
    struct bj_clock_line line;
    uint32_t samples; /* at most 200; 0: nominal rate, phase as first seen */
    double mean, variance;
    uint32_t refused;     /* in a row */
    double refused_error; /* error of the first of these, in seconds */
    bool anchoring;       /* the phase begins anew with the next, short window */
    uint32_t lines;   /* how often the phase was measured anew, the first time included */
    uint32_t misfits; /* ... because readings did not fit the line any more */
    struct bj_clock_window window;
};

/* Begins a fit. `quantum`: the step in which the count is told, 1 for single points; 0:
 * exact. */
void bj_clock_fit_init(struct bj_clock_fit *fit, enum bj_clock_kind kind, double nominal_hz,
                       double quantum);

/* Sets another step in which the count is told. `spread`: readings fall anywhere in a
 * step, and a BJ_CLOCK_ROUND_TRIP becomes a BJ_CLOCK_STEPS; false: the reverse. */
void bj_clock_fit_set_quantum(struct bj_clock_fit *fit, double quantum, bool spread);

/* Takes a reading: at t_ns the count was n; slack_ns as the kind says. Returns whether
 * the line changed. */
bool bj_clock_fit_observe(struct bj_clock_fit *fit, int64_t t_ns, double n,
                          int64_t slack_ns);

/* Returns whether the line is known: a reading was taken, and the phase is not lost. */
bool bj_clock_fit_known(const struct bj_clock_fit *fit);

/* Returns whether the line is accurate to microseconds, so that outliers are refused. */
bool bj_clock_fit_settled(const struct bj_clock_fit *fit);

/* Return the time at which the count is n, past or future, and the count at t_ns. */
double bj_clock_fit_ns(const struct bj_clock_fit *fit, double n);
double bj_clock_fit_count(const struct bj_clock_fit *fit, double t_ns);

/* Returns the standard deviation of single samples from the line. */
double bj_clock_fit_sd_ns(const struct bj_clock_fit *fit);

/* Forgets the phase, as when a DAC ran dry; keeps the rate if it was settled. */
void bj_clock_fit_anchor(struct bj_clock_fit *fit);

/* Sets another nominal rate, at which the other clock runs from now_ns on. */
void bj_clock_fit_rescale(struct bj_clock_fit *fit, int64_t now_ns, double nominal_hz);

/* Shifts the line: at any time the count is larger by `count`. */
void bj_clock_fit_shift(struct bj_clock_fit *fit, double count);

/* Steps the line: from now on the count is larger by `count`. */
void bj_clock_fit_step(struct bj_clock_fit *fit, double count);

#endif
