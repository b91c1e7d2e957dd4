/* SPDX-License-Identifier: MIT */
#include "feed/sanitise.h"

#include <math.h>

static bool is_sensible(float sample)
{
    return fabsf(sample) <= BJ_SENSIBLE_SAMPLE; /* false for NaN */
}

static bool is_light(float sample)
{
    return (sample >= 0.0f) & (sample <= 1.0f); /* no branch: every sample passes here */
}

static bool frame_is_valid(float *const in[BJ_CHANNELS], uint32_t n)
{
    bool valid = true;
    for (int c = 0; c < BJ_CHANNELS; c++) {
        valid = valid && is_sensible(in[c][n]);
    }
    return valid;
}

static bool all_sensible(const float *samples, size_t frames)
{
    int bad = 0;
    for (size_t n = 0; n < frames; n++) {
        bad |= !is_sensible(samples[n]);
    }
    return !bad;
}

static bool all_light(const float *samples, size_t frames)
{
    int bad = 0;
    for (size_t n = 0; n < frames; n++) {
        bad |= !is_light(samples[n]);
    }
    return !bad;
}

static bool all_valid(float *const in[BJ_CHANNELS], uint32_t frames)
{
    bool valid = true;
    for (int c = 0; c < BJ_CHANNELS; c++) {
        valid = valid && all_sensible(in[c], frames);
    }
    return valid;
}

/* As most signals are: there is nothing to do. */
static bool all_in_range(float *const in[BJ_CHANNELS], uint32_t frames)
{
    bool fine = all_sensible(in[BJ_X], frames) && all_sensible(in[BJ_Y], frames);
    for (int c = BJ_R; c <= BJ_I; c++) {
        fine = fine && all_light(in[c], frames);
    }
    return fine;
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

static void clamp_light(float *samples, size_t frames)
{
    for (size_t n = 0; n < frames; n++) {
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
    bool in_range = all_in_range(channels, frames);
    if (!in_range && !all_valid(channels, frames)) {
        invalid = darken_invalid(sanitiser, channels, frames);
    }
    for (int c = BJ_R; c <= BJ_I && !in_range; c++) {
        clamp_light(channels[c], frames);
    }
    sanitiser->x = channels[BJ_X][frames - 1];
    sanitiser->y = channels[BJ_Y][frames - 1];
    return invalid;
}
