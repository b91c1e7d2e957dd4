/* SPDX-License-Identifier: MIT
 *
 * The stages of a chunk in the engine: fill, shape, safety, write. Engine thread, BJ_RT.
 */
#ifndef BJ_POINTS_H
#define BJ_POINTS_H

#include "engine/stream_state.h"

/* Fills the batch with as many points as `plan` asks for, unless the producer has too
 * few. */
struct bj_made bj_points_fill(struct bj_stream *stream, const struct bj_plan *plan);

/* Asks the producer for no points, while none can be taken, so that it keeps up with
 * time. Returns whether it has ended. */
bool bj_points_end(struct bj_stream *stream);

/* Fills the batch with `count` dark points at rest. */
struct bj_made bj_points_rest(struct bj_stream *stream, uint32_t count);

/* Applies geometry and colour, and sets the rate of the points. */
void bj_points_shape(struct bj_stream *stream, const struct bj_made *made);

/* Makes the points safe, the last stage that may change a point; from then on they are
 * pending. */
void bj_points_make_safe(struct bj_stream *stream, const struct bj_made *made);

/* Offers the pending points. Returns false when the driver takes no more now, or is
 * lost. */
bool bj_points_write(struct bj_stream *stream);

#endif
