/* SPDX-License-Identifier: MIT
 *
 * The sessions of a stream with its DAC: connecting, losing, closing.
 */
#ifndef BJ_SESSION_H
#define BJ_SESSION_H

#include "engine/stream_state.h"

/* Begins an attempt to connect when it is due. */
void bj_engine_connect(struct bj_stream *stream);

/* Ends the session, the DAC being lost; connects again later or gives up. */
void bj_engine_lost(struct bj_stream *stream, enum bj_status status);

/* Tells that the DAC plays nothing of what it is given, again and again, and ends the
 * session. */
void bj_engine_hopeless(struct bj_stream *stream);

/* Notes a changed state of the DAC after each service: it takes points again, refuses
 * light, or has another rate. */
void bj_engine_note_state(struct bj_stream *stream);

/* Closes: dark and shut, then ends with `result` once the device confirms. */
void bj_engine_close(struct bj_stream *stream, enum bj_run result);
void bj_engine_closing(struct bj_stream *stream);

#endif
