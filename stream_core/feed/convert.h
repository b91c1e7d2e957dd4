/* SPDX-License-Identifier: MIT
 *
 * Rate converter: frames at the producer's rate in, points at the DAC's rate out.
 *
 * Position and colour are different things. x and y are a path: interpolated, and filtered
 * where the DAC has fewer points than there are frames. Colour is light: each frame's
 * colour holds from half a frame before it to half a frame after, and a point gets the
 * average over the time it lasts, so a colour never leaves the range of its neighbours, no
 * energy is lost, and edges stay where they belong. A smooth path may overshoot the field;
 * safety clamps it.
 *
 * The input position is a whole frame number and a 32-bit fraction, advanced by integer
 * arithmetic: output depends on the position only, never on how it was cut into chunks.
 *
 * The step may change by a little before every run. How the path is made, and how many
 * frames around a point that takes, is settled by the first step and stays as it is until
 * a step differs from that one by more than BJ_CONVERT_BAND.
 */
#ifndef BJ_CONVERT_H
#define BJ_CONVERT_H

#include "feed/kernel.h"

#include <beamjack/core.h>

#define BJ_CONVERT_WINDOW 2048u /* the most frames that one run reads */
#define BJ_CONVERT_MAX_STEP 1024.0
#define BJ_CONVERT_MAX_SHIFT 384.0
#define BJ_CONVERT_BAND 0.04
#define BJ_CONVERT_FILTER_FROM                                                             \
    1.05 /* frames per point above which the path is filtered                              \
          */

struct bj_convert {
    enum bj_interpolation mode;
    uint64_t frame; /* input position of the next point: frame + fraction / 2^32 */
    uint32_t fraction;
    uint64_t step;        /* frames per point, 32.32 */
    int64_t colour_shift; /* frames, 32.32 */

    double settled; /* the step for which the fields below are set */
    uint32_t behind, ahead;
    struct bj_kernel kernel; /* used if `filtered` */
    bool filtered;
};

/* The frames that a run reads, or may read, around its points. */
struct bj_convert_window {
    uint64_t first;
    uint32_t frames;
};

/* Begins at frame 0 with one frame per point and no shift of colour. */
void bj_convert_init(struct bj_convert *convert, enum bj_interpolation mode);

/* Sets the frames per point, above 0, at most BJ_CONVERT_MAX_STEP, from the next point
 * on. BJ_RT, but a step out of the band may take 0.2 ms. */
void bj_convert_set_step(struct bj_convert *convert, double frames_per_point);

/* Sets how many frames after the position colour is read, at most BJ_CONVERT_MAX_SHIFT
 * either way; negative: before it, which makes up for mirrors that lag. */
void bj_convert_set_colour_shift(struct bj_convert *convert, double frames);

double bj_convert_position(const struct bj_convert *convert);
void bj_convert_set_position(struct bj_convert *convert, double frame);

/* Return how many frames are needed before and after the frame of a point. */
uint32_t bj_convert_behind(const struct bj_convert *convert);
uint32_t bj_convert_ahead(const struct bj_convert *convert);

/* Returns how many of `wanted` points one run can make from frames below `end`. */
uint32_t bj_convert_possible(const struct bj_convert *convert, uint64_t end,
                             uint32_t wanted);

/* Returns the frames that a run of `points` points reads; at most BJ_CONVERT_WINDOW. */
struct bj_convert_window bj_convert_window(const struct bj_convert *convert,
                                           uint32_t points);

/* Makes `points` points, at most as many as bj_convert_possible returns, from in[c],
 * which begins with the first frame of the window, and advances the position. The input
 * must be sane: see bj_sanitise. */
void bj_convert_run(struct bj_convert *convert, const float *const in[BJ_CHANNELS],
                    struct bj_point *out, uint32_t points);

#endif
