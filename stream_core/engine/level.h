/* SPDX-License-Identifier: MIT
 *
 * Level: how many points are queued ahead of the next one, as an interval. Conservative:
 * the lower bound paces (never too little), the upper bound admits (never too much).
 *
 * Two estimates run side by side. Hardware: the newest report, sampled somewhere between
 * its request and its reply, and so an interval, decayed since. Software: the engine's own
 * ledger of points written less points played; it follows the reports slowly, so that
 * crystals that disagree do not pull it away and one stale report does not either; reports
 * that keep contradicting it (points lost or doubled on the way) win soon. Paced by the
 * smaller, admitted by the larger. Never an input to rate matching: it is biased on
 * purpose.
 */
#ifndef BJ_LEVEL_H
#define BJ_LEVEL_H

#include <beamjack/driver.h>

struct bj_level {
    double pps;
    bool playing;  /* else nothing decays */
    int64_t at_ns; /* the fields below hold for this moment; in points */
    double software;
    bool reported;
    double hardware_low, hardware_high;
    int contradicted; /* reports in a row that were higher (> 0) or lower than `software` */
    int64_t report_ns;          /* time of the newest report */
    int64_t queued_points;      /* as reported, -1 none yet */
    double least, least_before; /* lower bound while playing: this window, the last one */
    int64_t window_ns;          /* begin of the window */
};

/* Begins empty, not playing. */
void bj_level_init(struct bj_level *level, double pps, int64_t now_ns);

/* Empties the level; reports until now do not count any more. */
void bj_level_empty(struct bj_level *level, int64_t now_ns);

void bj_level_advance(struct bj_level *level, int64_t now_ns);
void bj_level_set_playing(struct bj_level *level, int64_t now_ns, bool playing);
void bj_level_set_rate(struct bj_level *level, int64_t now_ns, double pps);
void bj_level_wrote(struct bj_level *level, uint32_t points);
void bj_level_report(struct bj_level *level, const struct bj_level_report *report);

/* Return the bounds at the time of the last advance, in points, never below 0. */
double bj_level_low(const struct bj_level *level);
double bj_level_high(const struct bj_level *level);

/* Returns whether all points have played by either bound, or nothing plays and less than
 * a point is left; and when that will be so: BJ_NEVER while nothing plays. */
bool bj_level_drained(const struct bj_level *level);
int64_t bj_level_drained_ns(const struct bj_level *level);

/* Returns the lowest lower bound while playing, over the last 5 to 10 s; 0 before. */
double bj_level_least(const struct bj_level *level);

#endif
