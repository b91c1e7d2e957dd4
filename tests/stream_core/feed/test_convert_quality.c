/* SPDX-License-Identifier: MIT
 *
 * How good the rate converter is: figures that a change must not make worse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../support/light_codes.h"
#include "feed/convert.h"

#define FRAMES 32768u
#define POINTS 32768u
#define BEGIN 600.25
#define PI 3.14159265358979323846

static const enum bj_interpolation modes[] = {BJ_INTERPOLATE_SMOOTH, BJ_INTERPOLATE_LINEAR,
                                              BJ_INTERPOLATE_NEAREST};
static const double rates[] = {0.48, 0.8,  0.99999, 1,    1.00001, 1.04, 1.06,
                               1.6,  1.99, 2.0001,  2.66, 3.2,     6.5,  20};
#define RATES (sizeof rates / sizeof *rates)

struct fixture {
    float data[BJ_CHANNELS][FRAMES];
    struct bj_point out[POINTS];
    double at[POINTS]; /* the input position of each point */
    uint32_t points;
    uint32_t seed;
};

static struct fixture *make_fixture(void)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    fixture->seed = 1;
    return fixture;
}

static uint32_t next(struct fixture *fixture)
{
    fixture->seed = fixture->seed * 1664525u + 1013904223u;
    return fixture->seed >> 8;
}

static double chance(struct fixture *fixture)
{
    return (next(fixture) & 0xffffu) / 65535.0;
}

/* All that FRAMES frames give, in runs of up to 256 points; each of them may have a step
 * that is off by up to `wander`. */
static void run_wandering(struct fixture *fixture, struct bj_convert *convert, double step,
                          double wander)
{
    uint32_t count;
    fixture->points = 0;
    do {
        double off = (chance(fixture) * 2 - 1) * wander;
        bj_convert_set_step(convert, step * (1 + off));
        count = POINTS - fixture->points < 256 ? POINTS - fixture->points : 256;
        count = bj_convert_possible(convert, FRAMES, count);
        if (count > 0) {
            uint64_t first = bj_convert_window(convert, count).first;
            const float *in[BJ_CHANNELS];
            for (int c = 0; c < BJ_CHANNELS; c++) {
                in[c] = fixture->data[c] + first;
            }
            for (uint32_t k = 0; k < count; k++) {
                fixture->at[fixture->points + k] =
                    bj_convert_position(convert) + k * (double)convert->step / 4294967296.0;
            }
            bj_convert_run(convert, in, fixture->out + fixture->points, count);
            fixture->points += count;
        }
    } while (count > 0);
    assert_true(fixture->points > 1000);
}

static void run(struct fixture *fixture, enum bj_interpolation mode, double step,
                double begin)
{
    struct bj_convert convert;
    bj_convert_init(&convert, mode);
    bj_convert_set_step(&convert, step);
    bj_convert_set_position(&convert, begin);
    run_wandering(fixture, &convert, step, 0);
}

/* ---- path ---- */

static double make_sine(struct fixture *fixture, double hz, double rate)
{
    double w = 2 * PI * hz / rate;
    for (uint32_t n = 0; n < FRAMES; n++) {
        fixture->data[BJ_X][n] = (float)sin(w * n);
    }
    return w;
}

/* The wave in what came out, by least squares: size of sine and cosine. */
struct wave {
    double sine, cosine;
};

static struct wave find_wave(const struct fixture *fixture, double w)
{
    double ss = 0, sc = 0, cc = 0, sx = 0, cx = 0;
    for (uint32_t k = 0; k < fixture->points; k++) {
        double s = sin(w * fixture->at[k]), c = cos(w * fixture->at[k]),
               x = fixture->out[k].x;
        ss += s * s;
        sc += s * c;
        cc += c * c;
        sx += s * x;
        cx += c * x;
    }
    double whole = ss * cc - sc * sc;
    return (struct wave){(sx * cc - cx * sc) / whole, (cx * ss - sx * sc) / whole};
}

/* Against everything else: distortion, images, rounding. */
static double snr_db(const struct fixture *fixture, double w)
{
    struct wave wave = find_wave(fixture, w);
    double signal = 0, noise = 0;
    for (uint32_t k = 0; k < fixture->points; k++) {
        double ideal =
            wave.sine * sin(w * fixture->at[k]) + wave.cosine * cos(w * fixture->at[k]);
        double error = fixture->out[k].x - ideal;
        signal += ideal * ideal;
        noise += error * error;
    }
    return 10 * log10(signal / noise);
}

static double power_db(const struct fixture *fixture)
{
    double all = 0;
    for (uint32_t k = 0; k < fixture->points; k++) {
        all += (double)fixture->out[k].x * fixture->out[k].x;
    }
    return 10 * log10(all * 2 / fixture->points);
}

struct figure {
    enum bj_interpolation mode;
    double rate, step;
    double db[3]; /* at 1, 5 and 10 kHz */
};

static void path_is_as_clean_as_it_was(void **state)
{
    (void)state;
    static const double hz[] = {1000, 5000, 10000};
    static const struct figure figures[] = {
        {BJ_INTERPOLATE_SMOOTH, 48000, 1.0001, {113.5, 57.5, 33.5}},
        {BJ_INTERPOLATE_SMOOTH, 48000, 0.9999, {113.5, 57.5, 33.5}},
        {BJ_INTERPOLATE_SMOOTH, 48000, 0.48, {113.5, 57.5, 33.3}},
        {BJ_INTERPOLATE_SMOOTH, 48000, 1.6, {77, 61.5, 63.5}},
        {BJ_INTERPOLATE_SMOOTH, 96000, 3.2, {94, 67.5, 82}},
        {BJ_INTERPOLATE_LINEAR, 48000, 1.0001, {63.5, 35.5, 22}},
        {BJ_INTERPOLATE_LINEAR, 96000, 3.2, {100, 72.5, 58}},
    };
    struct fixture *fixture = make_fixture();
    for (size_t f = 0; f < sizeof figures / sizeof *figures; f++) {
        for (int k = 0; k < 3; k++) {
            double w = make_sine(fixture, hz[k], figures[f].rate);
            run(fixture, figures[f].mode, figures[f].step, BEGIN);
            struct wave wave = find_wave(fixture, w);
            assert_true(snr_db(fixture, w) > figures[f].db[k]);
            assert_true(wave.sine > 0.79 && wave.sine < 1.001); /* 10 kHz of 15 is least */
            assert_true(wave.sine > 0.95 || figures[f].mode == BJ_INTERPOLATE_LINEAR);
            assert_true(fabs(wave.cosine) < 0.002); /* no delay but what was asked for */
        }
    }
    free(fixture);
}

static void what_points_cannot_show_is_taken_away(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    for (double hz = 17000; hz < 48000; hz += 250) {
        make_sine(fixture, hz, 96000);
        run(fixture, BJ_INTERPOLATE_SMOOTH, 3.2, BEGIN);
        double most = hz < 20000 ? -18 : -52;
        assert_true(power_db(fixture) < (hz == 20000 ? -59 : most));
    }
    free(fixture);
}

/* The best that four points give, through a step that never stands still. */
static void a_wandering_step_shows_nowhere(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    const double middle[] = {0.48, 1, 1.6, 3.2};
    const double db[] = {113, 113, 75, 78};
    double w = make_sine(fixture, 1000, 48000);
    for (int s = 0; s < 4; s++) {
        struct bj_convert convert;
        bj_convert_init(&convert, BJ_INTERPOLATE_SMOOTH);
        bj_convert_set_step(&convert, middle[s]);
        bj_convert_set_position(&convert, BEGIN);
        run_wandering(fixture, &convert, middle[s], 200e-6);
        assert_true(snr_db(fixture, w) > db[s]);
    }
    free(fixture);
}

/* Within the band nothing else changes with the step: not even what is read. */
static void settles_for_a_band_of_steps(void **state)
{
    (void)state;
    for (size_t r = 0; r < RATES; r++) {
        struct bj_convert convert;
        bj_convert_init(&convert, BJ_INTERPOLATE_SMOOTH);
        bj_convert_set_step(&convert, rates[r]);
        uint32_t behind = bj_convert_behind(&convert), ahead = bj_convert_ahead(&convert);
        struct bj_kernel kernel = convert.kernel;
        for (int k = -30; k <= 30; k++) {
            bj_convert_set_step(&convert, convert.settled * (1 + k / 1000.0));
            assert_int_equal(bj_convert_behind(&convert), behind);
            assert_int_equal(bj_convert_ahead(&convert), ahead);
        }
        assert_memory_equal(&convert.kernel, &kernel, sizeof kernel);
        bj_convert_set_step(&convert, convert.settled * 2);
        assert_true(bj_convert_ahead(&convert) > ahead || rates[r] < 0.5);
        assert_int_equal(convert.filtered, convert.settled > 1.05);
    }
}

/* The overshoot of steps, which safety clamps: what the mode is called for. */
static void only_smooth_overshoots(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    for (uint32_t n = 0; n < FRAMES; n++) {
        fixture->data[BJ_X][n] = next(fixture) & 0x100 ? 1 : -1;
    }
    for (size_t m = 0; m < 3; m++) {
        for (size_t r = 0; r < RATES; r++) {
            double most = 0;
            run(fixture, modes[m], rates[r], BEGIN);
            for (uint32_t k = 0; k < fixture->points; k++) {
                most = fmax(most, fabs((double)fixture->out[k].x));
            }
            assert_true(most < (m > 0 ? 1.000001 : 2));
            assert_true(m > 0 || r == 3 || rates[r] > 10 || most > 1.05);
        }
    }
    free(fixture);
}

/* ---- colour ---- */

static void a_dot_has_the_same_light_at_any_rate(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    fixture->data[BJ_G][2000] = 1;
    for (size_t r = 0; r < RATES; r++) {
        double sum = 0;
        for (int round = 0; round < 100; round++) {
            double energy = 0;
            run(fixture, modes[round % 2], rates[r], 1000 + chance(fixture));
            for (uint32_t k = 0; k < fixture->points; k++) {
                energy += (double)fixture->out[k].g * rates[r];
            }
            assert_true(fabs(energy - 1) < 1e-5 * fmax(rates[r], 1));
            sum += energy;
        }
        assert_true(fabs(sum / 100 - 1) < 1e-5 || rates[r] > 2);
    }
    free(fixture);
}

/* The middle of an edge, from the light of all points before and after it: in codes, so
 * that thousands of points do not add up what floats leave. */
static double edge_of(const struct fixture *fixture, double step)
{
    double dark = 0;
    for (uint32_t k = 0; k < fixture->points; k++) {
        dark += 1 - code_of(fixture->out[k].r) / 65535.0;
    }
    return fixture->at[0] + (dark - 0.5) * step;
}

static void edges_stay_and_shift_as_told(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    const double shifts[] = {0, 0.25, -0.25, 1, -7.3, 12.6, -380.5, 383.9};
    for (uint32_t n = 2000; n < FRAMES; n++) {
        fixture->data[BJ_R][n] = 1; /* the edge lies between frames: at 1999.5 */
    }
    for (size_t r = 0; r < RATES; r++) {
        for (size_t s = 0; s < sizeof shifts / sizeof *shifts; s++) {
            struct bj_convert convert;
            bj_convert_init(&convert, modes[s % 2]);
            bj_convert_set_step(&convert, rates[r]);
            bj_convert_set_colour_shift(&convert, shifts[s]);
            bj_convert_set_position(&convert, 1000 + chance(fixture));
            run_wandering(fixture, &convert, rates[r], 0);
            double off = edge_of(fixture, rates[r]) + shifts[s] - 1999.5;
            assert_true(fabs(off) < 0.001 * rates[r]);
        }
    }
    free(fixture);
}

/* Where x says the edge is there colour changes, after the mirrors' lag is made up for. */
static void nearest_shifts_too(void **state)
{
    (void)state;
    struct fixture *fixture = make_fixture();
    for (uint32_t n = 2000; n < FRAMES; n++) {
        fixture->data[BJ_R][n] = 1;
    }
    for (double shift = -20; shift < 20; shift += 1.7) {
        struct bj_convert convert;
        bj_convert_init(&convert, BJ_INTERPOLATE_NEAREST);
        bj_convert_set_colour_shift(&convert, shift);
        bj_convert_set_position(&convert, 1000.33);
        run_wandering(fixture, &convert, 1, 0);
        for (uint32_t k = 0; k < fixture->points; k++) {
            bool lit = fixture->at[k] + shift > 1999.5;
            assert_true(fixture->out[k].r == (lit ? 1 : 0));
        }
    }
    free(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_is_as_clean_as_it_was),
        cmocka_unit_test(what_points_cannot_show_is_taken_away),
        cmocka_unit_test(a_wandering_step_shows_nowhere),
        cmocka_unit_test(settles_for_a_band_of_steps),
        cmocka_unit_test(only_smooth_overshoots),
        cmocka_unit_test(a_dot_has_the_same_light_at_any_rate),
        cmocka_unit_test(edges_stay_and_shift_as_told),
        cmocka_unit_test(nearest_shifts_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
