/* SPDX-License-Identifier: MIT
 *
 * Ether Dream: what the device's answers mean.
 */
#ifndef ETHER_DREAM_REPLIES_H
#define ETHER_DREAM_REPLIES_H

#include "ether_dream/ether_dream_state.h"

/* Takes in one answer. Anything but BJ_OK: it is over, and was explained. */
enum bj_status ed_session_handle_answer(struct ed_session *session,
                                        const struct ed_answer *answer, int64_t now_ns);

/* While watching has come to its end: go on, or BJ_BUSY. */
enum bj_status ed_session_watch_over(struct ed_session *session);

/* It was told to begin and has not answered: from now on its queue may drain, and
 * what it says of before is old. */
bool ed_session_begins(const struct ed_session *session);

/* The owned queue is gone: settles the accounts and tells the engine. */
void ed_session_emptied(struct ed_session *session, uint32_t in_device, bool dry);

#endif
