/* SPDX-License-Identifier: MIT
 *
 * IDN: the way to an open stream: who is there, what it has, whose turn it is.
 */
#ifndef IDN_OPENING_H
#define IDN_OPENING_H

#include "idn/idn_state.h"

/* Into the next phase. */
void idn_session_enter(struct idn_session *session, enum idn_phase phase, int64_t now_ns);

/* What is due while asking who is there and which services it has, and while
 * asking for a way to one of them. */
enum bj_status idn_session_keep_asking(struct idn_session *session, int64_t now_ns);
enum bj_status idn_session_keep_routing(struct idn_session *session, int64_t now_ns);

#endif
