/* SPDX-License-Identifier: MIT
 *
 * Absences of over BJ_AWAY_LIMIT_NS, each of which costs the light: of the steps of the
 * stream itself, and of a device that took points and takes none any more. Pure; engine
 * thread.
 */
#ifndef BJ_ABSENCE_H
#define BJ_ABSENCE_H

#include <beamjack/core.h>

/* Zeroed: nothing is watched yet. */
struct bj_absence {
    int64_t stepped_ns; /* the last step */
    int64_t taken_ns;   /* the last points taken, since light was possible */
};

/* Return the duration of an absence, once; 0 while it is within the limit. */
int64_t bj_absence_of_steps(struct bj_absence *absence, int64_t now_ns);
int64_t bj_absence_of_points(struct bj_absence *absence, int64_t now_ns);

void bj_absence_took_points(struct bj_absence *absence, int64_t now_ns);

/* Forgets the points taken: waiting for the next ones is no absence, however long. */
void bj_absence_begin(struct bj_absence *absence);

#endif
