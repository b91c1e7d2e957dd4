/* SPDX-License-Identifier: MIT
 *
 * Connecting, losing, closing: the life of a DAC under a stream.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "engine/stream_state.h"

/* What the driver says to this stream. */
extern const struct bj_dac_events bj_engine_events;

/* Begins an attempt when it is time to. */
void bj_engine_connect(struct bj_stream *stream);

/* The driver lets go; comes back later or gives up. */
void bj_engine_lost(struct bj_stream *stream, enum bj_status status);

/* Again and again nothing of what it was given was played: told, and lost. */
void bj_engine_hopeless(struct bj_stream *stream);

/* The same, because the driver does what it promised not to do. */
void bj_engine_broke(struct bj_stream *stream, const char *what);

/* A driver may learn only from the device what its timer makes of the rate: every stage
 * that counts time in points is told here. */
void bj_engine_note_rate(struct bj_stream *stream);

/* Refuses light until the fault is cleared. Who asked for light from the first connection
 * on has it cleared there, once. */
void bj_engine_faulted(struct bj_stream *stream);

/* Takes points again after an attempt or a fault. */
void bj_engine_connected(struct bj_stream *stream);

/* Dark and shut, then the result once the device confirms. */
void bj_engine_close(struct bj_stream *stream, enum bj_run result);
void bj_engine_closing(struct bj_stream *stream);

/* Forgets what is pending and queued, and counts it. */
void bj_engine_drop_points(struct bj_stream *stream);

#endif
