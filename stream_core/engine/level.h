/* SPDX-License-Identifier: MIT
 *
 * How many points are queued ahead of the next one? Conservative: the lower bound paces
 * (never too little), the upper bound admits (never too much).
 *
 * Two estimates run side by side. Hardware: the newest report, sampled somewhere between
 * its request and its reply, and so an interval, decayed since. Software: our own ledger of
 * points written less points played; it follows the reports slowly, so that crystals that
 * disagree do not pull it away and one stale report does not either; reports that keep
 * contradicting it (points lost or doubled on the way) win soon. Paced by the smaller,
 * admitted by the larger. Never an input to rate matching: it is biased on purpose.
 */
#ifndef BJ_LEVEL_H
#define BJ_LEVEL_H

#include <beamjack/driver.h>

struct bj_level {
    double pps;
    bool playing;  /* else nothing decays */
    int64_t at_ns; /* what follows holds for this moment; points */
    double software;
    bool reported;
    double hardware_low, hardware_high;
    int contradicted; /* reports in a row that were higher (> 0) or lower than `software` */
    int64_t report_ns;          /* when the newest report came */
    int64_t queued_points;      /* as reported, -1 none yet */
    double least, least_before; /* lower bound while playing: this window, the last one */
    int64_t window_ns;          /* when it began */
};

/* Empty, not playing. */
void bj_level_init(struct bj_level *level, double pps, int64_t now_ns);

/* Nothing is queued any more; the reports so far say nothing about what comes. */
void bj_level_empty(struct bj_level *level, int64_t now_ns);

void bj_level_advance(struct bj_level *level, int64_t now_ns);
void bj_level_set_playing(struct bj_level *level, int64_t now_ns, bool playing);
void bj_level_set_rate(struct bj_level *level, int64_t now_ns, double pps);
void bj_level_wrote(struct bj_level *level, uint32_t points);
void bj_level_report(struct bj_level *level, const struct bj_level_report *report);

/* At the moment of the last advance, in points, never below 0. */
double bj_level_low(const struct bj_level *level);
double bj_level_high(const struct bj_level *level);

/* By either bound all has played, or nothing plays and not a whole point is left; and when
 * that will be: BJ_NEVER while nothing plays. */
bool bj_level_drained(const struct bj_level *level);
int64_t bj_level_drained_ns(const struct bj_level *level);

/* The lowest that low was while playing, over the last 5 to 10 s; 0 before. */
double bj_level_least(const struct bj_level *level);

#endif
