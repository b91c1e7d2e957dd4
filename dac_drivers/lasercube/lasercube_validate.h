/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): validates what the device says of itself, and finds conflicts with
 * other senders.
 */
#ifndef LASERCUBE_VALIDATE_H
#define LASERCUBE_VALIDATE_H

#include "lasercube/lasercube_state.h"

/* Validates a full info; errors_before: its packet errors the last time. Anything but
 * BJ_OK: the connection is over, and was explained. */
enum bj_status lc_session_validate_info(struct lc_session *session, uint8_t errors_before,
                                        int64_t now_ns);

/* Finds out from reports, or their absence, what others send and what gets lost. Returns as
 * above. */
enum bj_status lc_session_find_conflict(struct lc_session *session, int64_t now_ns);

#endif
