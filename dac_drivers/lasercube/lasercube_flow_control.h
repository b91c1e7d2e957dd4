/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): flow control, by how full the ring is and by what was not answered.
 */
#ifndef LASERCUBE_FLOW_CONTROL_H
#define LASERCUBE_FLOW_CONTROL_H

#include "lasercube/lasercube_state.h"

/* Returns how many points the ring takes: what is above may not fit when packets arrive in
 * bursts. */
uint32_t lc_usable_points(uint32_t ring_points);

/* Returns how many points may be sent now; the other adds to `wait` when more may, if those
 * are few. */
uint32_t lc_session_sendable(struct lc_session *session, int64_t now_ns);
void lc_session_flow_waits(const struct lc_session *session, int64_t now_ns,
                           struct bj_wait *wait);

#endif
