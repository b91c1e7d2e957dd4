/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): is it what we want, and does somebody else meddle?
 */
#ifndef LASERCUBE_JUDGE_H
#define LASERCUBE_JUDGE_H

#include "lasercube/lasercube_state.h"

/* A full info came; errors_before: its packet errors the last time. And
 * what reports, or their absence, say about others and about loss. Anything but BJ_OK: the
 * connection is over, and was explained. */
enum bj_status lc_session_judge_info(struct lc_session *session, uint8_t errors_before,
                                     int64_t now_ns);
enum bj_status lc_session_judge_traffic(struct lc_session *session, int64_t now_ns);

#endif
