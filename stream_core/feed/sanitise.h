/* SPDX-License-Identifier: MIT
 *
 * Input validation: frames may hold anything, as NaN, infinities, 1e30, negative light.
 * After this stage all are finite and within range, and those that were not are dark.
 */
#ifndef BJ_SANITISE_H
#define BJ_SANITISE_H

#include <beamjack/core.h>

/* Beyond this a sample is a fault of the producer, not a loud signal. */
#define BJ_SENSIBLE_SAMPLE 16.0f

/* The last valid position of the beam. Zeroed: the centre. */
struct bj_sanitiser {
    float x, y;
};

/* Engine thread, BJ_RT. Sanitises in place: a frame with a channel that is not finite or
 * out of range rests dark at the last valid position; light is clamped to 0..1. Returns
 * how many frames were invalid. */
uint32_t bj_sanitise(struct bj_sanitiser *sanitiser, float *const channels[BJ_CHANNELS],
                     uint32_t frames);

#endif
