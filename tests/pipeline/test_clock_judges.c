/* SPDX-License-Identifier: MIT
 *
 * What judges the clocks, on signals made for it: it sees what is wrong, and how much.
 */
#include "clock_quality.h"
#include "clock_trace.h"
#include "crystal.h"
#include "source.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>

#define MS BJ_NS_PER_MS
#define TOLD_NS 20e6
#define POINT_NS 25000 /* 40000 points/s */
#define START_NS (1000 * MS)

/* ---- The trace -------------------------------------------------------------------------- */

static struct clock_trace new_trace(void)
{
    struct clock_trace trace;
    clock_trace_init(&trace, START_NS, 10 * MS, TOLD_NS);
    return trace;
}

/* From second to second, a latency that begins off by off_ns at `from` and grows. */
static void lit(struct clock_trace *trace, double from_s, double until_s, double off_ns,
                double ppm)
{
    int64_t from_ns = START_NS + (int64_t)(from_s * 1e9);
    int64_t until_ns = START_NS + (int64_t)(until_s * 1e9);
    for (int64_t now_ns = from_ns; now_ns < until_ns; now_ns += POINT_NS) {
        clock_trace_lit(trace, now_ns,
                        TOLD_NS + off_ns + (double)(now_ns - from_ns) * ppm / 1e6);
    }
}

static void dark(struct clock_trace *trace, double from_s, double until_s)
{
    int64_t until_ns = START_NS + (int64_t)(until_s * 1e9);
    for (int64_t ns = START_NS + (int64_t)(from_s * 1e9); ns < until_ns; ns += POINT_NS) {
        clock_trace_dark(trace, ns);
    }
}

static void a_steady_latency_has_no_pitch(void **state)
{
    (void)state;
    struct clock_trace trace = new_trace();
    lit(&trace, 0, 20, 250e3, 0);
    struct clock_figures figures = clock_trace_figures(&trace, 5, 20);
    assert_true(fabs(figures.off_ms - 0.25) < 1e-6);
    assert_true(figures.wobble_ms < 1e-4 && figures.pitch_peak_ppm < 1e-3);
    assert_true(fabs(figures.peak_ms - 0.25) < 1e-6);
    assert_int_equal(figures.dark + figures.jumps, 0);
    assert_true(clock_trace_lock_s(&trace, 0, 20) == 0);
    clock_trace_finish(&trace);
}

static void a_growing_latency_is_a_pitch(void **state)
{
    (void)state;
    struct clock_trace trace = new_trace();
    lit(&trace, 0, 20, 0, -123);
    struct clock_figures figures = clock_trace_figures(&trace, 0, 20);
    assert_true(fabs(figures.pitch_rms_ppm - 123) < 0.1);
    assert_true(fabs(figures.pitch_peak_ppm - 123) < 0.5);
    assert_true(fabs(figures.off_ms + 1.23) < 0.01);
    assert_true(fabs(figures.wobble_ms - 2.46 / sqrt(12)) < 0.01);
    assert_true(isnan(clock_trace_lock_s(&trace, 0, 20)));
    clock_trace_finish(&trace);
}

static void a_lock_is_when_the_pitch_stays_right(void **state)
{
    (void)state;
    struct clock_trace trace = new_trace();
    lit(&trace, 0, 7, 0, 12);
    lit(&trace, 7, 30, 84e3, 9);
    assert_true(fabs(clock_trace_lock_s(&trace, 0, 30) - 8) < 1e-9);
    assert_true(fabs(clock_trace_lock_s(&trace, 4, 30) - 4) < 1e-9);
    clock_trace_finish(&trace);
}

static void darkness_is_no_lock(void **state)
{
    (void)state;
    struct clock_trace trace = new_trace();
    lit(&trace, 0, 5, 0, 0);
    dark(&trace, 5, 5.001);
    lit(&trace, 5.001, 9.5, 0, 0); /* and nothing at all for 30 ms */
    lit(&trace, 9.53, 20, 0, 0);
    assert_true(fabs(clock_trace_lock_s(&trace, 0, 20) - 10) < 1e-9);
    assert_int_equal(clock_trace_figures(&trace, 0, 20).dark, 40);
    assert_int_equal(clock_trace_figures(&trace, 0, 20).jumps, 0);
    clock_trace_finish(&trace);
}

static void a_step_is_a_jump(void **state)
{
    (void)state;
    struct clock_trace trace = new_trace();
    lit(&trace, 0, 10, 0, 0);
    lit(&trace, 10, 20, -12e3, 0);
    assert_int_equal(clock_trace_figures(&trace, 0, 20).jumps, 1);
    assert_int_equal(clock_trace_figures(&trace, 11, 20).jumps, 0);
    assert_true(clock_trace_figures(&trace, 0, 20).pitch_peak_ppm > 1000);
    clock_trace_finish(&trace);
}

static void an_event_has_an_excursion_and_an_end(void **state)
{
    (void)state;
    struct clock_trace trace = new_trace();
    lit(&trace, 0, 10, 100e3, 0);
    lit(&trace, 10, 12, 100e3, 400);
    dark(&trace, 12, 12.1);
    lit(&trace, 12.1, 15.1, 900e3, -200);
    lit(&trace, 15.1, 20, 300e3, 0);
    struct clock_recovery recovery = clock_trace_recovery(&trace, 10, 20, 0.3);
    assert_true(fabs(recovery.excursion_ms - 0.8) < 0.001);
    assert_true(fabs(recovery.recovery_s - 4.6) < 0.02);
    assert_true(fabs(recovery.dark_ms - 100) < 0.01);
    clock_trace_finish(&trace);
}

static void what_was_told_may_change(void **state)
{
    (void)state;
    struct clock_trace trace = new_trace();
    lit(&trace, 0, 5, 0, 0);
    clock_trace_tell(&trace, TOLD_NS - 1e6);
    lit(&trace, 5, 10, 0, 0);
    assert_true(fabs(clock_trace_figures(&trace, 6, 10).off_ms - 1) < 1e-6);
    assert_true(clock_trace_figures(&trace, 1, 4).off_ms < 1e-6);
    clock_trace_finish(&trace);
}

static void a_moment_has_its_window(void **state)
{
    (void)state;
    struct clock_trace trace = new_trace();
    lit(&trace, 0, 1, 5e3, 0);
    assert_null(clock_trace_at(&trace, START_NS - 1));
    assert_null(clock_trace_at(&trace, START_NS + 1000 * MS));
    assert_true(fabs(clock_trace_at(&trace, START_NS + 500 * MS)->mean_ns - 5e3) < 1e-6);
    clock_trace_finish(&trace);
}

/* ---- The vernier ------------------------------------------------------------------------ */

/* As the DAC gets them: rounded. */
static struct sim_ed_point point_of(float *const channels[BJ_CHANNELS], uint32_t k,
                                    double play_ns)
{
    return (struct sim_ed_point){
        .time_ns = (int64_t)play_ns,
        .x = (int16_t)lrint(channels[BJ_X][k] * 32767.0),
        .y = (int16_t)lrint(channels[BJ_Y][k] * 32767.0),
        .r = (uint16_t)lrint(channels[BJ_R][k] * 65535.0),
        .g = (uint16_t)lrint(channels[BJ_G][k] * 65535.0),
        .b = (uint16_t)lrint(channels[BJ_B][k] * 65535.0),
    };
}

#define FRAMES 4800
#define FRAME_NS (1e9 / 48000)

struct frames {
    float samples[BJ_CHANNELS][FRAMES];
    float *channels[BJ_CHANNELS];
};

static void make(struct frames *frames, enum source_signal signal, uint64_t first)
{
    for (int c = 0; c < BJ_CHANNELS; c++) {
        frames->channels[c] = frames->samples[c];
    }
    source_make(signal, first, START_NS + (double)first * FRAME_NS, FRAME_NS, FRAMES,
                frames->channels);
}

static void a_vernier_tells_its_time(void **state)
{
    const enum source_signal signals[] = {SOURCE_VERNIER, SOURCE_CIRCLE};
    struct frames frames;
    (void)state;
    for (int n = 0; n < 2; n++) {
        double resolution_ns = n == 0 ? 60 : 300, offs[] = {-450e6, -3e6, 1e3, 450e6};
        make(&frames, signals[n], 48000 * 3600ull);
        for (uint32_t k = 0; k < FRAMES; k++) {
            double true_ns = START_NS + 3600e9 + k * FRAME_NS;
            struct sim_ed_point point = point_of(frames.channels, k, 0);
            double told_ns =
                source_vernier_ns(signals[n], (struct source_position){point.x, point.y},
                                  point.r, point.g, true_ns + offs[k % 4]);
            assert_true(fabs(told_ns - true_ns) < resolution_ns);
        }
    }
}

/* ---- Quality ---------------------------------------------------------------------------- */

/* Two seconds of the circle itself, with a noise and with colours that come late. */
static struct clock_quality quality_of(double noise_counts, uint32_t colours_late)
{
    struct clock_quality quality;
    struct frames frames;
    struct sim_random random = {.state = 1};
    clock_quality_init(&quality, 48000, START_NS, FRAME_NS);
    for (uint64_t first = 0; first < 48000 * 2; first += FRAMES) {
        make(&frames, SOURCE_CIRCLE, first);
        for (uint32_t k = 0; k < FRAMES; k++) {
            double capture_ns = START_NS + (double)(first + k) * FRAME_NS;
            struct sim_ed_point point = point_of(frames.channels, k, capture_ns + TOLD_NS);
            bool high = (first + k - colours_late) / SOURCE_STEP_FRAMES % 2;
            double noise = (double)sim_random_upto(&random, 1000000) / 1e6 - 0.5;
            point.x = (int16_t)(point.x + lrint(noise * noise_counts));
            point.b = (uint16_t)(65535 * (high ? SOURCE_BLUE_HIGH : SOURCE_BLUE_LOW));
            clock_quality_see(&quality, &point, capture_ns);
        }
    }
    clock_quality_finish(&quality);
    return quality;
}

static void the_circle_itself_is_good(void **state)
{
    (void)state;
    struct clock_quality quality = quality_of(0, 0);
    assert_int_equal(quality.blocks, 2);
    assert_in_range(quality.edges, 196, 200);
    assert_true(quality.worst_snr_db > 95 && quality.worst_snr_db < 97.5);
    assert_true(quality.worst_pure_db > 105);
    assert_true(quality.worst_edge_points < 1e-6);
    assert_int_equal(quality.outside, 0);
}

static void noise_is_seen(void **state)
{
    (void)state;
    struct clock_quality quality = quality_of(20, 0); /* 33 / 2 counts squared */
    assert_true(fabs(quality.worst_snr_db - 73.2) < 0.3);
    assert_true(fabs(quality.worst_pure_db - 73.2) < 0.3);
}

static void late_colours_are_seen(void **state)
{
    (void)state;
    struct clock_quality quality = quality_of(0, 3);
    assert_true(fabs(quality.worst_edge_points - 3) < 1e-6);
    assert_true(fabs(quality.mean_edge_points - 3) < 1e-6);
}

/* ---- Crystals --------------------------------------------------------------------------- */

static void crystals_drift_and_wander(void **state)
{
    struct crystal crystal = {.skew_ppm = 100, .drift_ppm_per_min = 6};
    (void)state;
    assert_true(fabs(crystal_ppm(&crystal, 30 * BJ_NS_PER_S) - 103) < 1e-9);
    assert_true(crystal_changes(&crystal));
    crystal = (struct crystal){
        .skew_ppm = 5, .wander_ppm = 2, .wander_period_ns = 100 * BJ_NS_PER_S};
    assert_true(fabs(crystal_ppm(&crystal, 25 * BJ_NS_PER_S) - 7) < 1e-9);
    assert_true(fabs(crystal_ppm(&crystal, 75 * BJ_NS_PER_S) - 3) < 1e-9);
    assert_true(crystal_changes(&crystal));
    crystal = (struct crystal){.skew_ppm = 5};
    assert_false(crystal_changes(&crystal));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_latency_has_no_pitch),
        cmocka_unit_test(a_growing_latency_is_a_pitch),
        cmocka_unit_test(a_lock_is_when_the_pitch_stays_right),
        cmocka_unit_test(darkness_is_no_lock),
        cmocka_unit_test(a_step_is_a_jump),
        cmocka_unit_test(an_event_has_an_excursion_and_an_end),
        cmocka_unit_test(what_was_told_may_change),
        cmocka_unit_test(a_moment_has_its_window),
        cmocka_unit_test(a_vernier_tells_its_time),
        cmocka_unit_test(the_circle_itself_is_good),
        cmocka_unit_test(noise_is_seen),
        cmocka_unit_test(late_colours_are_seen),
        cmocka_unit_test(crystals_drift_and_wander),
    };
    return cmocka_run_group_tests_name("clock judges", tests, NULL, NULL);
}
