/* SPDX-License-Identifier: MIT
 *
 * The low-pass filter of a path that has more frames than points: it removes the
 * frequencies that the points cannot show, before they alias.
 *
 * A table of weights for points at evenly spaced places between two frames; weights in
 * between are interpolated. At every place the weights add up to 1 and their centre is the
 * place, so a beam that rests or moves evenly passes unchanged.
 */
#ifndef BJ_KERNEL_H
#define BJ_KERNEL_H

#include "feed/simd4.h"

#include <beamjack/core.h>

#define BJ_KERNEL_MAX_STEP 64.0 /* the filter grows no wider than for this */
#define BJ_KERNEL_ROOM 1536u    /* weights of the largest table */

struct bj_kernel {
    uint32_t taps;   /* a multiple of 4; 0: none made yet */
    uint32_t places; /* between two frames, a power of two */
    float weights[BJ_KERNEL_ROOM];
};

/* Makes the table for `frames_per_point` above 1. SMOOTH: a sinc of 8 zero crossings or
 * a few more under a Kaiser window. Other modes: the average of straight lines over a
 * point's time, which never overshoots. Takes some 0.1 ms; allocates nothing. */
void bj_kernel_make(struct bj_kernel *kernel, enum bj_interpolation mode,
                    double frames_per_point);

/* Return how many frames are needed before and after the frame of a point. */
uint32_t bj_kernel_behind(const struct bj_kernel *kernel);
uint32_t bj_kernel_ahead(const struct bj_kernel *kernel);

/* Computes four points of two channels, (at + away[k]) / 2^32 frames after frame 0 of
 * in[0] and in[1]. */
void bj_kernel_filter(const struct bj_kernel *kernel, const float *const in[2], uint64_t at,
                      const uint64_t away[4], bj_simd4 out[2]);

#endif
