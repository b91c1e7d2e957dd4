/* SPDX-License-Identifier: MIT
 *
 * Ether Dream: which command comes next, from where the device is to what is wanted.
 */
#ifndef ETHER_DREAM_SEQUENCER_H
#define ETHER_DREAM_SEQUENCER_H

#include "ether_dream/ether_dream_state.h"

/* Commands one step from where the device is to where it should be; and when to
 * look again. */
void ed_sequencer_step(struct ed_session *session, int64_t now_ns);
void ed_sequencer_waits(const struct ed_session *session, int64_t now_ns,
                        struct bj_wait *wait);

/* Single commands. Without room in the channel they are left out: begin, prepare, stop
 * and clear are decided on again until they show in the status. */
void ed_session_send(struct ed_session *session, uint8_t op, int64_t now_ns);
void ed_session_send_rate(struct ed_session *session, uint8_t op, uint32_t rate,
                          int64_t now_ns);
void ed_session_flush(struct ed_session *session, int64_t now_ns);

/* Points that fit before the device begins. */
uint32_t ed_session_prepared_room(const struct ed_session *session);

#endif
