/* SPDX-License-Identifier: MIT
 *
 * LaserShark family: what the device's ring holds between two counts, as an interval.
 *
 * The upper bound keeps writes from ever filling the ring, where they would block; the
 * lower bound tells when it may be about to run dry. What it would hold without a pause
 * tells that it did.
 */
#ifndef SHARK_LEVEL_H
#define SHARK_LEVEL_H

#include <beamjack/driver.h>

struct shark_level {
    int64_t at_ns; /* what follows holds for this moment; points */
    double low, high;
    double unpaused;    /* at most, had it never paused for want of points */
    double hz;          /* points played per second; 0 while the output is off */
    uint32_t under_way; /* sent, not yet known to have arrived: may be played already */
};

void shark_level_init(struct shark_level *level, int64_t now_ns);
void shark_level_advance(struct shark_level *level, int64_t now_ns);
void shark_level_set_hz(struct shark_level *level, int64_t now_ns, double hz);
/* Points leave for the device. */
void shark_level_sent(struct shark_level *level, uint32_t points);
/* They are over, and so many of them arrived. */
void shark_level_accepted(struct shark_level *level, int64_t now_ns, uint32_t points);

/* The device counted between the two moments, and nothing was sent meanwhile. */
void shark_level_counted(struct shark_level *level, uint32_t points, int64_t sent_ns,
                         int64_t received_ns, int64_t now_ns);

/* It may be without points, and nothing is under way. */
bool shark_level_may_be_dry(const struct shark_level *level);
/* A count that was asked for at sent_ns says that it paused since the one before: it holds
 * more than it could. Before shark_level_counted. */
bool shark_level_paused(const struct shark_level *level, uint32_t points, int64_t sent_ns);

/* When the lower or the upper bound falls to `points`: at_ns if it has, BJ_NEVER if it does
 * not move. */
int64_t shark_level_low_at_ns(const struct shark_level *level, double points);
int64_t shark_level_high_at_ns(const struct shark_level *level, double points);

/* How many points play in this time; 0 while the output is off. */
double shark_level_points_in(const struct shark_level *level, int64_t ns);

/* A wake-up, unless that time is past. */
void shark_level_wait(struct bj_wait *wait, int64_t now_ns, int64_t at_ns);

#endif
