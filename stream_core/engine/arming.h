/* SPDX-License-Identifier: MIT
 *
 * Arming: what other threads asked for, and what faults take away.
 */
#ifndef ARMING_H
#define ARMING_H

#include "engine/stream_state.h"

/* Arms and disarms as other threads asked. */
void bj_engine_take_arming(struct bj_stream *stream);

/* Is the position connected, and how late was that told? */
void bj_engine_take_connections(struct bj_stream *stream);

/* Light out now, and disarmed until somebody arms anew; what was pressed until now counts
 * no more, and promises end. */
void bj_engine_disarm_self(struct bj_stream *stream);

/* What was pressed until now counts no more. */
void bj_engine_forget_arms(struct bj_stream *stream);

/* The DAC is there: armed if that was promised, and only then. */
void bj_engine_arm_as_promised(struct bj_stream *stream);

/* Light out now; the device is told. */
void bj_engine_darken(struct bj_stream *stream);

/* New faults disarm; a fault that outlives an arm by 2 s disarms again. */
void bj_engine_watch_faults(struct bj_stream *stream);

#endif
