/* SPDX-License-Identifier: MIT
 *
 * LaserShark and LaserDock: when to ask how much the device holds, and what follows.
 */
#ifndef SHARK_COUNT_H
#define SHARK_COUNT_H

#include "lasershark_family/shark_state.h"

/* Whether to ask now, asking, and whether samples have to wait for it: what is sent
 * between question and answer makes the count unclear. */
bool shark_count_is_due(const struct shark_session *session, int64_t now_ns);
void shark_count_ask(struct shark_session *session, int64_t now_ns);
bool shark_count_holds(const struct shark_session *session, int64_t now_ns);
void shark_count_waits(const struct shark_session *session, int64_t now_ns,
                       struct bj_wait *wait);

/* The answer. Not BJ_OK: it is over, and was explained. */
enum bj_status shark_count_told(struct shark_session *session,
                                const struct shark_answer *answer, int64_t now_ns);

#endif
