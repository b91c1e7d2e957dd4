/* SPDX-License-Identifier: MIT */
#include "tagged_signal.h"

#include <math.h>
#include <string.h>

#define AMPLITUDE 32500

static const int plateaus[] = {1, 1, 2, 3, 1, 5, 8, 1, 1, 1, 21, 2, 55, 1, 144, 3, 400};
enum { PLATEAUS = sizeof plateaus / sizeof *plateaus };

bool tagged_init(struct tagged_signal *signal, uint32_t rate_hz, double lead_s,
                 double lit_s, double tail_s)
{
    if (rate_hz < 1000 || !(lead_s >= 0) || !(lit_s >= 0) || !(tail_s >= 0))
        return false;
    signal->rate_hz = rate_hz;
    signal->lit_begin = (int64_t)llround(lead_s * rate_hz);
    signal->lit_end = signal->lit_begin + (int64_t)llround(lit_s * rate_hz);
    signal->frames = signal->lit_end + (int64_t)llround(tail_s * rate_hz);
    return signal->frames <= (int64_t)TAGGED_PERIOD_X * TAGGED_PERIOD_Y;
}

static int32_t triangle(int64_t frame, int period)
{
    int m = (int)(frame % period);
    int height = m <= period / 2 ? m : period - m;
    return -AMPLITUDE + TAGGED_STEP_COUNTS * height;
}

int32_t tagged_x(int64_t frame)
{
    return triangle(frame, TAGGED_PERIOD_X);
}

int32_t tagged_y(int64_t frame)
{
    return triangle(frame, TAGGED_PERIOD_Y);
}

static double triangle_at(double position, int period)
{
    double whole = floor(position), part = position - whole;
    int64_t frame = (int64_t)whole;
    return (1 - part) * triangle(frame, period) + part * triangle(frame + 1, period);
}

double tagged_x_at(double position)
{
    return triangle_at(position, TAGGED_PERIOD_X);
}

double tagged_y_at(double position)
{
    return triangle_at(position, TAGGED_PERIOD_Y);
}

double tagged_corner_distance(double position, int period)
{
    double half = period / 2.0, m = fmod(position, half);
    return fmin(m, half - m);
}

static uint32_t scatter(uint32_t value)
{
    value ^= value >> 16;
    value *= 0x7feb352du;
    value ^= value >> 15;
    value *= 0x846ca68bu;
    return value ^ value >> 16;
}

static uint16_t plateau_code(int64_t plateau, int channel)
{
    uint32_t bits = scatter((uint32_t)plateau * 3 + (uint32_t)channel + 1);
    switch (bits >> 28) {
    case 0:
        return 0;
    case 1:
        return 65535;
    default:
        return (uint16_t)bits;
    }
}

static int64_t plateau_of(int64_t frame)
{
    int total = 0, index = 0;
    for (int i = 0; i < PLATEAUS; i++)
        total += plateaus[i];
    int64_t block = frame / total;
    for (int rest = (int)(frame % total); rest >= plateaus[index]; index++)
        rest -= plateaus[index];
    return block * PLATEAUS + index;
}

void tagged_colour(const struct tagged_signal *signal, int64_t frame, uint16_t colour[3])
{
    memset(colour, 0, 3 * sizeof *colour);
    if (frame < signal->lit_begin || frame >= signal->lit_end)
        return;
    int64_t plateau = plateau_of(frame - signal->lit_begin);
    for (int channel = 0; channel < 3; channel++)
        colour[channel] = plateau_code(plateau, channel);
}

void tagged_frame(const struct tagged_signal *signal, int64_t frame,
                  float channels[TAGGED_CHANNELS])
{
    uint16_t colour[3];
    tagged_colour(signal, frame, colour);
    channels[0] = (float)tagged_x(frame) / 32767.0f;
    channels[1] = (float)tagged_y(frame) / 32767.0f;
    for (int i = 0; i < 3; i++)
        channels[2 + i] = (float)colour[i] / 65535.0f;
}
