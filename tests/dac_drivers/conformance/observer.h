/* SPDX-License-Identifier: MIT
 *
 * Watches what comes out of the device: is it what the driver took, in order, once, as
 * exact as the DAC, and is it dark when it must be?
 */
#ifndef CONFORMANCE_OBSERVER_H
#define CONFORMANCE_OBSERVER_H

#include "recorder.h"

struct observer {
    const struct conformance_row *row;
    const struct recorder *recorder;
    struct conformance_verdict *verdict;

    uint32_t unsure_points; /* of level reports */
    int64_t dark_from_ns;   /* what the test demands, on top of the closed shutter */

    int64_t *times_ns; /* of this connection's points, as seen */
    uint64_t count;
    uint64_t next; /* index of the taken point that comes next */
    uint64_t seen_in_all;
    uint64_t seen, lit, skipped; /* until counted anew */
    uint64_t darkened;           /* sent lit, seen dark */
    uint64_t idle;               /* dark, and not sent by anybody, where that is right */
    uint32_t rested;             /* of them, the driver's own since the last point */
    int64_t last_ns, last_lit_ns;
};

bool observer_init(struct observer *observer, const struct conformance_row *row,
                   const struct recorder *recorder, struct conformance_verdict *verdict);
void observer_finish(struct observer *observer);

/* A conformance_seen; `suite` is the observer. */
void observer_see(void *suite, int64_t time_ns, const struct bj_point *seen);

/* A level report, against what was seen. A recorder's `reported`; `user` is the observer.
 */
void observer_check_report(void *user, const struct bj_level_report *report);

bool observer_is_blind(const struct observer *observer);

/* Point n of a walk over all places the DAC can tell apart: far from its neighbours, of its
 * own colour, fully lit. */
struct bj_point observer_tagged_point(const struct conformance_row *row, uint64_t n);

#endif
