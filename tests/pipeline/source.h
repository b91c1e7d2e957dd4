/* SPDX-License-Identifier: MIT
 *
 * What is pushed: signals from which every point that comes out tells where it came from.
 */
#ifndef PIPELINE_SOURCE_H
#define PIPELINE_SOURCE_H

#include <beamjack/core.h>

enum source_signal {
    /* Frame n has the n-th position of a long walk and the n-th colour, all lit. For equal
     * rates, where frames pass unchanged. */
    SOURCE_NUMBERED = 0,
    /* The hand of a clock that goes round SOURCE_HAND_HZ times a second: its angle tells
     * the time it was captured. Colours change every SOURCE_PLATEAU_NS. For any rates. */
    SOURCE_HAND,
    /* As a vernier: the position turns SOURCE_VERNIER_HZ times a second and tells the time
     * to some ns, red and green turn once in SOURCE_SLOW_NS and tell which turn. Blue
     * steps from level to level every SOURCE_STEP_FRAMES. */
    SOURCE_VERNIER,
    /* The same with a position that turns SOURCE_CIRCLE_HZ times a second, at 0.8. */
    SOURCE_CIRCLE,
    /* From side to side with each frame, all lit: a dot to the eye. Tells nothing. */
    SOURCE_BUZZ,
};

#define SOURCE_HAND_HZ 5
#define SOURCE_HAND_NS (BJ_NS_PER_S / SOURCE_HAND_HZ)
#define SOURCE_VERNIER_HZ 200
#define SOURCE_CIRCLE_HZ 50
#define SOURCE_SLOW_NS BJ_NS_PER_S
#define SOURCE_STEP_FRAMES 480u
#define SOURCE_BLUE_LOW 0.25
#define SOURCE_BLUE_HIGH 0.75
#define SOURCE_PLATEAU_NS (10 * BJ_NS_PER_MS)

/* In the DAC's units. */
struct source_position {
    int16_t x, y;
};

struct source_colour {
    uint16_t r, g, b;
};

/* Colours of frame n, or of plateau n: never dark. */
struct source_colour source_colour(uint64_t n);

/* The number of the frame at a position; meaningless for positions of no frame. */
struct source_position source_numbered_position(uint64_t frame);
uint64_t source_numbered_frame(int16_t x, int16_t y);

/* When the hand stood there, from 0 to SOURCE_HAND_NS. */
double source_hand_ns(int16_t x, int16_t y);

/* The time nearest to `about_ns` at which a SOURCE_VERNIER or SOURCE_CIRCLE looked like
 * this; right when that is within half of SOURCE_SLOW_NS. */
double source_vernier_ns(enum source_signal signal, struct source_position position,
                         uint16_t r, uint16_t g, double about_ns);

/* Makes `frames` frames from number `first`, the first captured at capture_ns, each
 * frame_ns after the one before. */
void source_make(enum source_signal signal, uint64_t first, double capture_ns,
                 double frame_ns, uint32_t frames, float *const channels[BJ_CHANNELS]);

#endif
