/* SPDX-License-Identifier: MIT
 *
 * Fits a foreign clock onto the host's: a count that grows at a steady rate, seen now and
 * then, late by delays that vary. JACK's frames and a DAC's points are both such counts.
 *
 * What is seen within a window becomes one sample (clock_window.h), and the samples a line
 * (clock_line.h). What cannot belong to the line is refused, until it persists: then the
 * phase begins anew at once, and a rate that still fits is kept.
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
    uint32_t prior;      /* samples that the nominal rate counts for */
    double prior_spread; /* ... and as what spread */

    int64_t origin_ns; /* seconds count from here */
    struct bj_clock_line line;
    uint32_t samples; /* at most 200; 0: nominal rate, phase as first seen */
    double mean, variance;
    uint32_t refused;     /* in a row */
    double refused_error; /* of the first of them, in seconds */
    bool anchoring;       /* the phase is to begin anew with the next, short window */
    uint32_t lines;   /* how often the phase was measured anew, the first time included */
    uint32_t misfits; /* ... because what was seen did not fit the line any more */
    struct bj_clock_window window;
};

/* `quantum`: the step in which the count is told, 1 for single points; 0: exact. */
void bj_clock_fit_init(struct bj_clock_fit *fit, enum bj_clock_kind kind, double nominal_hz,
                       double quantum);

/* The count turns out to be told in another step; `spread`: readings meet it anywhere,
 * which makes of a BJ_CLOCK_ROUND_TRIP a BJ_CLOCK_STEPS, and not: the reverse. */
void bj_clock_fit_set_quantum(struct bj_clock_fit *fit, double quantum, bool spread);

/* At t_ns the count was n; slack_ns as the kind says. True: the line is another one now. */
bool bj_clock_fit_observe(struct bj_clock_fit *fit, int64_t t_ns, double n,
                          int64_t slack_ns);

/* The line may be asked: something was observed, and the phase is not lost. */
bool bj_clock_fit_known(const struct bj_clock_fit *fit);

/* Has seen enough to be trusted to microseconds and refuses outliers. */
bool bj_clock_fit_settled(const struct bj_clock_fit *fit);

/* When the count is, was or will be n; what it is at t_ns. */
double bj_clock_fit_ns(const struct bj_clock_fit *fit, double n);
double bj_clock_fit_count(const struct bj_clock_fit *fit, double t_ns);

/* How far single samples lie from the line. */
double bj_clock_fit_sd_ns(const struct bj_clock_fit *fit);

/* The phase is lost, as when a DAC ran dry; a rate is kept if it was settled. */
void bj_clock_fit_anchor(struct bj_clock_fit *fit);

/* From now_ns on the other clock was told to run at another nominal rate. */
void bj_clock_fit_rescale(struct bj_clock_fit *fit, int64_t now_ns, double nominal_hz);

/* At any time the count is larger by `count` than the line says. */
void bj_clock_fit_shift(struct bj_clock_fit *fit, double count);

/* From now on the count is larger by `count`: the line goes on from there. */
void bj_clock_fit_step(struct bj_clock_fit *fit, double count);

#endif
