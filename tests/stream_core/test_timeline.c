/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "timeline.h"

#define RATE 48000.0
#define PERIOD 480u /* 10 ms */
#define PERIOD_NS (10 * BJ_NS_PER_MS)
#define START_NS (1000 * BJ_NS_PER_S)

static struct bj_timeline make(void)
{
    struct bj_timeline timeline;
    bj_timeline_init(&timeline, RATE, 0);
    return timeline;
}

static void push(struct bj_timeline *timeline, uint64_t period, int64_t now_ns)
{
    bj_timeline_push(timeline, &(struct bj_stamp){.now_ns = now_ns,
                                                  .first_frame = period * PERIOD,
                                                  .frames = PERIOD});
}

static int64_t ideal(uint64_t period)
{
    return START_NS + (int64_t)period * PERIOD_NS;
}

/* Off the true frame at the time of `period`, in microseconds. */
static double error_us(const struct bj_timeline *timeline, uint64_t period)
{
    double frame = bj_timeline_frame_at(timeline, ideal(period));
    return (frame - (double)(period * PERIOD)) / RATE * 1e6;
}

static void is_ready_with_the_first_push(void **state)
{
    (void)state;
    struct bj_timeline timeline;
    bj_timeline_init(&timeline, RATE, 777);
    assert_false(bj_timeline_ready(&timeline));
    assert_int_equal(bj_timeline_end(&timeline), 777);
    assert_int_equal(bj_timeline_push_ns(&timeline), 0);
    bj_timeline_push(
        &timeline,
        &(struct bj_stamp){.now_ns = START_NS, .first_frame = 777, .frames = PERIOD});
    assert_true(bj_timeline_ready(&timeline));
    assert_int_equal(bj_timeline_end(&timeline), 777 + PERIOD);
    assert_true(bj_timeline_frame_at(&timeline, START_NS) == 777);
    assert_int_equal(bj_timeline_push_ns(&timeline), PERIOD_NS);
}

static void a_line_reaches_both_ways(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    for (uint64_t k = 0; k < 10; k++) {
        push(&timeline, k, ideal(k));
    }
    assert_true(fabs(bj_timeline_frame_at(&timeline, ideal(3)) - 3 * PERIOD) < 1e-6);
    assert_true(fabs(bj_timeline_frame_at(&timeline, ideal(0) - PERIOD_NS) + PERIOD) <
                1e-6);
    assert_true(fabs(bj_timeline_frame_at(&timeline, ideal(50)) - 50 * PERIOD) < 1e-6);
}

static void the_least_late_stamp_draws_the_line(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    for (uint64_t k = 0; k < 20; k++) {
        int64_t late_ns = k == 5 ? 0 : (int64_t)(k * 7919 % 13 + 1) * 100000;
        push(&timeline, k, ideal(k) + late_ns);
        if (k >= 5) {
            assert_true(fabs(error_us(&timeline, k)) < 0.01);
        }
    }
}

static void a_late_first_stamp_is_forgotten_at_once(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    push(&timeline, 0, ideal(0) + 5 * BJ_NS_PER_MS);
    assert_true(fabs(error_us(&timeline, 0) + 5000) < 0.01);
    push(&timeline, 1, ideal(1));
    assert_true(fabs(error_us(&timeline, 1)) < 0.01);
}

/* A good stamp counts for at least half a second and at most about one. */
static void windows_roll(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    const int64_t late_ns = 2 * BJ_NS_PER_MS;
    push(&timeline, 0, ideal(0));
    for (uint64_t k = 1; k <= 50; k++) {
        push(&timeline, k, ideal(k) + late_ns);
        assert_true(fabs(error_us(&timeline, k)) < 0.01);
    }
    for (uint64_t k = 51; k <= 110; k++) {
        push(&timeline, k, ideal(k) + late_ns);
    }
    assert_true(fabs(error_us(&timeline, 110) + 2000) < 0.01);
}

/* An hour of a crystal 500 ppm off, with jitter: never more than a second's drift away. */
static void follows_drift(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct bj_timeline timeline = make();
        uint32_t seed = 3;
        double worst = 0;
        for (uint64_t k = 0; k < 360000; k++) {
            double drift_ns = (double)k * PERIOD_NS * sign * 500e-6;
            seed = seed * 1664525u + 1013904223u;
            int64_t true_ns = ideal(k) + (int64_t)drift_ns;
            push(&timeline, k, true_ns + (seed >> 8) % 300000);
            double frame = bj_timeline_frame_at(&timeline, true_ns);
            worst = fmax(worst, fabs(frame - (double)(k * PERIOD)));
        }
        assert_true(worst / RATE < 1.1 * 500e-6 + 300e-6);
        assert_true(worst > 0);
    }
}

static void lost_frames_begin_a_new_line(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    for (uint64_t k = 0; k < 10; k++) {
        push(&timeline, k, ideal(k));
    }
    /* periods 10 and 11 were lost: their time passed, their numbers did not */
    struct bj_stamp after = {.now_ns = ideal(12),
                             .first_frame = 10 * PERIOD,
                             .frames = PERIOD,
                             .lost_before = 2 * PERIOD};
    bj_timeline_push(&timeline, &after);
    assert_true(bj_timeline_frame_at(&timeline, ideal(12)) == 10 * PERIOD);
    for (uint64_t k = 11; k < 200; k++) {
        push(&timeline, k, ideal(k + 2));
    }
    assert_true(fabs(bj_timeline_frame_at(&timeline, ideal(150)) - 148 * PERIOD) < 1e-6);
}

static void remembers_the_longest_push(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    const uint32_t sizes[] = {64, 4800, 128};
    uint64_t frame = 0;
    for (int k = 0; k < 3; k++) {
        bj_timeline_push(&timeline, &(struct bj_stamp){.now_ns = START_NS,
                                                       .first_frame = frame,
                                                       .frames = sizes[k]});
        frame += sizes[k];
    }
    assert_int_equal(bj_timeline_push_ns(&timeline), 100 * BJ_NS_PER_MS);
    assert_int_equal(bj_timeline_end(&timeline), 64 + 4800 + 128);
}

/* Weeks into a session a frame is still told to a hundredth. */
static void stays_exact_for_weeks(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    const uint64_t later = 30ULL * 24 * 3600 * 100;
    push(&timeline, 0, ideal(0));
    push(&timeline, later, ideal(later));
    push(&timeline, later + 1, ideal(later + 1));
    double frame = bj_timeline_frame_at(&timeline, ideal(later + 5));
    assert_true(fabs(frame - (double)((later + 5) * PERIOD)) < 0.01);
}

static void a_lost_cycle_is_a_step(void **state)
{
    (void)state;
    struct bj_timeline timeline;
    bj_timeline_init(&timeline, 48000, 0);
    int64_t now_ns = BJ_NS_PER_S;
    double step_ns = 0;
    for (uint64_t n = 0; n < 600; n++) {
        now_ns += 5333333 + (n == 200 ? 5333333 : 0);
        struct bj_stamp stamp = {.now_ns = now_ns, .first_frame = n * 256, .frames = 256};
        bj_timeline_push(&timeline, &stamp);
        double step = bj_timeline_take_step(&timeline);
        assert_true(step == 0 || n > 200);
        step_ns += step;
    }
    assert_true(step_ns > 5.2e6 && step_ns < 5.4e6);
}

static void drift_and_wobble_are_no_step(void **state)
{
    (void)state;
    struct bj_timeline timeline;
    bj_timeline_init(&timeline, 48000, 0);
    int64_t now_ns = BJ_NS_PER_S;
    for (uint64_t n = 0; n < 100000; n++) {
        now_ns += 5336000; /* 500 ppm slow */
        int64_t late_ns = (int64_t)(n * 7919 % 5) * BJ_NS_PER_MS;
        struct bj_stamp stamp = {
            .now_ns = now_ns + late_ns, .first_frame = n * 256, .frames = 256};
        bj_timeline_push(&timeline, &stamp);
        assert_true(bj_timeline_take_step(&timeline) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_cycle_is_a_step),
        cmocka_unit_test(drift_and_wobble_are_no_step),
        cmocka_unit_test(is_ready_with_the_first_push),
        cmocka_unit_test(a_line_reaches_both_ways),
        cmocka_unit_test(the_least_late_stamp_draws_the_line),
        cmocka_unit_test(a_late_first_stamp_is_forgotten_at_once),
        cmocka_unit_test(windows_roll),
        cmocka_unit_test(follows_drift),
        cmocka_unit_test(lost_frames_begin_a_new_line),
        cmocka_unit_test(remembers_the_longest_push),
        cmocka_unit_test(stays_exact_for_weeks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
