/* SPDX-License-Identifier: MIT
 *
 * Ether Dream: one connection, from the first greeting to the last stop.
 *
 * Three files share the state of ether_dream_state.h. ether_dream_replies.c says what the
 * device's answers mean, ether_dream_sequencer.c decides which command comes next,
 * ether_dream_session.c has the slots of a driver, calls both, and moves bytes and points
 * between the two. The newest status the device
 * reported is the truth; the session brings it towards what is wanted (playing, flushed,
 * stopped), one control command at a time. Points in flight are counted per command.
 */
#ifndef ETHER_DREAM_SESSION_H
#define ETHER_DREAM_SESSION_H

#include "ether_dream/ether_dream_state.h"

void ed_session_init(struct ed_session *session, struct bj_net *net);

/* Each as the slot of the same name; those of an `instance` are it. The address is
 * known. */
enum bj_status ed_session_connect(struct ed_session *session, struct bj_address to,
                                  int64_t now_ns, uint32_t pps, uint32_t begin_points);
enum bj_status ed_session_service(struct ed_session *session, int64_t now_ns,
                                  struct bj_dac_status *status, struct bj_wait *wait);
enum bj_status ed_session_write(void *instance, int64_t now_ns,
                                const struct bj_chunk *chunk, uint32_t *taken);
void ed_session_shutter(void *instance, int64_t now_ns, bool open);
void ed_session_stop(struct ed_session *session, int64_t now_ns);
void ed_session_disconnect(struct ed_session *session);

#endif
