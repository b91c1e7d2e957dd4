/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <math.h>

#define PLACES 65535u /* -32767 to 32767 */
#define STRIDE 7919u  /* from place to place; shares no factor with PLACES */
#define STRIDE_INVERSE 42239u
#define FULL 32767
#define HAND_RADIUS 0.9
#define TURN 6.283185307179586

_Static_assert((uint64_t)STRIDE *STRIDE_INVERSE % PLACES == 1, "the walk has a way back");

struct source_colour source_colour(uint64_t n)
{
    uint64_t hash = (n + 1) * 0x9e3779b97f4a7c15u;

    hash ^= hash >> 29;
    return (struct source_colour){
        .r = (uint16_t)(hash >> 48 | 1),
        .g = (uint16_t)(hash >> 24),
        .b = (uint16_t)hash,
    };
}

struct source_position source_numbered_position(uint64_t frame)
{
    return (struct source_position){
        .x = (int16_t)((int32_t)(frame % PLACES * STRIDE % PLACES) - FULL),
        .y = (int16_t)((int32_t)(frame / PLACES % PLACES) - FULL),
    };
}

uint64_t source_numbered_frame(int16_t x, int16_t y)
{
    uint64_t low = (uint64_t)(x + FULL) * STRIDE_INVERSE % PLACES;

    return (uint64_t)(y + FULL) * PLACES + low;
}

double source_hand_ns(int16_t x, int16_t y)
{
    double turns = atan2(y, x) / TURN;

    return (turns < 0 ? turns + 1 : turns) * SOURCE_HAND_NS;
}

static void put_colour(float *const channels[BJ_CHANNELS], uint32_t at,
                       struct source_colour colour)
{
    channels[BJ_R][at] = colour.r / 65535.0f;
    channels[BJ_G][at] = colour.g / 65535.0f;
    channels[BJ_B][at] = colour.b / 65535.0f;
    channels[BJ_I][at] = 1.0f;
}

static void make_numbered(uint64_t frame, uint32_t at, float *const channels[BJ_CHANNELS])
{
    struct source_position position = source_numbered_position(frame);

    channels[BJ_X][at] = (float)position.x / FULL;
    channels[BJ_Y][at] = (float)position.y / FULL;
    put_colour(channels, at, source_colour(frame));
}

static void make_hand(double capture_ns, uint32_t at, float *const channels[BJ_CHANNELS])
{
    double angle = fmod(capture_ns, SOURCE_HAND_NS) / SOURCE_HAND_NS * TURN;

    channels[BJ_X][at] = (float)(HAND_RADIUS * cos(angle));
    channels[BJ_Y][at] = (float)(HAND_RADIUS * sin(angle));
    put_colour(channels, at, source_colour((uint64_t)(capture_ns / SOURCE_PLATEAU_NS)));
}

void source_make(enum source_signal signal, uint64_t first, double capture_ns,
                 uint32_t rate_hz, uint32_t frames, float *const channels[BJ_CHANNELS])
{
    for (uint32_t k = 0; k < frames; k++) {
        if (signal == SOURCE_NUMBERED) {
            make_numbered(first + k, k, channels);
        } else {
            make_hand(capture_ns + k * 1e9 / rate_hz, k, channels);
        }
    }
}
