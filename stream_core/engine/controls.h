/* SPDX-License-Identifier: MIT
 *
 * Requests of other threads to a stream: atomics, no lock. No request is lost, and a disarm
 * is never hidden by an arm.
 */
#ifndef BJ_CONTROLS_H
#define BJ_CONTROLS_H

#include <beamjack/core.h>
#include <stdatomic.h>

struct bj_controls {
    _Atomic uint32_t arm_word; /* bit 0: an arm not yet taken; above: number of disarms */
    _Atomic bool stop;
    _Atomic uint64_t connections; /* bit 0 connected, 1..23 changes, 24..63 lag in us */

    /* engine thread */
    uint32_t disarms_seen;
    uint64_t connections_seen;
};

/* The requests since the last bj_controls_take. */
struct bj_asked {
    bool disarm; /* comes first */
    bool arm;
    bool stop; /* for good */
    bool connections_changed, position_connected;
    double lag_s; /* age of the material that is filled next */
};

void bj_controls_init(struct bj_controls *controls);

/* Any thread, BJ_RT. */
void bj_controls_arm(struct bj_controls *controls);
void bj_controls_disarm(struct bj_controls *controls);
void bj_controls_stop(struct bj_controls *controls);

/* One thread. */
void bj_controls_connect(struct bj_controls *controls, bool position_connected,
                         int64_t lag_ns);

/* Engine thread, BJ_RT. */
struct bj_asked bj_controls_take(struct bj_controls *controls);

/* Engine thread, BJ_RT. Drops arms requested until now. */
void bj_controls_forget_arms(struct bj_controls *controls);

#endif
