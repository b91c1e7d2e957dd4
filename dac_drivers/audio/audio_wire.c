/* SPDX-License-Identifier: MIT */
#include "audio/audio_wire.h"

#include <math.h>
#include <string.h>

#define TURN 6.283185307179586

static const uint32_t sample_bytes[] = {
    [BJ_PCM_S32] = 4,   [BJ_PCM_S24] = 4, [BJ_PCM_S24_PACKED] = 3,
    [BJ_PCM_FLOAT] = 4, [BJ_PCM_S16] = 2,
};

void bj_audio_options_begin(struct bj_audio_options *options, size_t size)
{
    struct bj_audio_options usual = {.channel = {1, 2, 3, 4, 5, 6}, .as_many = true};

    for (int k = 0; k < BJ_AUDIO_SIGNALS; k++)
        usual.gain[k] = 1;
    bj_sized_begin(options, size, &usual, sizeof usual);
}

/* ---- Samples ------------------------------------------------------------------------- */

static double clamped(double value)
{
    return value > -1 ? (value < 1 ? value : 1) : -1; /* not a number: -1 */
}

static void put_integer(uint8_t *out, int32_t value, uint32_t bytes)
{
    for (uint32_t k = 0; k < bytes; k++)
        out[k] = (uint8_t)((uint32_t)value >> 8 * k);
}

static int32_t scaled(double value, double full)
{
    return (int32_t)lrint(value * full);
}

static void put_sample(uint8_t *out, enum bj_pcm_format format, double value)
{
    float real = (float)value;
    uint32_t bits;

    switch (format) {
    case BJ_PCM_S32:
        put_integer(out, scaled(value, 2147483647.0), 4);
        break;
    case BJ_PCM_S24:
        put_integer(out, scaled(value, 8388607.0), 4);
        break;
    case BJ_PCM_S24_PACKED:
        put_integer(out, scaled(value, 8388607.0), 3);
        break;
    case BJ_PCM_S16:
        put_integer(out, scaled(value, 32767.0), 2);
        break;
    case BJ_PCM_FLOAT:
        memcpy(&bits, &real, sizeof bits);
        put_integer(out, (int32_t)bits, 4);
        break;
    }
}

static void put_signal(const struct audio_wire *wire, uint8_t *frame, int signal,
                       double value)
{
    const struct bj_audio_options *options = &wire->options;
    uint8_t channel = options->channel[signal];
    double swing = (double)options->gain[signal] * value;

    if (channel == 0)
        return;
    if (options->inverted[signal])
        swing = -swing;
    put_sample(frame + (channel - 1) * wire->sample_bytes, wire->format,
               clamped(swing + (double)options->offset[signal]));
}

/* ---- Frames -------------------------------------------------------------------------- */

static bool is_wired(const struct audio_wire *wire, int signal)
{
    return wire->options.channel[signal] > 0;
}

static enum bj_status fit(struct audio_wire *wire)
{
    struct bj_audio_options *options = &wire->options;

    for (int k = 0; k < BJ_AUDIO_SIGNALS; k++) {
        if (options->channel[k] <= wire->channels)
            continue;
        if (!options->as_many || k == BJ_X || k == BJ_Y)
            return BJ_UNSUPPORTED;
        options->channel[k] = 0;
    }
    return is_wired(wire, BJ_X) && is_wired(wire, BJ_Y) ? BJ_OK : BJ_UNSUPPORTED;
}

enum bj_status audio_wire_init(struct audio_wire *wire,
                               const struct bj_audio_options *options,
                               enum bj_pcm_format format, uint32_t channels, double rate_hz)
{
    *wire = (struct audio_wire){
        .format = format,
        .channels = channels,
        .sample_bytes = sample_bytes[format],
        .frame_bytes = channels * sample_bytes[format],
        .options = *options,
        .tone_step = AUDIO_TONE_HZ / rate_hz,
    };
    enum bj_status status = fit(wire);

    wire->has_intensity = is_wired(wire, BJ_I);
    wire->has_colour = is_wired(wire, BJ_R) || is_wired(wire, BJ_G) || is_wired(wire, BJ_B);
    return wire->frame_bytes > BJ_PCM_FRAME_BYTES ? BJ_UNSUPPORTED : status;
}

static float brightest(const struct bj_point *point)
{
    float value = point->r > point->g ? point->r : point->g;

    return value > point->b ? value : point->b;
}

/* Colours that have no channels of their own go into a single laser's intensity. */
static void put_light(const struct audio_wire *wire, uint8_t *frame,
                      const struct bj_point *point)
{
    double intensity = (double)point->i;

    if (!wire->has_colour)
        intensity *= (double)brightest(point);
    put_signal(wire, frame, BJ_R, (double)point->r);
    put_signal(wire, frame, BJ_G, (double)point->g);
    put_signal(wire, frame, BJ_B, (double)point->b);
    put_signal(wire, frame, BJ_I, intensity);
}

static void put_tone(struct audio_wire *wire, uint8_t *frame, bool sounds)
{
    put_signal(wire, frame, BJ_AUDIO_ENABLE, sounds ? sin(wire->tone * TURN) : 0);
    wire->tone = sounds ? wire->tone + wire->tone_step : 0;
    wire->tone -= wire->tone >= 1;
}

static void put_frame(struct audio_wire *wire, uint8_t *frame, const struct bj_point *point,
                      bool lit)
{
    static const struct bj_point dark;

    memset(frame, 0, wire->frame_bytes);
    put_signal(wire, frame, BJ_X, (double)point->x);
    put_signal(wire, frame, BJ_Y, (double)point->y);
    put_light(wire, frame, lit ? point : &dark);
    if (is_wired(wire, BJ_AUDIO_ENABLE))
        put_tone(wire, frame, lit);
}

void audio_wire_encode(struct audio_wire *wire, void *frames, const struct bj_point *points,
                       uint32_t count, bool lit)
{
    uint8_t *frame = frames;

    for (uint32_t k = 0; k < count; k++, frame += wire->frame_bytes)
        put_frame(wire, frame, &points[k], lit);
}

void audio_wire_dark(const struct audio_wire *wire, void *frame)
{
    static const struct bj_point middle;
    struct audio_wire silent = *wire;

    put_frame(&silent, frame, &middle, false);
}
