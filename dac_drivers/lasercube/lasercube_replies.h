/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): what its answers mean.
 */
#ifndef LASERCUBE_REPLIES_H
#define LASERCUBE_REPLIES_H

#include "lasercube/lasercube_state.h"

/* The ring is empty now, and `lost` points will not be played. */
void lc_session_emptied(struct lc_session *session, uint32_t lost, int64_t now_ns);

/* Takes in all that arrived. Anything but BJ_OK: the connection is over, and was explained.
 */
enum bj_status lc_session_hear(struct lc_session *session, int64_t now_ns);

#endif
