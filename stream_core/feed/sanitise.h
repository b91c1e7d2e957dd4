/* SPDX-License-Identifier: MIT
 *
 * What comes in may be anything: NaN, infinities, 1e30, negative light. After this it is
 * finite, sensible, and dark wherever it was not.
 */
#ifndef BJ_SANITISE_H
#define BJ_SANITISE_H

#include <beamjack/core.h>

/* Beyond this a sample is a fault of the producer, not a loud signal. */
#define BJ_SENSIBLE_SAMPLE 16.0f

/* Where the beam was last known to be. Zeroed: the centre. */
struct bj_sanitiser {
    float x, y;
};

/* Engine thread, BJ_RT. In place. A frame with a channel that is not finite or not sensible
 * rests dark at the last valid position; light is clamped to 0..1. Returns how many frames
 * were invalid. */
uint32_t bj_sanitise(struct bj_sanitiser *sanitiser, float *const channels[BJ_CHANNELS],
                     uint32_t frames);

#endif
