/* SPDX-License-Identifier: MIT
 *
 * Restarts: how often the DAC's queue was dropped and begun anew, and when points may go
 * out again. This is a back-off: a device that refuses points must not be offered more as
 * fast as it can answer.
 */
#ifndef BJ_RESTARTS_H
#define BJ_RESTARTS_H

#include <beamjack/core.h>

/* Engine thread. Zeroed: there was none yet. */
struct bj_restarts {
    bool expected;         /* the engine causes the next one itself: a flush */
    uint32_t count;        /* in a row */
    uint32_t empty_handed; /* of these, the last ones after which nothing played */
    int64_t newest_ns, hold_ns, hold_until_ns;
};

/* Announces a restart that the engine causes itself, and that holds up nothing. */
void bj_restarts_expect(struct bj_restarts *restarts);

/* Notes that the queue is empty now. `played`: some of its points have played. The first
 * restart may follow at once, the next ones wait: 100 ms where points played, up to 1 s
 * where none did. */
void bj_restarts_note(struct bj_restarts *restarts, int64_t now_ns, bool played);

/* Returns whether points must wait, which they do until hold_until_ns. */
bool bj_restarts_hold(const struct bj_restarts *restarts, int64_t now_ns);

/* Returns whether so many restarts in a row played no point that a new session is to be
 * tried. */
bool bj_restarts_hopeless(const struct bj_restarts *restarts);

#endif
