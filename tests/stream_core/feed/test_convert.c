/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/light_codes.h"
#include "feed/convert.h"

#define FRAMES 8192u
#define POINTS 8192u

static const double steps[] = {0.4800001, 0.8, 1, 1.6, 2, 2.66, 3.2, 100};
#define STEPS (sizeof steps / sizeof *steps)

static const enum bj_interpolation modes[] = {BJ_INTERPOLATE_SMOOTH, BJ_INTERPOLATE_LINEAR,
                                              BJ_INTERPOLATE_NEAREST};

/* An input signal, and what a converter makes of it. */
struct fixture {
    float data[BJ_CHANNELS][FRAMES];
    struct bj_point out[POINTS];
};

static struct fixture *make_fixture(void)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    return fixture;
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static float chance(uint32_t *seed)
{
    return (float)(next(seed) & 0xffffffu) / 0xffffff; /* all that a float can tell */
}

static void make_noise(struct fixture *fixture, uint32_t seed)
{
    for (int c = 0; c < BJ_CHANNELS; c++) {
        for (uint32_t n = 0; n < FRAMES; n++) {
            fixture->data[c][n] = chance(&seed) * (c < BJ_R ? 2 : 1) - (c < BJ_R ? 1 : 0);
        }
    }
}

static struct bj_convert make(enum bj_interpolation mode, double step, double position)
{
    struct bj_convert convert;
    bj_convert_init(&convert, mode);
    bj_convert_set_step(&convert, step);
    bj_convert_set_position(&convert, position);
    return convert;
}

/* One run over exactly the window it names; everything outside reads as NaN. */
static void run_guarded(struct bj_convert *convert, const struct fixture *fixture,
                        struct bj_point *out, uint32_t points)
{
    static float window[BJ_CHANNELS][BJ_CONVERT_WINDOW + 16];
    struct bj_convert_window need = bj_convert_window(convert, points);
    const float *in[BJ_CHANNELS];
    assert_in_range(need.frames, 1, BJ_CONVERT_WINDOW);
    assert_true(need.first + need.frames <= FRAMES);
    for (int c = 0; c < BJ_CHANNELS; c++) {
        for (uint32_t n = 0; n < BJ_CONVERT_WINDOW + 16; n++) {
            window[c][n] = NAN;
        }
        memcpy(window[c] + 8, fixture->data[c] + need.first, need.frames * sizeof(float));
        in[c] = window[c] + 8;
    }
    bj_convert_run(convert, in, out, points);
}

/* Cuts as a feed would: never more than possible, at most `most` at a time. */
static uint32_t run_all(struct bj_convert *convert, struct fixture *fixture, uint32_t end,
                        uint32_t most, uint32_t *seed)
{
    uint32_t done = 0;
    while (done < POINTS) {
        uint32_t wanted = seed ? next(seed) % most + 1 : most;
        wanted = wanted < POINTS - done ? wanted : POINTS - done;
        uint32_t count = bj_convert_possible(convert, end, wanted);
        if (count == 0) {
            break;
        }
        run_guarded(convert, fixture, fixture->out + done, count);
        done += count;
    }
    return done;
}

#define TINY 1e-6f

/* ---- position ---- */

static void a_resting_beam_rests(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    for (uint32_t n = 0; n < FRAMES; n++) {
        fixture->data[BJ_X][n] = 0.75f;
        fixture->data[BJ_Y][n] = -0.3f;
    }
    for (size_t m = 0; m < 3; m++) {
        for (size_t s = 0; s < STEPS; s++) {
            struct bj_convert convert = make(modes[m], steps[s], 600.3);
            uint32_t points = run_all(&convert, fixture, FRAMES, 100, NULL);
            assert_true(points > 60);
            for (uint32_t k = 0; k < points; k++) {
                assert_true(fabsf(fixture->out[k].x - 0.75f) < 2e-7f);
                assert_true(fabsf(fixture->out[k].y + 0.3f) < 2e-7f);
            }
        }
    }
    free(fixture);
}

static void a_ramp_stays_a_ramp(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    for (uint32_t n = 0; n < FRAMES; n++) {
        fixture->data[BJ_X][n] = (float)n / FRAMES;
        fixture->data[BJ_Y][n] = 1 - (float)n / FRAMES;
    }
    for (size_t m = 0; m < 3; m++) {
        for (size_t s = 0; s < STEPS; s++) {
            struct bj_convert convert = make(modes[m], steps[s], 600.25);
            uint32_t points = run_all(&convert, fixture, FRAMES, 100, NULL);
            for (uint32_t k = 0; k < points; k++) {
                float x = (float)((600.25 + k * steps[s]) / FRAMES);
                assert_true(fabsf(fixture->out[k].x - x) < 5e-7f);
                assert_true(fabsf(fixture->out[k].y - (1 - x)) < 5e-7f);
            }
        }
    }
    free(fixture);
}

/* Smooth follows a cubic exactly; linear does not, and stays between its neighbours. */
static void smooth_is_cubic_and_linear_is_not(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    for (uint32_t n = 0; n < 64; n++) {
        double t = ((double)n - 32) / 32;
        fixture->data[BJ_X][n] = (float)(t * t * t);
    }
    for (size_t m = 0; m < 3; m++) {
        struct bj_convert convert = make(modes[m], 0.37, 10);
        uint32_t points = run_all(&convert, fixture, 64, 1000, NULL);
        double worst = 0;
        for (uint32_t k = 0; k < points; k++) {
            double at = 10 + k * 0.37, t = (at - 32) / 32;
            worst = fmax(worst, fabs(fixture->out[k].x - t * t * t));
            float low =
                fminf(fixture->data[BJ_X][(int)at], fixture->data[BJ_X][(int)at + 1]);
            float high =
                fmaxf(fixture->data[BJ_X][(int)at], fixture->data[BJ_X][(int)at + 1]);
            assert_true(
                modes[m] == BJ_INTERPOLATE_SMOOTH ||
                (fixture->out[k].x >= low - 1e-7f && fixture->out[k].x <= high + 1e-7f));
        }
        assert_true(modes[m] == BJ_INTERPOLATE_SMOOTH ? worst < 1e-6 : worst > 1e-5);
    }
    free(fixture);
}

static double sine_snr_db(enum bj_interpolation mode, double position)
{
    struct fixture *fixture = make_fixture();
    const double w = 2 * 3.14159265358979323846 * 1000 / 48000;
    for (uint32_t n = 0; n < FRAMES; n++) {
        fixture->data[BJ_X][n] = (float)sin(w * n);
    }
    struct bj_convert convert = make(mode, 1, position);
    uint32_t points = run_all(&convert, fixture, FRAMES, 500, NULL);
    double signal = 0, noise = 0;
    for (uint32_t k = 0; k < points; k++) {
        double wanted = sin(w * (position + k)), error = fixture->out[k].x - wanted;
        signal += wanted * wanted;
        noise += error * error;
    }
    free(fixture);
    return 10 * log10(signal / noise);
}

/* Worst at half a frame off: 4-point Lagrange about 103 dB, linear about 53 dB. */
static void a_sine_comes_through_clean(void **state)
{
    (void)state;
    double smooth = sine_snr_db(BJ_INTERPOLATE_SMOOTH, 600.5);
    double linear = sine_snr_db(BJ_INTERPOLATE_LINEAR, 600.5);
    assert_true(smooth > 100 && smooth < 125);
    assert_true(linear > 45 && linear < 70);
}

static void aligned_frames_pass_unchanged(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    make_noise(fixture, 5);
    for (size_t m = 0; m < 3; m++) {
        struct bj_convert convert = make(modes[m], 1, 600);
        uint32_t points = run_all(&convert, fixture, FRAMES, 333, NULL);
        assert_true(points > FRAMES - 620);
        for (uint32_t k = 0; k < points; k++) {
            assert_memory_equal(&fixture->out[k].x, &fixture->data[BJ_X][600 + k],
                                sizeof(float));
            assert_memory_equal(&fixture->out[k].y, &fixture->data[BJ_Y][600 + k],
                                sizeof(float));
            assert_memory_equal(&fixture->out[k].r, &fixture->data[BJ_R][600 + k],
                                sizeof(float));
            assert_memory_equal(&fixture->out[k].g, &fixture->data[BJ_G][600 + k],
                                sizeof(float));
            assert_memory_equal(&fixture->out[k].b, &fixture->data[BJ_B][600 + k],
                                sizeof(float));
            assert_memory_equal(&fixture->out[k].i, &fixture->data[BJ_I][600 + k],
                                sizeof(float));
        }
    }
    free(fixture);
}

/* ---- cutting ---- */

static void does_not_depend_on_how_it_is_cut(void **state)
{
    (void)state;
    struct fixture *whole = make_fixture(), *cut = make_fixture();
    make_noise(whole, 9);
    memcpy(cut->data, whole->data, sizeof cut->data);
    uint32_t seed = 11;
    for (size_t m = 0; m < 3; m++) {
        for (size_t s = 0; s < STEPS; s++) {
            for (int round = 0; round < 3; round++) {
                double from = round ? 600 + chance(&seed) * 40 : 600;
                struct bj_convert one = make(modes[m], steps[s], from);
                bj_convert_set_colour_shift(&one, round * (chance(&seed) * 60 - 30));
                struct bj_convert many = one;
                uint32_t points = run_all(&one, whole, FRAMES, POINTS, NULL);
                uint32_t also = run_all(&many, cut, FRAMES, 50, &seed);
                assert_int_equal(points, also);
                assert_memory_equal(whole->out, cut->out, points * sizeof *whole->out);
                assert_int_equal(one.frame, many.frame);
                assert_int_equal(one.fraction, many.fraction);
            }
        }
    }
    free(whole);
    free(cut);
}

/* Frames that trickle in give the same points as frames that are all there. */
static void does_not_depend_on_when_frames_come(void **state)
{
    (void)state;
    struct fixture *whole = make_fixture(), *late = make_fixture();
    make_noise(whole, 9);
    memcpy(late->data, whole->data, sizeof late->data);
    for (size_t s = 0; s < STEPS; s++) {
        struct bj_convert one = make(BJ_INTERPOLATE_SMOOTH, steps[s], 600.7), two = one;
        uint32_t points = run_all(&one, whole, FRAMES, POINTS, NULL), also = 0;
        for (uint32_t end = 61; end <= FRAMES && also < POINTS; end++) {
            uint32_t count;
            while (also < POINTS &&
                   (count = bj_convert_possible(&two, end, POINTS - also)) > 0) {
                struct bj_convert_window need = bj_convert_window(&two, count);
                assert_true(need.first + need.frames <= end);
                run_guarded(&two, late, late->out + also, count);
                also += count;
            }
        }
        assert_int_equal(points, also);
        assert_memory_equal(whole->out, late->out, points * sizeof *whole->out);
    }
    free(whole);
    free(late);
}

/* The window is neither too small (NaN would show) nor grossly too large, and one point
 * more than possible would need a frame that is not there. */
static void possible_and_window_agree(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    make_noise(fixture, 13);
    uint32_t seed = 17;
    const double more[] = {0.001, 0.4800001, 0.99999, 1, 1.5, 3.2, 31.7, 100, 999.9, 1024};
    for (int round = 0; round < 4000; round++) {
        double step = more[next(&seed) % 10];
        struct bj_convert convert =
            make(modes[next(&seed) % 3], step, 560 + next(&seed) % 50 + chance(&seed));
        bj_convert_set_colour_shift(&convert, round % 3 ? chance(&seed) * 14 - 7 : 0);
        if (next(&seed) % 4 == 0) {
            convert.fraction = UINT32_MAX; /* as close to the next frame as it gets */
        }
        if (next(&seed) % 2 == 0) {
            convert.step |= 1;
        }
        uint32_t end = 560 + next(&seed) % 2000;
        uint32_t points = bj_convert_possible(&convert, end, 3000);
        if (points == 0) {
            assert_true(convert.frame + bj_convert_ahead(&convert) >= end);
            continue;
        }
        struct bj_convert_window need = bj_convert_window(&convert, points);
        assert_true(need.first + need.frames <= end);
        assert_true(need.frames <= BJ_CONVERT_WINDOW);
        if (points < 3000 && need.frames + step < BJ_CONVERT_WINDOW - 8) {
            struct bj_convert_window beyond = bj_convert_window(&convert, points + 1);
            assert_true(beyond.first + beyond.frames > end);
        }
        run_guarded(&convert, fixture, fixture->out, points);
        for (uint32_t k = 0; k < points; k++) {
            assert_true(isfinite(fixture->out[k].x) && isfinite(fixture->out[k].y));
        }
    }
    free(fixture);
}

/* NaN light becomes 0, which the run above could not tell: full light must stay full. */
static void colour_reads_only_its_window(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    uint32_t seed = 19;
    for (int c = 0; c < BJ_CHANNELS; c++) {
        for (uint32_t n = 0; n < FRAMES; n++) {
            fixture->data[c][n] = 1.0f;
        }
    }
    for (int round = 0; round < 1000; round++) {
        struct bj_convert convert = make(modes[round % 3], steps[next(&seed) % STEPS],
                                         600 + next(&seed) % 9 + chance(&seed));
        bj_convert_set_colour_shift(&convert, round % 2 ? chance(&seed) * 160 - 80 : 0);
        convert.fraction = round % 5 ? convert.fraction : UINT32_MAX;
        convert.step |= next(&seed) % 2;
        uint32_t points = bj_convert_possible(&convert, 200 + next(&seed) % 200, 3000);
        if (points > 0) {
            run_guarded(&convert, fixture, fixture->out, points);
        }
        for (uint32_t k = 0; k < points; k++) {
            assert_int_equal(code_of(fixture->out[k].r), 65535);
            assert_int_equal(code_of(fixture->out[k].i), 65535);
        }
    }
    free(fixture);
}

/* ---- colour ---- */

static void colour_stays_between_its_neighbours(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    uint32_t seed = 23;
    for (int c = BJ_R; c <= BJ_I; c++) {
        for (uint32_t n = 0; n < FRAMES; n++) {
            fixture->data[c][n] = (float)(next(&seed) >> 9 & 1);
        }
    }
    for (size_t m = 0; m < 3; m++) {
        for (size_t s = 0; s < STEPS; s++) {
            struct bj_convert convert = make(modes[m], steps[s], 600.1);
            uint32_t points = run_all(&convert, fixture, FRAMES, 200, NULL);
            for (uint32_t k = 0; k < points; k++) {
                double at = 600.1 + k * steps[s], half = steps[s] / 2 + 0.5 + 1e-6;
                float low = 1, high = 0;
                for (int n = (int)ceil(at - half); n <= (int)floor(at + half); n++) {
                    low = fminf(low, fixture->data[BJ_G][n]);
                    high = fmaxf(high, fixture->data[BJ_G][n]);
                }
                assert_true(fixture->out[k].g >= low - TINY &&
                            fixture->out[k].g <= high + TINY);
            }
        }
    }
    free(fixture);
}

/* A dot of one frame gives the same light at any rate and wherever it falls. */
static void a_dot_keeps_its_energy(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    fixture->data[BJ_B][200] = 1.0f;
    uint32_t seed = 29;
    const double rates[] = {0.8, 1, 1.6, 3.2};
    for (size_t s = 0; s < 4; s++) {
        for (int round = 0; round < 200; round++) {
            struct bj_convert convert =
                make(round % 2 ? BJ_INTERPOLATE_SMOOTH : BJ_INTERPOLATE_LINEAR, rates[s],
                     100 + chance(&seed));
            uint32_t points = run_all(&convert, fixture, 400, 1000, NULL);
            double energy = 0;
            for (uint32_t k = 0; k < points; k++) {
                energy += (double)fixture->out[k].b * rates[s];
            }
            assert_true(fabs(energy - 1) < 1e-6);
        }
    }
    free(fixture);
}

static void edges_stay_where_they_belong(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    for (uint32_t n = 200; n < FRAMES; n++) {
        fixture->data[BJ_R][n] = 1.0f; /* the edge is at 199.5 */
    }
    uint32_t seed = 31;
    const double rates[] = {0.4800001, 0.8, 1, 1.6, 3.2};
    for (size_t s = 0; s < 5; s++) {
        for (int round = 0; round < 200; round++) {
            double from = 100 + chance(&seed);
            struct bj_convert convert = make(BJ_INTERPOLATE_SMOOTH, rates[s], from);
            uint32_t points = run_all(&convert, fixture, 400, 1000, NULL);
            double dark = 0; /* points' worth of darkness before the edge */
            for (uint32_t k = 0; k < points; k++) {
                dark += 1 - (double)fixture->out[k].r;
            }
            double edge = (199.5 - from) / rates[s] + 0.5;
            assert_true(fabs(dark - edge) < 0.01);
        }
    }
    free(fixture);
}

static void a_plateau_keeps_its_light(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    const float *in[BJ_CHANNELS];
    for (int c = 0; c < BJ_CHANNELS; c++) {
        in[c] = fixture->data[c];
    }
    for (size_t s = 0; s < STEPS; s++) {
        struct bj_convert convert = make(BJ_INTERPOLATE_SMOOTH, steps[s], 600.3);
        for (uint32_t value = 0; value <= 65535; value++) {
            float light = ((float)value + 0.45f) / 65536;
            bj_convert_set_position(&convert, 600.3);
            uint32_t frames = bj_convert_window(&convert, 3).frames;
            for (uint32_t n = 0; n < frames; n++) {
                fixture->data[BJ_G][n] = light;
            }
            bj_convert_run(&convert, in, fixture->out, 3);
            for (uint32_t k = 0; k < 3; k++) {
                float off = fabsf(fixture->out[k].g - light);
                assert_true(off <= light * (steps[s] < 10 ? 5e-7f : 5e-6f));
            }
        }
    }
    free(fixture);
}

/* For lasers that only know on and off: never anything between. */
static void nearest_gives_only_what_came(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    uint32_t seed = 37;
    for (uint32_t n = 0; n < FRAMES; n++) {
        fixture->data[BJ_R][n] = (float)(next(&seed) >> 9 & 1);
    }
    for (size_t s = 0; s < STEPS; s++) {
        struct bj_convert convert = make(BJ_INTERPOLATE_NEAREST, steps[s], 600.25);
        double step = (double)convert.step / 4294967296.0;
        uint32_t points = run_all(&convert, fixture, FRAMES, 200, NULL);
        for (uint32_t k = 0; k < points; k++) {
            double at = 600.25 + k * step + 0.5;
            if (fabs(at - floor(at + 0.5)) > 1e-6) {
                assert_true(fixture->out[k].r == fixture->data[BJ_R][(int)at]);
            }
        }
    }
    free(fixture);
}

static void light_is_clamped(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    for (uint32_t n = 0; n < FRAMES; n++) {
        fixture->data[BJ_R][n] = 1.5f;
        fixture->data[BJ_G][n] = -0.5f;
        fixture->data[BJ_B][n] = 1e30f;
    }
    for (size_t s = 0; s < STEPS; s++) {
        struct bj_convert convert = make(BJ_INTERPOLATE_SMOOTH, steps[s], 600);
        uint32_t points = run_all(&convert, fixture, FRAMES, 200, NULL);
        for (uint32_t k = 0; k < points; k++) {
            assert_true(fixture->out[k].r == 1);
            assert_true(fixture->out[k].g == 0);
            assert_true(fixture->out[k].b == 1);
        }
    }
    free(fixture);
}

/* ---- the input position ---- */

static void position_can_be_read_set_and_jumped(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    for (uint32_t n = 0; n < FRAMES; n++) {
        fixture->data[BJ_X][n] = (float)n;
    }
    struct bj_convert convert = make(BJ_INTERPOLATE_SMOOTH, 1.5, 100.25);
    assert_true(bj_convert_position(&convert) == 100.25);
    run_guarded(&convert, fixture, fixture->out, 10);
    assert_true(bj_convert_position(&convert) == 115.25);
    bj_convert_set_position(&convert, bj_convert_position(&convert) + 1000.5);
    run_guarded(&convert, fixture, fixture->out, 1);
    assert_true(fabsf(fixture->out[0].x - 1115.75f) < 1e-3f);
    bj_convert_set_position(&convert, 200);
    bj_convert_set_step(&convert, 0.5); /* the step counts from the next point on */
    run_guarded(&convert, fixture, fixture->out, 2);
    assert_true(fabsf(fixture->out[0].x - 200) < 1e-4f);
    assert_true(fabsf(fixture->out[1].x - 200.5f) < 1e-4f);
    free(fixture);
}

/* 10^9 points from a far place: the position is their number times the step, to the bit. */
static void the_position_never_drifts(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    const double odd[] = {1.0, 0.4800001, 48000.0 / 30000.3};
    const uint32_t jump = 1000000;
    const float *in[BJ_CHANNELS];
    for (int c = 0; c < BJ_CHANNELS; c++) {
        in[c] = fixture->data[c];
    }
    for (int s = 0; s < 3; s++) {
        struct bj_convert convert = make(BJ_INTERPOLATE_SMOOTH, odd[s], 0x1p40);
        for (int k = 0; k < 1000; k++) {
            bj_convert_run(&convert, in, fixture->out, 1);
            uint64_t moved = convert.fraction + convert.step * (jump - 1);
            convert.frame += moved >> 32;
            convert.fraction = (uint32_t)moved;
        }
        double expected = 1000.0 * jump * odd[s];
        double got = bj_convert_position(&convert) - 0x1p40;
        assert_true(fabs(got - expected) < 0.2); /* the step is a multiple of 2^-32 */
        uint64_t steps_low = (convert.step & 0xffffffffu) * (uint64_t)1000000000;
        assert_int_equal(convert.fraction, (uint32_t)steps_low);
    }
    free(fixture);
}

/* Long runs and many short ones end at the same place, to the last bit. */
static void many_short_runs_equal_long_ones(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    struct bj_convert few = make(BJ_INTERPOLATE_LINEAR, 0.4800001, 1000000), many = few;
    const float *in[BJ_CHANNELS];
    for (int c = 0; c < BJ_CHANNELS; c++) {
        in[c] = fixture->data[c];
    }
    for (uint32_t k = 0; k < 300; k++) {
        bj_convert_run(&few, in, fixture->out, 1000);
    }
    for (uint32_t k = 0; k < 300000; k += 3) {
        bj_convert_run(&many, in, fixture->out, 3);
    }
    assert_int_equal(few.frame, many.frame);
    assert_int_equal(few.fraction, many.fraction);
    free(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_resting_beam_rests),
        cmocka_unit_test(a_ramp_stays_a_ramp),
        cmocka_unit_test(smooth_is_cubic_and_linear_is_not),
        cmocka_unit_test(a_sine_comes_through_clean),
        cmocka_unit_test(aligned_frames_pass_unchanged),
        cmocka_unit_test(does_not_depend_on_how_it_is_cut),
        cmocka_unit_test(does_not_depend_on_when_frames_come),
        cmocka_unit_test(possible_and_window_agree),
        cmocka_unit_test(colour_reads_only_its_window),
        cmocka_unit_test(colour_stays_between_its_neighbours),
        cmocka_unit_test(a_dot_keeps_its_energy),
        cmocka_unit_test(edges_stay_where_they_belong),
        cmocka_unit_test(a_plateau_keeps_its_light),
        cmocka_unit_test(nearest_gives_only_what_came),
        cmocka_unit_test(light_is_clamped),
        cmocka_unit_test(position_can_be_read_set_and_jumped),
        cmocka_unit_test(the_position_never_drifts),
        cmocka_unit_test(many_short_runs_equal_long_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
