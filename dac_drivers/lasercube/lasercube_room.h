/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): how many points may leave now.
 */
#ifndef LASERCUBE_ROOM_H
#define LASERCUBE_ROOM_H

#include "lasercube/lasercube_state.h"

/* How many points it takes: what is above may not fit when packets arrive in bursts. */
uint32_t lc_usable_points(uint32_t ring_points);

/* How many points may be sent now; and what to wait for if that is few.
 */
uint32_t lc_session_room(struct lc_session *session, int64_t now_ns);
void lc_session_wait_for_room(const struct lc_session *session, int64_t now_ns,
                              struct bj_wait *wait);

#endif
