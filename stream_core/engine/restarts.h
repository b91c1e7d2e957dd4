/* SPDX-License-Identifier: MIT
 *
 * How often the DAC's queue was thrown away and begun anew, and when points may go out
 * again. A device that refuses what it is given must not be asked as fast as it can answer.
 */
#ifndef BJ_RESTARTS_H
#define BJ_RESTARTS_H

#include <beamjack/core.h>

/* Engine thread. Zeroed: there was none yet. */
struct bj_restarts {
    bool expected;         /* we ask for the next one ourselves: a flush */
    uint32_t count;        /* in a row */
    uint32_t empty_handed; /* of these, the last ones after which nothing had played */
    int64_t newest_ns, hold_ns, hold_until_ns;
};

/* The next restart is our own doing and holds up nothing. */
void bj_restarts_expect(struct bj_restarts *restarts);

/* The queue is empty now. `played`: some of what it held has played. The first restart may
 * follow at once, the next ones wait: 100 ms where points played, up to 1 s where none
 * did. */
void bj_restarts_note(struct bj_restarts *restarts, int64_t now_ns, bool played);

/* No points may go out before hold_until_ns. */
bool bj_restarts_hold(const struct bj_restarts *restarts, int64_t now_ns);

/* So many restarts in a row without a point played that a new session is the next thing
 * to try. */
bool bj_restarts_hopeless(const struct bj_restarts *restarts);

#endif
