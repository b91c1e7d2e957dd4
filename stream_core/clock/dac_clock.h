/* SPDX-License-Identifier: MIT
 *
 * DAC clock: when each point leaves the DAC, by a clock fit of the points played, from the
 * DAC's level reports. The level paces; the DAC clock tells time.
 *
 * Points are numbered from 0 at the beginning of the session, in the order they leave;
 * points that are lost have no number. A request's send time is the time of the report: the
 * answer cannot be older than the question, so the error is the way out only, and on the
 * safe side. A DAC that ran dry has lost its phase; what it reports then says nothing about
 * its rate.
 *
 * Pure arithmetic; engine thread, BJ_RT.
 */
#ifndef BJ_DAC_CLOCK_H
#define BJ_DAC_CLOCK_H

#include "clock/clock_fit.h"
#include <beamjack/driver.h>

#define BJ_DAC_CLOCK_RATES 256

/* The fit counts points at the nominal rate: a point that plays at half of that counts
 * twice. */
struct bj_dac_clock {
    struct bj_clock_fit fit;
    enum bj_output_model model;
    uint64_t points; /* number of the next point to be written */
    bool playing;
    uint32_t quantum; /* of the reports, */
    bool spread;      /* and whether readings meet it anywhere */

    /* the rates commanded, oldest first */
    struct bj_dac_clock_rate {
        uint64_t point; /* from this one on */
        double count;   /* the count of the fit at that point */
        double per_point;
    } rates[BJ_DAC_CLOCK_RATES];
    uint32_t rate_count;
};

void bj_dac_clock_init(struct bj_dac_clock *clock, enum bj_output_model model, double pps);

/* Begins a session: a new count, at the rate known so far. */
void bj_dac_clock_connect(struct bj_dac_clock *clock);

/* Sets the rate at which the device's timer really plays. */
void bj_dac_clock_set_rate(struct bj_dac_clock *clock, int64_t now_ns, double pps);

/* Counts points taken by the driver, to play at true_pps by the device's own clock.
 * Forgets the phase if the queue must have been empty by now. */
void bj_dac_clock_wrote(struct bj_dac_clock *clock, int64_t now_ns, uint32_t points,
                        double true_pps);

/* Notes that the queue is empty; lost_points of it were not played. */
void bj_dac_clock_emptied(struct bj_dac_clock *clock, uint32_t lost_points);

/* Takes a report. Returns true if the times of points changed. */
bool bj_dac_clock_report(struct bj_dac_clock *clock, const struct bj_level_report *report);

/* Returns whether the clock is measured, and the phase is not lost. */
bool bj_dac_clock_known(const struct bj_dac_clock *clock);

/* Returns when the point leaves that is written after `pending` more. */
double bj_dac_clock_play_ns(const struct bj_dac_clock *clock, uint32_t pending);

#endif
