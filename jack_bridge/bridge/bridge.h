/* SPDX-License-Identifier: MIT
 *
 * What a running bridge consists of, and how it reacts: JACK came, JACK went, connections
 * changed. Main thread.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include "bridge/bridge_state.h"

/* First thing in each round of the main thread, at least twice a second. False: it was away
 * for over BJ_AWAY_LIMIT_NS; the light is lost, as it says, and keys typed meanwhile mean
 * nothing. */
bool bj_bridge_awake(struct bj_bridge *bridge, int64_t now_ns);

/* `bridge->supervisor.jack` has just come: builds the engines the first time, and begins to
 * join the graph and make the connections. False: said why, and it is hopeless. */
bool bj_bridge_join(struct bj_bridge *bridge);

/* JACK is gone: dark, and what was connected is remembered. */
void bj_bridge_part(struct bj_bridge *bridge);

/* While JACK is there: what the callbacks signalled, what the server answered, and what is
 * to be asked next. Never waits. Lowers *deadline_ns to when it wants to be called again.
 */
void bj_bridge_follow(struct bj_bridge *bridge, unsigned events, int64_t now_ns,
                      int64_t *deadline_ns);

/* By hand. Arms each projector whose DAC is there, but none without JACK. False: `why` says
 * which are not armed and what is missing; nothing of the request stays behind. */
bool bj_bridge_arm(struct bj_bridge *bridge, char *why, size_t why_size);
void bj_bridge_disarm(struct bj_bridge *bridge);

/* Says what the engines and libjack have to tell. False: it gave a DAC up, and said why. */
bool bj_bridge_listen(struct bj_bridge *bridge);

/* Every projector's stream is over; *failed when one of them should not be. */
bool bj_bridge_over(const struct bj_bridge *bridge, bool *failed);

/* Dark, and every engine ended, within 3 s for all together. False: one does not end; leave
 * the process with _exit. */
bool bj_bridge_stop(struct bj_bridge *bridge);

/* After a stop that succeeded. JACK closed, everything freed. False: as above. */
bool bj_bridge_finish(struct bj_bridge *bridge);

/* One report for each projector. The peaks are those since the last call. */
struct bj_bridge_report {
    size_t count;
    struct bj_status_report items[BJ_DACS_MAX];
    char schedulers[BJ_DACS_MAX][40];
};

void bj_bridge_report(struct bj_bridge *bridge, struct bj_bridge_report *report);

#endif
