/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): what is said to it.
 */
#ifndef LASERCUBE_SEND_H
#define LASERCUBE_SEND_H

#include "lasercube/lasercube_state.h"

/* Into the next phase, with the commands that begin it. */
void lc_session_enter(struct lc_session *session, enum lc_phase phase, int64_t now_ns);

/* One datagram; all commands that are due; questions; the last point, dark,
 * false: not yet; and what is said before leaving. */
enum bj_status lc_session_send(struct lc_session *session, bool command,
                               const uint8_t *bytes, size_t size, int64_t now_ns);
void lc_session_send_commands(struct lc_session *session, int64_t now_ns);
void lc_session_ask_info(struct lc_session *session, int64_t now_ns);
void lc_session_ask_free(struct lc_session *session, int64_t now_ns);
bool lc_session_send_tail(struct lc_session *session, int64_t now_ns);
void lc_session_say_goodbye(struct lc_session *session, int64_t now_ns);

#endif
