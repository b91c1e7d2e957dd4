/* SPDX-License-Identifier: MIT */
#include "circle.h"

#include <math.h>

#define TURN_FRAMES                                                                        \
    256 /* divides every length the benchmarks use: no jump at the seams                   \
         */

static float wave(uint32_t frame, float phase)
{
    return sinf(6.2831853f * ((float)(frame % TURN_FRAMES) / TURN_FRAMES + phase));
}

void bench_circle(float *const channels[BJ_CHANNELS], uint32_t frames)
{
    for (uint32_t k = 0; k < frames; k++) {
        channels[BJ_X][k] = 0.9f * wave(k, 0.25f);
        channels[BJ_Y][k] = 0.9f * wave(k, 0.0f);
        channels[BJ_R][k] = 0.5f + 0.4f * wave(k, 0.0f);
        channels[BJ_G][k] = 0.5f + 0.4f * wave(k, 0.33f);
        channels[BJ_B][k] = 0.5f + 0.4f * wave(k, 0.67f);
        channels[BJ_I][k] = 0.8f + 0.1f * wave(k, 0.5f);
    }
}
