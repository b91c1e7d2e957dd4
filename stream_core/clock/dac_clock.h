/* SPDX-License-Identifier: MIT
 *
 * When does each point leave the DAC? A clock fit of the points played, from the DAC's
 * level reports. What paces is the level; this one tells time.
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

/* The fit counts points at the nominal rate: one that plays at half of it counts twice. */
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
        double count;   /* the fit's count of it */
        double per_point;
    } rates[BJ_DAC_CLOCK_RATES];
    uint32_t rate_count;
};

void bj_dac_clock_init(struct bj_dac_clock *clock, enum bj_output_model model, double pps);

/* A new session: a new count, at the rate known so far. */
void bj_dac_clock_connect(struct bj_dac_clock *clock);

/* The device's timer makes this of the rate. */
void bj_dac_clock_set_rate(struct bj_dac_clock *clock, int64_t now_ns, double pps);

/* Points were taken by the driver, to play at true_pps by the device's own clock. If the
 * queue must have been empty by now, the phase is lost. */
void bj_dac_clock_wrote(struct bj_dac_clock *clock, int64_t now_ns, uint32_t points,
                        double true_pps);

/* The queue is empty; so many of its points were not played. */
void bj_dac_clock_emptied(struct bj_dac_clock *clock, uint32_t lost_points);

/* True: times are others now than they were thought to be. */
bool bj_dac_clock_report(struct bj_dac_clock *clock, const struct bj_level_report *report);

/* Measured, and the phase is not lost. */
bool bj_dac_clock_known(const struct bj_dac_clock *clock);

/* When the point leaves that is written after `pending` more. */
double bj_dac_clock_play_ns(const struct bj_dac_clock *clock, uint32_t pending);

#endif
