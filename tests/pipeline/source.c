/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <math.h>

#define PLACES 65535u /* -32767 to 32767 */
#define STRIDE 7919u  /* from place to place; shares no factor with PLACES */
#define STRIDE_INVERSE 42239u
#define FULL 32767
#define HAND_RADIUS 0.9
#define CIRCLE_RADIUS 0.8
#define SLOW_RADIUS 0.4
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

/* ---- The vernier ------------------------------------------------------------------------ */

/* A hand and how it turns from frame to frame. */
struct hand {
    double x, y, turn_x, turn_y;
};

static struct hand hand_at(double capture_ns, double turn_ns, double frame_ns)
{
    double angle = fmod(capture_ns, turn_ns) / turn_ns * TURN;
    double step = frame_ns / turn_ns * TURN;

    return (struct hand){cos(angle), sin(angle), cos(step), sin(step)};
}

static void hand_turn(struct hand *hand)
{
    double x = hand->x * hand->turn_x - hand->y * hand->turn_y;

    hand->y = hand->x * hand->turn_y + hand->y * hand->turn_x;
    hand->x = x;
}

static double fast_turn_ns(enum source_signal signal)
{
    return 1e9 / (signal == SOURCE_CIRCLE ? SOURCE_CIRCLE_HZ : SOURCE_VERNIER_HZ);
}

static void make_vernier(enum source_signal signal, uint64_t first, double capture_ns,
                         double frame_ns, uint32_t frames,
                         float *const channels[BJ_CHANNELS])
{
    struct hand fast = hand_at(capture_ns, fast_turn_ns(signal), frame_ns);
    struct hand slow = hand_at(capture_ns, SOURCE_SLOW_NS, frame_ns);
    double radius = signal == SOURCE_CIRCLE ? CIRCLE_RADIUS : HAND_RADIUS;

    for (uint32_t k = 0; k < frames; k++) {
        bool high = (first + k) / SOURCE_STEP_FRAMES % 2;
        channels[BJ_X][k] = (float)(radius * fast.x);
        channels[BJ_Y][k] = (float)(radius * fast.y);
        channels[BJ_R][k] = (float)(0.5 + SLOW_RADIUS * slow.x);
        channels[BJ_G][k] = (float)(0.5 + SLOW_RADIUS * slow.y);
        channels[BJ_B][k] = (float)(high ? SOURCE_BLUE_HIGH : SOURCE_BLUE_LOW);
        channels[BJ_I][k] = 1.0f;
        hand_turn(&fast);
        hand_turn(&slow);
    }
}

/* The time nearest to about_ns at which a hand stood there. */
static double hand_ns(double x, double y, double turn_ns, double about_ns)
{
    double into_ns = atan2(y, x) / TURN * turn_ns;

    return rint((about_ns - into_ns) / turn_ns) * turn_ns + into_ns;
}

double source_vernier_ns(enum source_signal signal, struct source_position position,
                         uint16_t r, uint16_t g, double about_ns)
{
    double slow_ns = hand_ns(r - 0.5 * 65535, g - 0.5 * 65535, SOURCE_SLOW_NS, about_ns);

    return hand_ns(position.x, position.y, fast_turn_ns(signal), slow_ns);
}

static void make_buzz(uint64_t frame, uint32_t at, float *const channels[BJ_CHANNELS])
{
    channels[BJ_X][at] = frame % 2 ? 0.5f : -0.5f;
    channels[BJ_Y][at] = 0;
    put_colour(channels, at, source_colour(frame));
}

void source_make(enum source_signal signal, uint64_t first, double capture_ns,
                 double frame_ns, uint32_t frames, float *const channels[BJ_CHANNELS])
{
    if (signal == SOURCE_VERNIER || signal == SOURCE_CIRCLE) {
        make_vernier(signal, first, capture_ns, frame_ns, frames, channels);
        return;
    }
    for (uint32_t k = 0; k < frames; k++) {
        if (signal == SOURCE_NUMBERED) {
            make_numbered(first + k, k, channels);
        } else if (signal == SOURCE_BUZZ) {
            make_buzz(first + k, k, channels);
        } else {
            make_hand(capture_ns + k * frame_ns, k, channels);
        }
    }
}
