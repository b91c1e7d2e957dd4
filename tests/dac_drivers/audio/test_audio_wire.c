/* SPDX-License-Identifier: MIT */
#include "audio/audio_wire.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct bj_point lit = {
    .x = 1, .y = -1, .r = 1, .g = 0.3333333F, .b = 1e-6F, .i = 1};

static struct audio_wire start(const struct bj_audio_options *options,
                               enum bj_pcm_format format, uint32_t channels)
{
    struct audio_wire wire;

    assert_int_equal(audio_wire_init(&wire, options, format, channels, 48000), BJ_OK);
    return wire;
}

static int32_t s32(const uint8_t *frame, int channel)
{
    const uint8_t *bytes = frame + 4 * (channel - 1);

    return (int32_t)((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
                     (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
}

/* Encodes one point on S32 and gives channel 1 to 8 as fractions of full scale. */
static void encode(const struct bj_audio_options *options, const struct bj_point *point,
                   bool open, double samples[9])
{
    struct audio_wire wire = start(options, BJ_PCM_S32, 8);
    uint8_t frame[BJ_PCM_FRAME_BYTES];

    audio_wire_encode(&wire, frame, point, 1, open);
    for (int c = 1; c <= 8; c++)
        samples[c] = s32(frame, c) / 2147483647.0;
}

static void assert_near(double value, double expected)
{
    if (fabs(value - expected) > 1e-9)
        fail_msg("%.9f, expected %.9f", value, expected);
}

static void test_the_default_map_is_the_order_of_the_ports(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    double samples[9];

    (void)state;
    encode(&options, &lit, true, samples);
    assert_near(samples[1], 1);
    assert_near(samples[2], -1);
    assert_near(samples[3], 1);
    assert_near(samples[4], (double)lit.g);
    assert_near(samples[5], (double)lit.b);
    assert_near(samples[6], 1);
    assert_near(samples[7], 0);
    assert_near(samples[8], 0);
}

static void test_closed_is_dark_and_keeps_the_position(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    double samples[9];

    (void)state;
    encode(&options, &lit, false, samples);
    assert_near(samples[1], 1);
    assert_near(samples[2], -1);
    for (int c = 3; c <= 8; c++)
        assert_near(samples[c], 0);
}

static void test_formats_are_byte_exact(void **state)
{
    static const struct {
        enum bj_pcm_format format;
        size_t size;
        uint8_t bytes[8]; /* x = 1, y = -1 */
    } rows[] = {
        {BJ_PCM_S32, 8, {0xff, 0xff, 0xff, 0x7f, 0x01, 0x00, 0x00, 0x80}},
        {BJ_PCM_S24, 8, {0xff, 0xff, 0x7f, 0x00, 0x01, 0x00, 0x80, 0xff}},
        {BJ_PCM_S24_PACKED, 6, {0xff, 0xff, 0x7f, 0x01, 0x00, 0x80}},
        {BJ_PCM_FLOAT, 8, {0x00, 0x00, 0x80, 0x3f, 0x00, 0x00, 0x80, 0xbf}},
        {BJ_PCM_S16, 4, {0xff, 0x7f, 0x01, 0x80}},
    };
    struct bj_audio_options options = bj_audio_defaults();

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct audio_wire wire = start(&options, rows[k].format, 2);
        uint8_t frame[BJ_PCM_FRAME_BYTES];
        assert_int_equal(wire.frame_bytes, rows[k].size);
        audio_wire_encode(&wire, frame, &lit, 1, true);
        assert_memory_equal(frame, rows[k].bytes, rows[k].size);
    }
}

/* What 16 bits cannot tell apart a card of more bits does; a float has 24 of them. */
static void test_light_is_as_fine_as_the_card(void **state)
{
    static const struct {
        enum bj_pcm_format format;
        uint32_t bytes;
        double full;
    } rows[] = {
        {BJ_PCM_S32, 4, 2147483647.0},
        {BJ_PCM_S24, 4, 8388607.0},
        {BJ_PCM_S24_PACKED, 3, 8388607.0},
        {BJ_PCM_S16, 2, 32767.0},
    };
    struct bj_audio_options options = bj_audio_defaults();

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        for (uint32_t n = 0; n <= 0xffffff; n += 40503) {
            struct bj_point point = {.r = (float)n / 0xffffff, .i = 1};
            struct audio_wire wire = start(&options, rows[k].format, 6);
            uint8_t frame[BJ_PCM_FRAME_BYTES];
            const uint8_t *red = frame + (size_t)BJ_R * rows[k].bytes;
            double code = 0;
            audio_wire_encode(&wire, frame, &point, 1, true);
            for (uint32_t byte = 0; byte < rows[k].bytes; byte++)
                code += ldexp(red[byte], 8 * (int)byte);
            assert_true(fabs(code - (double)point.r * rows[k].full) <= 0.5);
        }
}

/* The card that takes floats gets what JACK delivered, to the bit. */
static void test_floats_pass_as_they_are(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    struct audio_wire wire = start(&options, BJ_PCM_FLOAT, 6);
    struct bj_point point = {0.1F, -0.7F, 0.3333333F, 1e-9F, 0.99999994F, 1};
    uint8_t frame[BJ_PCM_FRAME_BYTES];

    (void)state;
    audio_wire_encode(&wire, frame, &point, 1, true);
    for (size_t c = 0; c < BJ_CHANNELS; c++) {
        uint32_t bits = (uint32_t)s32(frame, (int)c + 1);
        assert_memory_equal(&bits, (const char *)&point + 4 * c, 4);
    }
}

static void test_gain_offset_and_polarity(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    double samples[9];

    (void)state;
    options.gain[BJ_X] = 0.5F;
    options.offset[BJ_X] = 0.25F;
    options.inverted[BJ_Y] = true;
    options.gain[BJ_R] = 0.5F;
    options.inverted[BJ_G] = true;
    options.offset[BJ_G] = 0.125F;
    encode(&options, &lit, true, samples);
    assert_near(samples[1], 0.75);
    assert_near(samples[2], 1);
    assert_near(samples[3], 0.5);
    assert_near(samples[4], 0.125 - (double)lit.g);
    encode(&options, &lit, false, samples);
    assert_near(samples[3], 0);
    assert_near(samples[4], 0.125); /* dark is where the offset is */
}

static void test_what_is_too_much_is_cut(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    struct bj_point wild = {.x = INFINITY, .y = NAN, .r = 1, .i = 1};
    double samples[9];

    (void)state;
    options.gain[BJ_R] = 3;
    encode(&options, &wild, true, samples);
    assert_near(samples[1], 1);
    assert_near(samples[2], -1);
    assert_near(samples[3], 1);
}

static void test_intensity_leaves_on_its_own_channel(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    struct bj_point half = lit;
    double samples[9];

    (void)state;
    half.i = 0.4999999F;
    encode(&options, &half, true, samples);
    assert_near(samples[3], 1);
    assert_near(samples[6], (double)half.i);
}

static void test_a_single_laser_has_the_brightest_colour(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    struct bj_point point = lit;
    double samples[9];

    (void)state;
    options.channel[BJ_R] = options.channel[BJ_G] = options.channel[BJ_B] = 0;
    options.channel[BJ_I] = 3;
    point.r = 0;
    encode(&options, &point, true, samples);
    assert_near(samples[3], (double)lit.g);
    point.g = point.b = 0;
    encode(&options, &point, true, samples);
    assert_near(samples[3], 0);
}

static void test_takes_as_many_channels_as_there_are(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    struct audio_wire wire;

    (void)state;
    for (uint32_t channels = 2; channels <= 8; channels++)
        assert_int_equal(audio_wire_init(&wire, &options, BJ_PCM_S16, channels, 48000),
                         BJ_OK);
    assert_int_equal(audio_wire_init(&wire, &options, BJ_PCM_S16, 1, 48000),
                     BJ_UNSUPPORTED);
    options.as_many = false;
    assert_int_equal(audio_wire_init(&wire, &options, BJ_PCM_S16, 6, 48000), BJ_OK);
    assert_int_equal(audio_wire_init(&wire, &options, BJ_PCM_S16, 5, 48000),
                     BJ_UNSUPPORTED);
    assert_int_equal(audio_wire_init(&wire, &options, BJ_PCM_S32, 65, 48000),
                     BJ_UNSUPPORTED);
}

/* 48 frames are one turn at 48 kHz; it starts from 0 and falls silent when closed. */
static void test_the_tone_sounds_while_open(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    struct bj_point points[96] = {{0}};
    uint8_t frames[96 * 32];
    struct audio_wire wire;

    (void)state;
    options.channel[BJ_AUDIO_ENABLE] = 7;
    options.gain[BJ_AUDIO_ENABLE] = 0.5F;
    wire = start(&options, BJ_PCM_S32, 8);
    audio_wire_encode(&wire, frames, points, 60, true);
    audio_wire_encode(&wire, frames + 60 * 32, points + 60, 36, true);
    for (int k = 0; k < 96; k++)
        assert_near(s32(frames + k * 32, 7) / 2147483647.0,
                    0.5 * sin(k / 48.0 * 6.283185307179586));
    audio_wire_encode(&wire, frames, points, 96, false);
    for (int k = 0; k < 96; k++)
        assert_int_equal(s32(frames + k * 32, 7), 0);
}

static void test_the_dark_frame_rests_in_the_middle(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    struct audio_wire wire;
    uint8_t frame[BJ_PCM_FRAME_BYTES];

    (void)state;
    options.offset[BJ_X] = 0.5F;
    options.offset[BJ_B] = -0.25F;
    options.channel[BJ_AUDIO_ENABLE] = 8;
    wire = start(&options, BJ_PCM_S32, 8);
    wire.tone = 0.25;
    audio_wire_dark(&wire, frame);
    assert_near(s32(frame, 1) / 2147483647.0, 0.5);
    assert_near(s32(frame, 2) / 2147483647.0, 0);
    assert_near(s32(frame, 3) / 2147483647.0, 0);
    assert_near(s32(frame, 5) / 2147483647.0, -0.25);
    assert_int_equal(s32(frame, 8), 0);
    assert_true(wire.tone == 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_default_map_is_the_order_of_the_ports),
        cmocka_unit_test(test_closed_is_dark_and_keeps_the_position),
        cmocka_unit_test(test_formats_are_byte_exact),
        cmocka_unit_test(test_light_is_as_fine_as_the_card),
        cmocka_unit_test(test_floats_pass_as_they_are),
        cmocka_unit_test(test_gain_offset_and_polarity),
        cmocka_unit_test(test_what_is_too_much_is_cut),
        cmocka_unit_test(test_intensity_leaves_on_its_own_channel),
        cmocka_unit_test(test_a_single_laser_has_the_brightest_colour),
        cmocka_unit_test(test_takes_as_many_channels_as_there_are),
        cmocka_unit_test(test_the_tone_sounds_while_open),
        cmocka_unit_test(test_the_dark_frame_rests_in_the_middle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
