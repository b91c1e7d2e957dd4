/* SPDX-License-Identifier: MIT
 *
 * The sessions of a stream with its DAC: connecting, losing, closing.
 */
#ifndef BJ_SESSION_H
#define BJ_SESSION_H

#include "engine/stream_state.h"

/* Begins an attempt when it is time to. */
void bj_engine_connect(struct bj_stream *stream);

/* The driver lets go; comes back later or gives up. */
void bj_engine_lost(struct bj_stream *stream, enum bj_status status);

/* Again and again nothing of what it was given was played: told, and lost. */
void bj_engine_hopeless(struct bj_stream *stream);

/* After each service: takes points again, refuses light, or is told to have another rate.
 */
void bj_engine_note_state(struct bj_stream *stream);

/* Dark and shut, then the result once the device confirms. */
void bj_engine_close(struct bj_stream *stream, enum bj_run result);
void bj_engine_closing(struct bj_stream *stream);

#endif
