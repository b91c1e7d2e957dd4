/* SPDX-License-Identifier: MIT
 *
 * Who may have light. Every way to the dark ends in bj_engine_disarm, or, where the DAC is
 * gone, in bj_engine_lose_light.
 */
#ifndef BJ_ARMING_H
#define BJ_ARMING_H

#include "engine/stream_state.h"

/* Dark from here to the shutter, and disarmed until somebody arms anew; promises end. */
void bj_engine_disarm(struct bj_stream *stream);

/* The same without being asked: what was pressed until now counts no more. */
void bj_engine_disarm_self(struct bj_stream *stream);

/* The DAC is let go. The promise of light stays, or not. */
void bj_engine_lose_light(struct bj_stream *stream, bool keep_promise);

/* Arms and disarms as other threads asked. */
void bj_engine_take_arming(struct bj_stream *stream, const struct bj_asked *asked);

/* The DAC is there: armed if that was promised, and only then. */
void bj_engine_arm_as_promised(struct bj_stream *stream);

/* New faults disarm; a fault that outlives an arm by 2 s disarms again. */
void bj_engine_watch_faults(struct bj_stream *stream);

/* `who` was away for so long: that costs the light, and what was pressed meanwhile. */
void bj_engine_was_away(struct bj_stream *stream, const char *who, int64_t away_ns);

#endif
