/* SPDX-License-Identifier: MIT
 *
 * What the program is told: once, and what repeats, counted.
 */
#ifndef WORDS_H
#define WORDS_H

#include "engine/stream_state.h"

/* Something that is no problem. */
void bj_engine_say(struct bj_stream *stream, const char *text);

/* Each problem is told once, until something else happens. */
void bj_engine_tell(struct bj_stream *stream, enum bj_status status, bool final,
                    const char *text);

/* The connection is lost: in the driver's words, if it had any. */
void bj_engine_tell_loss(struct bj_stream *stream, enum bj_status status, bool final);

/* The device had nothing left to play: told at once, then every 10 s at most, counted. */
void bj_engine_ran_dry(struct bj_stream *stream);
void bj_engine_tell_dries(struct bj_stream *stream);

#endif
