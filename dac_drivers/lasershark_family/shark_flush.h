/* SPDX-License-Identifier: MIT
 *
 * LaserShark and LaserDock: how every trouble ends: the light out, the ring empty, and
 * begun anew.
 */
#ifndef SHARK_FLUSH_H
#define SHARK_FLUSH_H

#include "lasershark_family/shark_state.h"

/* Begins to throw the queue away, the light first. */
void shark_flush_begin(struct shark_session *session, int64_t now_ns, bool dry);

/* The queue is known to be empty: settles the accounts, tells the engine. */
void shark_flush_done(struct shark_session *session, int64_t now_ns);

/* Tells what is wrong and starts over; too often in a row: `why`, it is over. */
enum bj_status shark_repair(struct shark_session *session, int64_t now_ns,
                            enum bj_status why, const char *text);

#endif
