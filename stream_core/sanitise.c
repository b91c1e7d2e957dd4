/* SPDX-License-Identifier: MIT */
#include "sanitise.h"

#include <math.h>

static bool is_sensible(float sample)
{
    return fabsf(sample) <= BJ_SENSIBLE_SAMPLE; /* false for NaN */
}

static bool frame_is_valid(float *const in[BJ_CHANNELS], uint32_t n)
{
    bool valid = true;
    for (int c = 0; c < BJ_CHANNELS; c++) {
        valid = valid && is_sensible(in[c][n]);
    }
    return valid;
}

static bool all_valid(float *const in[BJ_CHANNELS], uint32_t frames)
{
    int bad = 0;
    for (int c = 0; c < BJ_CHANNELS; c++) {
        const float *samples = in[c];
        for (uint32_t n = 0; n < frames; n++) {
            bad |= !is_sensible(samples[n]);
        }
    }
    return !bad;
}

static uint32_t darken_invalid(struct bj_sanitiser *last, float *const in[BJ_CHANNELS],
                               uint32_t frames)
{
    uint32_t invalid = 0;
    for (uint32_t n = 0; n < frames; n++) {
        if (frame_is_valid(in, n)) {
            last->x = in[BJ_X][n];
            last->y = in[BJ_Y][n];
            continue;
        }
        in[BJ_X][n] = last->x;
        in[BJ_Y][n] = last->y;
        in[BJ_R][n] = in[BJ_G][n] = in[BJ_B][n] = in[BJ_I][n] = 0.0f;
        invalid++;
    }
    return invalid;
}

static void clamp_light(float *samples, uint32_t frames)
{
    for (uint32_t n = 0; n < frames; n++) {
        float value = samples[n] > 0.0f ? samples[n] : 0.0f;
        samples[n] = value < 1.0f ? value : 1.0f;
    }
}

uint32_t bj_sanitise(struct bj_sanitiser *sanitiser, float *const channels[BJ_CHANNELS],
                     uint32_t frames)
{
    uint32_t invalid = 0;
    if (frames == 0) {
        return 0;
    }
    if (all_valid(channels, frames)) {
        sanitiser->x = channels[BJ_X][frames - 1];
        sanitiser->y = channels[BJ_Y][frames - 1];
    } else {
        invalid = darken_invalid(sanitiser, channels, frames);
    }
    for (int c = BJ_R; c <= BJ_I; c++) {
        clamp_light(channels[c], frames);
    }
    return invalid;
}
