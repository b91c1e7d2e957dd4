/* SPDX-License-Identifier: MIT
 *
 * Who was away for over BJ_AWAY_LIMIT_NS, and so costs the light.
 */
#ifndef ABSENCE_H
#define ABSENCE_H

#include "engine/stream_state.h"

/* First thing in a step: the steps themselves. What was pressed meanwhile counts no more.
 */
void bj_engine_watch_steps(struct bj_stream *stream);

/* After each service: a device that took points and takes none any more. */
void bj_engine_watch_points(struct bj_stream *stream);

#endif
