/* SPDX-License-Identifier: MIT
 *
 * Arming and disarming. Every path to the dark ends in bj_engine_disarm, or, where the DAC
 * is gone, in bj_engine_lose_light.
 */
#ifndef BJ_ARMING_H
#define BJ_ARMING_H

#include "engine/stream_state.h"

/* Disarms: makes everything dark from the gate to the shutter, until somebody arms anew,
 * and drops promises of light. */
void bj_engine_disarm(struct bj_stream *stream);

/* Disarms without a request, and drops arms requested until now. */
void bj_engine_disarm_self(struct bj_stream *stream);

/* Disarms because the DAC is gone. `keep_promise`: the promise of light stays. */
void bj_engine_lose_light(struct bj_stream *stream, bool keep_promise);

/* Arms and disarms as other threads requested. */
void bj_engine_take_arming(struct bj_stream *stream, const struct bj_asked *asked);

/* Arms a newly connected DAC if that was promised. */
void bj_engine_arm_as_promised(struct bj_stream *stream);

/* Disarms for new faults, and for a fault that outlives an arm by 2 s. */
void bj_engine_watch_faults(struct bj_stream *stream);

/* Disarms because `who` was away, and drops arms requested meanwhile. */
void bj_engine_was_away(struct bj_stream *stream, const char *who, int64_t away_ns);

#endif
