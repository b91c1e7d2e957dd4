/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "feed/sanitise.h"

#define FRAMES 40u

struct block {
    float data[BJ_CHANNELS][FRAMES];
    float *channels[BJ_CHANNELS];
};

/* A valid signal that moves and glows. */
static void make_block(struct block *block)
{
    for (uint32_t n = 0; n < FRAMES; n++) {
        for (int c = 0; c < BJ_CHANNELS; c++) {
            block->data[c][n] = (float)(n + 1) / 64.0f + (float)c / 128.0f;
        }
        block->data[BJ_X][n] -= 0.5f;
    }
    for (int c = 0; c < BJ_CHANNELS; c++) {
        block->channels[c] = block->data[c];
    }
}

static uint32_t run_at(struct bj_sanitiser *sanitiser, struct block *block, uint32_t first,
                       uint32_t frames)
{
    float *channels[BJ_CHANNELS];
    for (int c = 0; c < BJ_CHANNELS; c++) {
        channels[c] = block->data[c] + first;
    }
    return bj_sanitise(sanitiser, channels, frames);
}

static void leaves_a_valid_signal_alone(void **state)
{
    (void)state;
    struct block block, before;
    struct bj_sanitiser sanitiser = {0};
    make_block(&block);
    before = block;
    assert_int_equal(bj_sanitise(&sanitiser, block.channels, FRAMES), 0);
    assert_memory_equal(block.data, before.data, sizeof block.data);
    assert_true(sanitiser.x == block.data[BJ_X][FRAMES - 1]);
    assert_true(sanitiser.y == block.data[BJ_Y][FRAMES - 1]);
}

/* Each kind of rubbish, on each channel alone, first, within and last. */
static void rubbish_rests_dark_at_the_last_valid_position(void **state)
{
    (void)state;
    const float rubbish[] = {NAN, -NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 16.001f, -17};
    const uint32_t places[] = {0, 7, FRAMES - 1};
    for (size_t k = 0; k < sizeof rubbish / sizeof *rubbish; k++) {
        for (int c = 0; c < BJ_CHANNELS; c++) {
            for (size_t p = 0; p < 3; p++) {
                struct block block, before;
                struct bj_sanitiser sanitiser = {.x = 0.25f, .y = -0.75f};
                make_block(&block);
                before = block;
                uint32_t at = places[p];
                block.data[c][at] = rubbish[k];
                assert_int_equal(bj_sanitise(&sanitiser, block.channels, FRAMES), 1);
                float x = at ? before.data[BJ_X][at - 1] : 0.25f;
                float y = at ? before.data[BJ_Y][at - 1] : -0.75f;
                float expected[BJ_CHANNELS] = {x, y, 0, 0, 0, 0};
                for (int other = 0; other < BJ_CHANNELS; other++) {
                    assert_true(block.data[other][at] == expected[other]);
                    before.data[other][at] = expected[other];
                }
                assert_memory_equal(block.data, before.data, sizeof block.data);
            }
        }
    }
}

static void a_run_of_rubbish_holds_one_place(void **state)
{
    (void)state;
    struct block block;
    struct bj_sanitiser sanitiser = {0};
    make_block(&block);
    float x = block.data[BJ_X][4], y = block.data[BJ_Y][4];
    for (uint32_t n = 5; n < 20; n++) {
        block.data[n % BJ_CHANNELS][n] = NAN;
    }
    assert_int_equal(bj_sanitise(&sanitiser, block.channels, FRAMES), 15);
    for (uint32_t n = 5; n < 20; n++) {
        assert_true(block.data[BJ_X][n] == x && block.data[BJ_Y][n] == y);
        assert_true(block.data[BJ_R][n] == 0 && block.data[BJ_I][n] == 0);
    }
    assert_true(block.data[BJ_R][20] > 0);
}

static void loud_and_tiny_are_not_rubbish(void **state)
{
    (void)state;
    const float fine[] = {16.0f, -16.0f, 1.5f, -0.0f, 1e-40f, -1e-40f, 0.0f};
    for (size_t k = 0; k < sizeof fine / sizeof *fine; k++) {
        for (int c = BJ_X; c <= BJ_Y; c++) {
            struct block block;
            struct bj_sanitiser sanitiser = {0};
            make_block(&block);
            block.data[c][3] = fine[k];
            assert_int_equal(bj_sanitise(&sanitiser, block.channels, FRAMES), 0);
            assert_true(block.data[c][3] == fine[k]);
            assert_true(block.data[BJ_G][3] > 0);
        }
    }
}

static void light_is_clamped(void **state)
{
    (void)state;
    const float in[] = {-16, -1, -1e-40f, -0.0f, 0, 1e-40f, 0.5f, 1, 1.0001f, 16};
    const float out[] = {0, 0, 0, 0, 0, 1e-40f, 0.5f, 1, 1, 1};
    for (size_t k = 0; k < sizeof in / sizeof *in; k++) {
        for (int c = BJ_R; c <= BJ_I; c++) {
            struct block block;
            struct bj_sanitiser sanitiser = {0};
            make_block(&block);
            block.data[c][9] = in[k];
            assert_int_equal(bj_sanitise(&sanitiser, block.channels, FRAMES), 0);
            assert_true(block.data[c][9] == out[k]);
        }
    }
}

static void light_beside_rubbish_is_clamped_too(void **state)
{
    (void)state;
    struct block block;
    struct bj_sanitiser sanitiser = {0};
    make_block(&block);
    block.data[BJ_X][3] = NAN;
    block.data[BJ_R][4] = 2.0f;
    assert_int_equal(bj_sanitise(&sanitiser, block.channels, FRAMES), 1);
    assert_true(block.data[BJ_R][4] == 1.0f);
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* The same input cut differently gives the same output and the same count. */
static void does_not_depend_on_how_input_is_cut(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 2000; round++) {
        struct block whole, cut;
        struct bj_sanitiser one = {0}, many = {0};
        make_block(&whole);
        for (uint32_t bad = next(&seed) % 5; bad > 0; bad--) {
            whole.data[next(&seed) % BJ_CHANNELS][next(&seed) % FRAMES] = NAN;
        }
        cut = whole;
        uint32_t expected = bj_sanitise(&one, whole.channels, FRAMES), got = 0;
        for (uint32_t at = 0; at < FRAMES;) {
            uint32_t size = next(&seed) % 9; /* 0 included */
            size = size < FRAMES - at ? size : FRAMES - at;
            got += run_at(&many, &cut, at, size);
            at += size;
        }
        assert_int_equal(got, expected);
        assert_memory_equal(whole.data, cut.data, sizeof whole.data);
        assert_true(one.x == many.x && one.y == many.y);
    }
}

static void any_bits_end_sensible(void **state)
{
    (void)state;
    uint32_t seed = 7;
    struct bj_sanitiser sanitiser = {0};
    for (int round = 0; round < 2000; round++) {
        struct block block;
        make_block(&block);
        for (int c = 0; c < BJ_CHANNELS; c++) {
            for (uint32_t n = 0; n < FRAMES; n++) {
                uint32_t bits = next(&seed) << 16 ^ next(&seed);
                memcpy(&block.data[c][n], &bits, sizeof bits);
            }
        }
        bj_sanitise(&sanitiser, block.channels, FRAMES);
        for (uint32_t n = 0; n < FRAMES; n++) {
            assert_true(fabsf(block.data[BJ_X][n]) <= BJ_SENSIBLE_SAMPLE);
            assert_true(fabsf(block.data[BJ_Y][n]) <= BJ_SENSIBLE_SAMPLE);
            for (int c = BJ_R; c <= BJ_I; c++) {
                assert_true(block.data[c][n] >= 0 && block.data[c][n] <= 1);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_a_valid_signal_alone),
        cmocka_unit_test(rubbish_rests_dark_at_the_last_valid_position),
        cmocka_unit_test(a_run_of_rubbish_holds_one_place),
        cmocka_unit_test(loud_and_tiny_are_not_rubbish),
        cmocka_unit_test(light_is_clamped),
        cmocka_unit_test(light_beside_rubbish_is_clamped_too),
        cmocka_unit_test(does_not_depend_on_how_input_is_cut),
        cmocka_unit_test(any_bits_end_sensible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
