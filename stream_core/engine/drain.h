/* SPDX-License-Identifier: MIT
 *
 * Drain, the end of a stream: the queue plays out, a dark tail after it, then the stream
 * closes.
 */
#ifndef BJ_DRAIN_H
#define BJ_DRAIN_H

#include "engine/stream_state.h"

void bj_engine_begin_drain(struct bj_stream *stream);
void bj_engine_drain(struct bj_stream *stream, struct bj_wait *wait);

#endif
