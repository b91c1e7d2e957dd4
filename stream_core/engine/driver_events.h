/* SPDX-License-Identifier: MIT
 *
 * Events of the driver, told from within its slots, and every stage that is told of them.
 */
#ifndef BJ_DRIVER_EVENTS_H
#define BJ_DRIVER_EVENTS_H

#include "engine/stream_state.h"

/* `engine` is the stream. */
extern const struct bj_dac_events bj_engine_events;

/* Counts the points queued by the engine's own count as flushed: nobody plays them any
 * more. */
void bj_engine_drop_queue(struct bj_stream *stream);

/* Count as flushed the queue and the batch; the batch alone. */
void bj_engine_drop_points(struct bj_stream *stream);
void bj_engine_drop_batch(struct bj_stream *stream);

#endif
