/* SPDX-License-Identifier: MIT
 *
 * The way of a chunk through the engine: fill, shape, safety, write. Engine thread, BJ_RT.
 */
#ifndef BJ_POINTS_H
#define BJ_POINTS_H

#include "engine/stream_state.h"

/* As many points as `plan` asks for lie in the batch, unless the producer has too little.
 */
struct bj_made bj_points_fill(struct bj_stream *stream, const struct bj_plan *plan);

/* Nothing can be taken: the producer keeps up with time by itself, or has ended. */
bool bj_points_end(struct bj_stream *stream);

/* `count` dark points lie in the batch, to rest. */
struct bj_made bj_points_rest(struct bj_stream *stream, uint32_t count);

/* Geometry and colour, at the rate at which they are to play. */
void bj_points_shape(struct bj_stream *stream, const struct bj_made *made);

/* The last that may change a point; from here on they are pending. */
void bj_points_make_safe(struct bj_stream *stream, const struct bj_made *made);

/* Offers what is pending. Returns false when the driver takes no more now, or is lost. */
bool bj_points_write(struct bj_stream *stream);

#endif
