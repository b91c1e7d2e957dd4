/* SPDX-License-Identifier: MIT
 *
 * LaserShark and LaserDock: what to send next, to a device that is set up.
 */
#ifndef SHARK_SEQUENCER_H
#define SHARK_SEQUENCER_H

#include "lasershark_family/shark_state.h"

/* How many points the ring may hold; the rate the device makes of `pps`. */
uint32_t shark_session_capacity(const struct shark_session *session);
double shark_session_hz(const void *instance, uint32_t pps);

/* An answer, a transfer of samples that ended. Not BJ_OK: it is over, and was
 * explained. */
enum bj_status shark_sequencer_answered(struct shark_session *session,
                                        const struct shark_answer *answer, int64_t now_ns);
enum bj_status shark_sequencer_sent(struct shark_session *session,
                                    const struct bj_usb_result *result, int64_t now_ns);

/* What to send now, and when to look again. */
enum bj_status shark_sequencer_step(struct shark_session *session, int64_t now_ns);
void shark_sequencer_waits(const struct shark_session *session, int64_t now_ns,
                           struct bj_wait *wait);
uint32_t shark_sequencer_room(const struct shark_session *session);

#endif
