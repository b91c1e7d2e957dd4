/* SPDX-License-Identifier: MIT
 *
 * The end of a stream: what is queued plays, a dark tail after it, then it closes.
 */
#ifndef BJ_DRAIN_H
#define BJ_DRAIN_H

#include "engine/stream_state.h"

void bj_engine_begin_drain(struct bj_stream *stream);
void bj_engine_drain(struct bj_stream *stream, struct bj_wait *wait);

#endif
