/* SPDX-License-Identifier: MIT
 *
 * IDN: points to datagrams; what else goes out, and when.
 */
#ifndef IDN_SENDER_H
#define IDN_SENDER_H

#include "idn/idn_state.h"

/* Questions outside the stream. BJ_WOULD_BLOCK, here and below: not sent. */
enum bj_status idn_session_ask(struct idn_session *session, enum idn_command command,
                               int64_t now_ns);

/* An empty message of the channel, with its configuration or not. */
enum bj_status idn_session_send_void(struct idn_session *session, int64_t now_ns,
                                     bool acknowledge, bool configure);

/* What is queued is thrown away at once, and the connection with it. Not answered;
 * who answers no acknowledge requests may not know it. One that cannot leave now is owed.
 */
void idn_session_send_abort(struct idn_session *session, int64_t now_ns);

/* Ends the connection, aborted where the unit knows how, or what is queued plays
 * out; asks for an acknowledge where it knows that. */
enum bj_status idn_session_send_end(struct idn_session *session, int64_t now_ns,
                                    bool play_out);

/* The next messages carry the configuration. */
void idn_session_configure_soon(struct idn_session *session, int64_t now_ns);

/* Takes points; sends those that make whole datagrams. */
enum bj_status idn_session_send_points(struct idn_session *session, int64_t now_ns,
                                       const struct bj_chunk *chunk, uint32_t *taken);

/* What is held leaves now, however little it is; what cannot stays. */
enum bj_status idn_session_send_held(struct idn_session *session, int64_t now_ns);

#endif
