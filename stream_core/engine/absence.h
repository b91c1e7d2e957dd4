/* SPDX-License-Identifier: MIT
 *
 * Who was away for over BJ_AWAY_LIMIT_NS, and so costs the light: the steps of the stream
 * itself, and a device that took points and takes none any more. Pure; engine thread.
 */
#ifndef BJ_ABSENCE_H
#define BJ_ABSENCE_H

#include <beamjack/core.h>

/* Zeroed: nobody counts yet. */
struct bj_absence {
    int64_t stepped_ns; /* the last step */
    int64_t taken_ns;   /* the last points taken, since light was possible */
};

/* Each returns for how long it was away, 0 if that is within the limit; once. */
int64_t bj_absence_of_steps(struct bj_absence *absence, int64_t now_ns);
int64_t bj_absence_of_points(struct bj_absence *absence, int64_t now_ns);

void bj_absence_took_points(struct bj_absence *absence, int64_t now_ns);

/* Waiting for the next points is no interruption, however long. */
void bj_absence_begin(struct bj_absence *absence);

#endif
