/* SPDX-License-Identifier: MIT
 *
 * What the driver says to a stream, from within its slots, and every stage that hears it.
 */
#ifndef BJ_DRIVER_EVENTS_H
#define BJ_DRIVER_EVENTS_H

#include "engine/stream_state.h"

/* `engine` is the stream. */
extern const struct bj_dac_events bj_engine_events;

/* Nobody plays any more what was queued by our own count: counted as thrown away. */
void bj_engine_drop_queue(struct bj_stream *stream);

/* The same, and what is made and not written. */
void bj_engine_drop_points(struct bj_stream *stream);
void bj_engine_drop_batch(struct bj_stream *stream);

#endif
