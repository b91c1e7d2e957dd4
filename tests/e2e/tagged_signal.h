/* SPDX-License-Identifier: MIT
 *
 * A five-channel signal whose every frame can be told from every other.
 *
 * x and y are triangles on the 16-bit grid with periods that have no common factor, so the
 * pair names the frame. They never rest, so no dwell guard is due. Colour stands on
 * plateaus of 1 to 400 frames, at codes of exactly 16 bits. Before lit_begin and from
 * lit_end on the signal moves dark.
 */
#ifndef TAGGED_SIGNAL_H
#define TAGGED_SIGNAL_H

#include <stdbool.h>
#include <stdint.h>

#define TAGGED_CHANNELS 5
#define TAGGED_STEP_COUNTS 52 /* one frame moves x and y by this, in 1/32767 */
#define TAGGED_PERIOD_X 2500
#define TAGGED_PERIOD_Y 2501

struct tagged_signal {
    uint32_t rate_hz;
    int64_t frames;
    int64_t lit_begin, lit_end; /* frames */
};

/* `lead_s` dark, then `lit_s` lit, then `tail_s` dark. At most 6.25 million frames. */
bool tagged_init(struct tagged_signal *signal, uint32_t rate_hz, double lead_s,
                 double lit_s, double tail_s);

/* Position of a frame in counts of 1/32767. Any frame >= 0. */
int32_t tagged_x(int64_t frame);
int32_t tagged_y(int64_t frame);

/* The same between frames, on the straight line; and how far the next corner is, in frames.
 */
double tagged_x_at(double position);
double tagged_y_at(double position);
double tagged_corner_distance(double position, int period);

/* Red, green, blue of a frame as 16-bit codes. */
void tagged_colour(const struct tagged_signal *signal, int64_t frame, uint16_t colour[3]);

/* What goes into the file: position in -1..+1, colour in 0..1. */
void tagged_frame(const struct tagged_signal *signal, int64_t frame,
                  float channels[TAGGED_CHANNELS]);

#endif
