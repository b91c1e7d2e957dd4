/* SPDX-License-Identifier: MIT
 *
 * IDN: one connection to one service of one unit, from the first question to the last
 * close.
 *
 * Four files share the state of idn_state.h. idn_session.c has the slots of a driver,
 * idn_opening.c the way to an open stream, idn_sender.c what goes out and when,
 * idn_replies.c what the unit's answers mean.
 *
 * A receiver reports no level. It plays by the stamps it is sent, and the engine's own
 * count of them is all there is. The only thing it says is an acknowledge, when asked for
 * one and if it knows how; whether it does is found out before any point is sent.
 */
#ifndef IDN_SESSION_H
#define IDN_SESSION_H

#include "idn/idn_state.h"

/* Each as the slot of the same name. The address is known; the lead is the target buffer.
 */
enum bj_status idn_session_connect(struct idn_session *session, struct bj_address to,
                                   int64_t now_ns, int64_t lead_ns);
enum bj_status idn_session_service(struct idn_session *session, int64_t now_ns,
                                   struct bj_dac_status *status, struct bj_wait *wait);
enum bj_status idn_session_write(void *instance, int64_t now_ns,
                                 const struct bj_chunk *chunk, uint32_t *taken);
void idn_session_shutter(void *instance, int64_t now_ns, bool open);
void idn_session_stop(struct idn_session *session, int64_t now_ns);
void idn_session_disconnect(struct idn_session *session);

#endif
