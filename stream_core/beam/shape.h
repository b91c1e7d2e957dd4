/* SPDX-License-Identifier: MIT
 *
 * Shape stage: geometry and colour of the beam. May be clever; safety comes after it.
 */
#ifndef BJ_SHAPE_H
#define BJ_SHAPE_H

#include <beamjack/core.h>
#include <stdatomic.h>

/* A bj_shape precomputed: x' = xx x + xy y + ox and so on. */
struct bj_shaper {
    float xx, xy, ox, yx, yy, oy;
    float r, g, b, i;
    bool invert, neutral;
};

/* Returns whether all values are within the ranges of core.h. */
bool bj_shape_is_sane(const struct bj_shape *shape);

struct bj_shaper bj_shaper_make(const struct bj_shape *shape);

/* Engine thread, BJ_RT. Shapes points in place. */
void bj_shaper_run(const struct bj_shaper *shaper, struct bj_point *points, uint32_t count);

/* A triple buffer: hands whole shapers from one control thread to the engine, the newest
 * winning; three slots, so that neither side ever waits or sees half a change. */
struct bj_shape_buffer {
    struct bj_shaper slots[3];
    _Atomic unsigned middle; /* slot index, FRESH bit when not yet taken */
    unsigned writing, reading;
};

void bj_shape_buffer_init(struct bj_shape_buffer *buffer, const struct bj_shape *shape);
void bj_shape_buffer_post(struct bj_shape_buffer *buffer, const struct bj_shape *shape);

/* Engine thread, BJ_RT. Returns the newest shaper, valid until the next call. */
const struct bj_shaper *bj_shape_buffer_newest(struct bj_shape_buffer *buffer);

#endif
