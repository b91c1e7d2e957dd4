/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "clock/clock_fit.h"

#define START_NS (1000 * BJ_NS_PER_S)
#define NOMINAL_HZ 48000.0

/* A clock that counts at `hz` from START_NS on, seen every `every_ns`. */
struct scene {
    struct bj_clock_fit fit;
    double hz, phase; /* count at START_NS */
    int64_t now_ns, every_ns;
    int64_t delay_ns, jitter_ns; /* of what is seen */
    uint32_t seed;
};

static uint32_t next(struct scene *scene)
{
    scene->seed = scene->seed * 1664525u + 1013904223u;
    return scene->seed >> 8;
}

static double true_count(const struct scene *scene, int64_t at_ns)
{
    return scene->phase + (double)(at_ns - START_NS) / 1e9 * scene->hz;
}

static struct scene make(enum bj_clock_kind kind, double ppm)
{
    struct scene scene = {.hz = NOMINAL_HZ * (1 + ppm * 1e-6),
                          .now_ns = START_NS,
                          .every_ns = 5 * BJ_NS_PER_MS,
                          .seed = 7};
    bj_clock_fit_init(&scene.fit, kind, NOMINAL_HZ, 1);
    return scene;
}

static int64_t lateness(struct scene *scene)
{
    return scene->delay_ns + (scene->jitter_ns ? next(scene) % scene->jitter_ns : 0);
}

/* One way: the count is exact, the time is late. Round trip: the count is taken somewhere
 * between question and answer, and the time is the question's. */
static void see(struct scene *scene, int64_t more_ns)
{
    int64_t out_ns = lateness(scene) + more_ns;
    if (scene->fit.window.kind == BJ_CLOCK_ONE_WAY) {
        bj_clock_fit_observe(&scene->fit, scene->now_ns + out_ns,
                             true_count(scene, scene->now_ns), 0);
    } else {
        bj_clock_fit_observe(&scene->fit, scene->now_ns,
                             true_count(scene, scene->now_ns + out_ns),
                             out_ns + lateness(scene));
    }
    scene->now_ns += scene->every_ns;
}

static void run(struct scene *scene, double seconds)
{
    int64_t until_ns = scene->now_ns + (int64_t)(seconds * 1e9);
    while (scene->now_ns < until_ns) {
        see(scene, 0);
    }
}

static double rate_ppm(const struct scene *scene)
{
    return (scene->fit.line.hz / scene->hz - 1) * 1e6;
}

/* Of the present moment; positive: the line is ahead. */
static double phase_us(const struct scene *scene)
{
    double count = bj_clock_fit_count(&scene->fit, (double)scene->now_ns);
    return (count - true_count(scene, scene->now_ns)) / scene->hz * 1e6;
}

/* A sound card's crystal is near its nominal rate; a DAC's timer may be anywhere. */
static void an_exact_line_is_found(void **state)
{
    (void)state;
    const double ppm[] = {0, 100, -100, 500, -500, 10000, -10000, 29000};
    for (int k = 0; k < 8; k++) {
        for (int kind = k < 5 ? BJ_CLOCK_ONE_WAY : BJ_CLOCK_ROUND_TRIP; kind < 2; kind++) {
            struct scene scene = make((enum bj_clock_kind)kind, ppm[k]);
            assert_false(bj_clock_fit_known(&scene.fit));
            run(&scene, 20);
            assert_true(bj_clock_fit_known(&scene.fit));
            assert_true(bj_clock_fit_settled(&scene.fit));
            assert_true(fabs(rate_ppm(&scene)) < 1e-3);
            assert_true(fabs(phase_us(&scene)) < 0.01);
        }
    }
}

static void both_ways_agree(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_ONE_WAY, 300);
    run(&scene, 5);
    double ns = (double)scene.now_ns + 12345678.9;
    double count = bj_clock_fit_count(&scene.fit, ns);
    assert_true(fabs(bj_clock_fit_ns(&scene.fit, count) - ns) < 1);
}

/* Never more than a few per cent wrong, from the first observation on. */
static void is_of_use_at_once(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_ONE_WAY, 100);
    for (int k = 0; k < 40; k++) {
        see(&scene, 0);
        assert_true(bj_clock_fit_known(&scene.fit));
        assert_true(fabs(phase_us(&scene)) < 20);
        assert_true(fabs(rate_ppm(&scene)) < 150);
    }
}

static void jitter_is_averaged_away(void **state)
{
    (void)state;
    const int64_t jitter_ns[] = {100000, 500000, 2000000};
    const double most_ppm[] = {0.2, 1, 4};
    for (int k = 0; k < 3; k++) {
        for (int kind = 0; kind < 2; kind++) {
            struct scene scene = make((enum bj_clock_kind)kind, 120);
            scene.jitter_ns = jitter_ns[k];
            run(&scene, 60);
            assert_true(fabs(rate_ppm(&scene)) < most_ppm[k]);
            double late_us = (double)jitter_ns[k] / 1e3;
            assert_true(fabs(phase_us(&scene)) < 0.6 * late_us);
        }
    }
}

/* The first windows are short and see few; what they miss is soon outweighed. */
static void the_first_seconds_are_outweighed(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        for (uint32_t seed = 1; seed <= 50; seed++) {
            struct scene scene = make((enum bj_clock_kind)kind, 250);
            scene.seed = seed;
            scene.jitter_ns = 2 * BJ_NS_PER_MS;
            run(&scene, 15);
            assert_true(fabs(rate_ppm(&scene)) < 12);
            run(&scene, 15);
            assert_true(fabs(rate_ppm(&scene)) < 4);
        }
    }
}

/* A constant delay is on the safe side: one way late, round trip early, by just that. */
static void a_constant_delay_is_an_offset(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct scene scene = make((enum bj_clock_kind)kind, -50);
        scene.delay_ns = 3 * BJ_NS_PER_MS;
        run(&scene, 20);
        double expected_us = kind == BJ_CLOCK_ONE_WAY ? -3000 : 3000;
        assert_true(fabs(phase_us(&scene) - expected_us) < 5);
        assert_true(fabs(rate_ppm(&scene)) < 0.01);
    }
}

static void a_single_outlier_is_ignored(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct scene scene = make((enum bj_clock_kind)kind, 80);
        run(&scene, 20);
        double hz = scene.fit.line.hz;
        see(&scene, 50 * BJ_NS_PER_MS);
        run(&scene, 1);
        assert_true(fabs(scene.fit.line.hz / hz - 1) < 1e-9);
        assert_true(fabs(phase_us(&scene)) < 0.01);
    }
}

/* A whole window of them does not count either, and they may come again and again. */
static void a_burst_of_lateness_is_refused(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_ROUND_TRIP, 80);
    run(&scene, 20);
    uint32_t lines = scene.fit.lines;
    for (int burst = 0; burst < 20; burst++) {
        scene.delay_ns = 10 * BJ_NS_PER_MS;
        run(&scene, 0.7);
        scene.delay_ns = 0;
        run(&scene, 2);
        assert_true(fabs(phase_us(&scene)) < 0.01);
    }
    assert_int_equal(scene.fit.lines, lines);
}

static void a_step_of_the_phase_begins_a_new_line(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_ROUND_TRIP, -200);
    run(&scene, 30);
    uint32_t lines = scene.fit.lines;
    scene.phase += 0.005 * scene.hz;
    run(&scene, 1.0);
    assert_int_equal(scene.fit.lines, lines);
    run(&scene, 0.8);
    assert_int_equal(scene.fit.lines, lines + 1);
    assert_true(fabs(phase_us(&scene)) < 1);
    assert_true(fabs(rate_ppm(&scene)) < 0.01);
}

static void a_step_of_the_rate_is_followed(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct scene scene = make(BJ_CLOCK_ROUND_TRIP, 0);
        scene.jitter_ns = 100000;
        run(&scene, 60);
        double count = true_count(&scene, scene.now_ns);
        scene.hz *= 1 + sign * 300e-6;
        scene.phase += count - true_count(&scene, scene.now_ns);
        run(&scene, 6);
        assert_true(fabs(phase_us(&scene)) < 300);
        run(&scene, 30);
        assert_true(fabs(rate_ppm(&scene)) < 3);
    }
}

/* The rate is not learnt again from next to nothing when only the phase was lost. */
static void a_step_of_the_phase_keeps_the_rate(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_ONE_WAY, 300);
    scene.jitter_ns = 200000;
    run(&scene, 60);
    double worst_ppm = 0;
    for (int step = 0; step < 10; step++) {
        scene.phase -= 0.0015 * scene.hz;
        for (int k = 0; k < 400; k++) {
            see(&scene, 0);
            worst_ppm = fmax(worst_ppm, fabs(rate_ppm(&scene)));
        }
    }
    assert_true(worst_ppm < 3);
    assert_true(fabs(phase_us(&scene)) < 100);
}

/* Unless that changed, too. */
static void a_large_step_of_the_rate_is_learnt(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_ROUND_TRIP, 0);
    run(&scene, 60);
    double count = true_count(&scene, scene.now_ns);
    scene.hz *= 1.01;
    scene.phase += count - true_count(&scene, scene.now_ns);
    run(&scene, 10);
    assert_true(fabs(rate_ppm(&scene)) < 1);
    assert_true(fabs(phase_us(&scene)) < 30);
}

/* A rate that changed is no outlier, however exact all was until then. */
static void a_step_of_the_rate_is_no_new_line(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct scene scene = make(BJ_CLOCK_ROUND_TRIP, 0);
        run(&scene, 60);
        uint32_t lines = scene.fit.lines;
        double count = true_count(&scene, scene.now_ns);
        scene.hz *= 1 + sign * 300e-6;
        scene.phase += count - true_count(&scene, scene.now_ns);
        run(&scene, 30);
        assert_int_equal(scene.fit.lines, lines);
        assert_true(fabs(phase_us(&scene)) < 30);
    }
}

/* Answers late by chance say little about when the device counted; a line that is known
 * tells which questions were late. */
static void late_answers_do_not_matter(void **state)
{
    (void)state;
    const double quantum = 24; /* 0.5 ms */
    struct scene scene = make(BJ_CLOCK_ROUND_TRIP, 100);
    bj_clock_fit_set_quantum(&scene.fit, quantum, false);
    double worst_ppm = 0, worst_us = 0;
    for (int k = 0; k < 60000; k++) {
        bool stray = next(&scene) % 20 == 0;
        int64_t out_ns = 100000 + (stray ? next(&scene) % 2000000 : 0);
        double level = 1e9 - true_count(&scene, scene.now_ns + out_ns);
        bj_clock_fit_observe(&scene.fit, scene.now_ns,
                             1e9 - floor(level / quantum) * quantum - quantum / 2,
                             out_ns + next(&scene) % 16777216);
        scene.now_ns += scene.every_ns;
        if (k > 12000) {
            worst_ppm = fmax(worst_ppm, fabs(rate_ppm(&scene)));
            worst_us = fmax(worst_us, fabs(phase_us(&scene) - 100));
        }
    }
    assert_true(worst_ppm < 2);
    assert_true(worst_us < 30);
}

/* Between two readings the count has changed, nobody knows when. */
static void a_bracket_is_off_to_both_sides(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_BRACKET, -60);
    for (int k = 0; k < 20000; k++) {
        int64_t slack_ns = 100000 + next(&scene) % 2000000;
        double at_ns = (double)scene.now_ns +
                       ((double)(next(&scene) % 1000) / 999 - 0.5) * (double)slack_ns;
        bj_clock_fit_observe(&scene.fit, scene.now_ns, true_count(&scene, (int64_t)at_ns),
                             slack_ns);
        scene.now_ns += scene.every_ns;
    }
    assert_true(fabs(rate_ppm(&scene)) < 1);
    assert_true(fabs(phase_us(&scene)) < 20);
}

static void a_slow_drift_is_followed(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_ONE_WAY, 0);
    scene.jitter_ns = 50000;
    double worst_us = 0;
    for (int second = 0; second < 600; second++) { /* 5 ppm a minute */
        double count = true_count(&scene, scene.now_ns);
        scene.hz *= 1 + 5e-6 / 60;
        scene.phase += count - true_count(&scene, scene.now_ns);
        run(&scene, 1);
        worst_us = second > 60 ? fmax(worst_us, fabs(phase_us(&scene))) : 0;
    }
    assert_true(worst_us < 150);
}

static void an_anchor_finds_the_phase_and_keeps_the_rate(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_ROUND_TRIP, 400);
    run(&scene, 30);
    double hz = scene.fit.line.hz;
    bj_clock_fit_anchor(&scene.fit);
    assert_false(bj_clock_fit_known(&scene.fit));
    scene.phase -= 1234.5;
    run(&scene, 0.05);
    assert_true(bj_clock_fit_known(&scene.fit));
    assert_true(fabs(phase_us(&scene)) < 1);
    assert_true(fabs(scene.fit.line.hz / hz - 1) < 1e-9);
}

/* What was learnt while the phase kept getting lost is worth nothing. */
static void an_anchor_forgets_a_rate_that_was_not_settled(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_ROUND_TRIP, -20000);
    run(&scene, 1);
    assert_true(scene.fit.line.hz < NOMINAL_HZ * 0.985);
    bj_clock_fit_anchor(&scene.fit);
    assert_true(scene.fit.line.hz == NOMINAL_HZ);
}

static void nonsense_stays_within_bounds(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_ONE_WAY, 0);
    for (int k = 0; k < 100000; k++) {
        scene.now_ns += next(&scene) % (1 << 22);
        bj_clock_fit_observe(&scene.fit, scene.now_ns, next(&scene), next(&scene));
        assert_true(fabs(scene.fit.line.hz / NOMINAL_HZ - 1) < 0.0301);
        assert_true(isfinite(bj_clock_fit_count(&scene.fit, (double)scene.now_ns)));
    }
}

/* As many observations as there may be: the tight ones stay. */
/* No crystal is off by 10 %: what seems so is something else, and moves no rate so far. */
static void no_rate_is_off_by_more_than_a_clock_can_be(void **state)
{
    (void)state;
    const double ppm[] = {100000, -100000, 500000};
    for (int k = 0; k < 3; k++) {
        struct scene scene = make(BJ_CLOCK_ROUND_TRIP, ppm[k]);
        for (int s = 0; s < 60; s++) {
            run(&scene, 1);
            assert_in_range(scene.fit.line.hz, NOMINAL_HZ * 0.97 - 1,
                            NOMINAL_HZ * 1.03 + 1);
        }
    }
}

static void a_full_window_keeps_the_tight_ones(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_ONE_WAY, 0);
    scene.every_ns = BJ_NS_PER_MS / 4; /* 1000 a window */
    scene.jitter_ns = 2 * BJ_NS_PER_MS;
    run(&scene, 60);
    assert_true(fabs(rate_ppm(&scene)) < 0.5);
    assert_true(fabs(phase_us(&scene)) < 60);
}

static void a_commanded_rate_scales_the_line(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_ROUND_TRIP, 250);
    run(&scene, 20);
    double count = true_count(&scene, scene.now_ns);
    scene.hz *= 30000.0 / NOMINAL_HZ;
    scene.phase += count - true_count(&scene, scene.now_ns);
    bj_clock_fit_rescale(&scene.fit, scene.now_ns, 30000);
    run(&scene, 0.3);
    assert_true(fabs(rate_ppm(&scene)) < 1);
    assert_true(fabs(phase_us(&scene)) < 10);
}

/* Reports in coarse steps: the nominal rate is believed for longer. */
static void coarse_counts_do_not_bend_the_line(void **state)
{
    (void)state;
    struct bj_clock_fit fit;
    double worst_ppm = 0;
    bj_clock_fit_init(&fit, BJ_CLOCK_STEPS, NOMINAL_HZ, 256);
    for (int k = 0; k < 20000; k++) {
        int64_t now_ns = START_NS + k * 5300000LL;
        double count = (double)(now_ns - START_NS) / 1e9 * NOMINAL_HZ * (1 + 100e-6);
        bj_clock_fit_observe(&fit, now_ns, floor(count / 256) * 256 - 128, 500000);
        worst_ppm = fmax(worst_ppm, fabs(fit.line.hz / NOMINAL_HZ - 1) * 1e6);
    }
    assert_true(worst_ppm < 3000);
    assert_true(fabs(fit.line.hz / NOMINAL_HZ - 1 - 100e-6) < 5e-6);
}

static void a_shift_moves_the_line_and_a_step_only_its_future(void **state)
{
    (void)state;
    struct scene scene = make(BJ_CLOCK_ONE_WAY, 0);
    run(&scene, 10.1);
    double before = bj_clock_fit_count(&scene.fit, (double)scene.now_ns);
    uint32_t stored = scene.fit.window.stored;
    assert_true(stored > 0);
    bj_clock_fit_shift(&scene.fit, 100);
    assert_true(bj_clock_fit_count(&scene.fit, (double)scene.now_ns) == before + 100);
    assert_int_equal(scene.fit.window.stored, stored);
    bj_clock_fit_step(&scene.fit, -300);
    assert_true(bj_clock_fit_count(&scene.fit, (double)scene.now_ns) == before - 200);
    assert_int_equal(scene.fit.window.stored, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exact_line_is_found),
        cmocka_unit_test(both_ways_agree),
        cmocka_unit_test(is_of_use_at_once),
        cmocka_unit_test(jitter_is_averaged_away),
        cmocka_unit_test(the_first_seconds_are_outweighed),
        cmocka_unit_test(a_constant_delay_is_an_offset),
        cmocka_unit_test(a_single_outlier_is_ignored),
        cmocka_unit_test(a_burst_of_lateness_is_refused),
        cmocka_unit_test(a_step_of_the_phase_begins_a_new_line),
        cmocka_unit_test(a_step_of_the_rate_is_followed),
        cmocka_unit_test(a_step_of_the_phase_keeps_the_rate),
        cmocka_unit_test(a_large_step_of_the_rate_is_learnt),
        cmocka_unit_test(a_step_of_the_rate_is_no_new_line),
        cmocka_unit_test(late_answers_do_not_matter),
        cmocka_unit_test(a_bracket_is_off_to_both_sides),
        cmocka_unit_test(a_slow_drift_is_followed),
        cmocka_unit_test(an_anchor_finds_the_phase_and_keeps_the_rate),
        cmocka_unit_test(an_anchor_forgets_a_rate_that_was_not_settled),
        cmocka_unit_test(nonsense_stays_within_bounds),
        cmocka_unit_test(no_rate_is_off_by_more_than_a_clock_can_be),
        cmocka_unit_test(a_full_window_keeps_the_tight_ones),
        cmocka_unit_test(a_commanded_rate_scales_the_line),
        cmocka_unit_test(coarse_counts_do_not_bend_the_line),
        cmocka_unit_test(a_shift_moves_the_line_and_a_step_only_its_future),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
