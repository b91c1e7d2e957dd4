/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "feed/timeline.h"

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
            assert_true(fabs(error_us(&timeline, k)) < 200);
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

/* Callbacks that all come late by the same do not move the line at once: it is the fit's to
 * decide what is late. */
static void jitter_does_not_move_the_line(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    for (uint64_t k = 0; k < 3000; k++) {
        int64_t late_ns = k % 4 ? (int64_t)(k * 7919 % 13) * 100000 : 0;
        push(&timeline, k, ideal(k) + late_ns);
        assert_true(fabs(error_us(&timeline, k)) < 5);
        assert_false(bj_timeline_pass(&timeline, 0));
    }
    assert_int_equal(timeline.gap_count, 0);
}

/* An hour of a crystal 500 ppm off, with jitter: a few microseconds away, and no gap. */
static void follows_drift(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct bj_timeline timeline = make();
        uint32_t seed = 3;
        double worst_us = 0;
        for (uint64_t k = 0; k < 360000; k++) {
            double drift_ns = (double)k * PERIOD_NS * sign * 500e-6;
            seed = seed * 1664525u + 1013904223u;
            int64_t true_ns = ideal(k) + (int64_t)drift_ns;
            push(&timeline, k, true_ns + (seed >> 8) % 300000);
            double off =
                bj_timeline_frame_at(&timeline, (double)true_ns) - (double)(k * PERIOD);
            worst_us = k > 6000 ? fmax(worst_us, fabs(off) / RATE * 1e6) : 0;
        }
        assert_true(worst_us < 80);
        assert_true(fabs(bj_timeline_hz(&timeline) / RATE * (1 + sign * 500e-6) - 1) <
                    0.1e-6);
        assert_int_equal(timeline.gap_count, 0);
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

/* Cycles of 256 at 48 kHz, one second in; `lost` cycles are missing before number 200. */
static void push_with_loss(struct bj_timeline *timeline, uint64_t cycles, uint32_t lost)
{
    for (uint64_t n = 0; n < cycles; n++) {
        int64_t at_ns =
            BJ_NS_PER_S + (int64_t)((double)(n + (n >= 200 ? lost : 0)) * 256e9 / 48000);
        bj_timeline_push(
            timeline,
            &(struct bj_stamp){.now_ns = at_ns, .first_frame = n * 256, .frames = 256});
    }
}

static void lost_cycles_are_a_gap_of_their_length(void **state)
{
    (void)state;
    for (uint32_t lost = 1; lost <= 10; lost++) {
        struct bj_timeline timeline;
        bj_timeline_init(&timeline, 48000, 0);
        push_with_loss(&timeline, 204, lost);
        const double gap_ns = lost * 256e9 / 48000, frame = 200 * 256;
        double before = bj_timeline_ns(&timeline, frame - 1);
        double behind = bj_timeline_ns(&timeline, frame);
        assert_true(fabs(behind - before - 1e9 / 48000 - gap_ns) < 10);
        assert_int_equal(bj_timeline_next_gap(&timeline, 0), 200 * 256);
        assert_int_equal(bj_timeline_next_gap(&timeline, frame), 200 * 256);
        assert_true(bj_timeline_next_gap(&timeline, frame + 1) == UINT64_MAX);
        /* time within the gap belongs to the frame behind it */
        assert_true(fabs(bj_timeline_frame_at(&timeline, before + gap_ns / 2) - frame) <
                    1e-3);
        assert_true(fabs(bj_timeline_frame_at(&timeline, before) - (frame - 1)) < 1e-3);
        assert_false(bj_timeline_pass(&timeline, frame - 0.001));
        assert_true(bj_timeline_pass(&timeline, frame));
        assert_false(bj_timeline_pass(&timeline, frame + 1));
        assert_true(fabs(bj_timeline_ns(&timeline, frame) - behind) < 1e-3);
    }
}

static void push_late(struct bj_timeline *timeline, uint64_t period, int64_t now_ns,
                      int64_t late_ns)
{
    bj_timeline_push(timeline, &(struct bj_stamp){.now_ns = now_ns,
                                                  .late_ns = late_ns,
                                                  .first_frame = period * PERIOD,
                                                  .frames = PERIOD});
}

/* Where pushes were punctual for seconds, one that is late by whole pushes is enough if the
 * callback itself was in time; otherwise two. */
static void a_gap_of_whole_pushes_is_seen_at_once(void **state)
{
    (void)state;
    for (int known = 0; known < 2; known++) {
        struct bj_timeline timeline = make();
        int64_t late_ns = known ? 100000 : 30 * BJ_NS_PER_MS;
        for (uint64_t k = 0; k < 1000; k++) {
            push(&timeline, k, ideal(k) + (int64_t)(k % 3) * 100000);
        }
        push_late(&timeline, 1000, ideal(1003) + 50000, late_ns);
        assert_int_equal(timeline.gap_count, known);
        push_late(&timeline, 1001, ideal(1004) + 150000, late_ns);
        assert_int_equal(timeline.gap_count, 1);
        assert_int_equal(timeline.gaps[0].frame, 1000 * PERIOD);
        assert_true(fabs(timeline.gaps[0].ns - 3.0 * PERIOD_NS) < 1000);
        push(&timeline, 1002, ideal(1005) + 4 * BJ_NS_PER_MS + PERIOD_NS / 3);
        assert_int_equal(timeline.gap_count, 1);
    }
}

/* One late callback, or a few that catch up, took nothing away. */
static void late_callbacks_are_no_gap(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    for (uint64_t k = 0; k < 1000; k++) {
        int64_t late_ns = 0;
        if (k % 100 >= 50 && k % 100 < 52) { /* 27 and 17 ms late, then in time again */
            late_ns = (27 - 10 * (int64_t)(k % 100 - 50)) * BJ_NS_PER_MS;
        }
        push(&timeline, k, ideal(k) + late_ns);
        assert_int_equal(timeline.gap_count, 0);
        assert_false(bj_timeline_pass(&timeline, 0));
        if (late_ns == 0) {
            assert_true(fabs(error_us(&timeline, k)) < 5);
        }
    }
}

/* At any period, late by anything, whole pushes among it; the next is in time. */
static void one_late_callback_is_never_a_gap(void **state)
{
    (void)state;
    for (uint32_t frames = 32; frames <= 2048; frames *= 2) {
        for (int64_t late_us = 100; late_us < 40000; late_us += 100) {
            struct bj_timeline timeline = make();
            uint64_t late_at = 2 * (uint64_t)RATE / frames;
            for (uint64_t k = 0; k < late_at + 3; k++) {
                int64_t due_ns = START_NS + (int64_t)(k * frames * 1e9 / RATE);
                int64_t at_ns =
                    START_NS + (int64_t)(late_at * frames * 1e9 / RATE) + late_us * 1000;
                at_ns = k < late_at || at_ns < due_ns ? due_ns : at_ns;
                bj_timeline_push(&timeline, &(struct bj_stamp){.now_ns = at_ns,
                                                               .late_ns = at_ns - due_ns,
                                                               .first_frame = k * frames,
                                                               .frames = frames});
            }
            assert_int_equal(timeline.gap_count, 0);
            assert_false(bj_timeline_pass(&timeline, 0));
        }
    }
}

/* A stall of 5 to 80 ms; then as fast as callbacks run, a third of a push apart. */
static void callbacks_that_catch_up_are_no_gap(void **state)
{
    (void)state;
    for (uint32_t frames = 32; frames <= 1024; frames *= 2) {
        for (int64_t stall_ms = 5; stall_ms <= 80; stall_ms += 5) {
            struct bj_timeline timeline = make();
            int64_t push_ns = (int64_t)(frames * 1e9 / RATE), at_ns = START_NS;
            uint64_t stall_at = 2 * (uint64_t)RATE / frames;
            for (uint64_t k = 0; k < 2 * stall_at; k++) {
                int64_t due_ns = START_NS + (int64_t)k * push_ns;
                at_ns += k == stall_at ? stall_ms * BJ_NS_PER_MS : push_ns / 3;
                at_ns = at_ns < due_ns ? due_ns : at_ns;
                bj_timeline_push(&timeline, &(struct bj_stamp){.now_ns = at_ns,
                                                               .late_ns = at_ns - due_ns,
                                                               .first_frame = k * frames,
                                                               .frames = frames});
                assert_int_equal(timeline.gap_count, 0);
                assert_false(bj_timeline_pass(&timeline, 0));
            }
        }
    }
}

/* A callback that was very late once does not hide what is lost soon after. */
static void a_gap_after_a_stall_is_seen_in_a_tenth_of_a_second(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    for (uint64_t k = 0; k < 1000; k++) {
        push(&timeline, k, ideal(k) + (k == 990 ? 35 * BJ_NS_PER_MS / 2 : 0));
    }
    for (uint64_t k = 1000; k < 1011; k++) {
        push(&timeline, k, ideal(k) + 6 * BJ_NS_PER_MS);
    }
    assert_int_equal(timeline.gap_count, 1);
    assert_int_equal(timeline.gaps[0].frame, 1000 * PERIOD);
    assert_true(fabs(timeline.gaps[0].ns - 6.0 * BJ_NS_PER_MS) < 10000);
}

/* What looked like a gap and was none is taken back with the first push that proves it. */
static void an_early_push_puts_the_line_right(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    for (uint64_t k = 0; k < 100; k++) {
        push(&timeline, k, ideal(k) + (k >= 90 ? 30 * BJ_NS_PER_MS : 0));
    }
    assert_int_equal(timeline.gap_count, 1);
    assert_true(bj_timeline_pass(&timeline, 95 * PERIOD));
    push(&timeline, 100, ideal(100));
    assert_true(fabs(error_us(&timeline, 100)) < 5);
    assert_true(bj_timeline_pass(&timeline, 95 * PERIOD));
}

/* ... and as long as its frame was not played, nobody hears of it. */
static void a_gap_taken_back_in_time_moves_nothing(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    for (uint64_t k = 0; k < 100; k++) {
        push(&timeline, k, ideal(k) + (k >= 95 ? 30 * BJ_NS_PER_MS : 0));
    }
    assert_int_equal(timeline.gap_count, 1);
    push(&timeline, 100, ideal(100));
    assert_int_equal(timeline.gap_count, 0);
    assert_true(fabs(error_us(&timeline, 100)) < 5);
    assert_true(fabs(error_us(&timeline, 90)) < 5);
    assert_false(bj_timeline_pass(&timeline, 100 * PERIOD));
}

static void more_gaps_than_it_can_hold_keep_the_newest_line(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    const uint64_t gaps = 3 * BJ_TIMELINE_GAPS;
    for (uint64_t k = 0; k < gaps; k++) {
        bj_timeline_push(&timeline, &(struct bj_stamp){.now_ns = ideal(2 * k),
                                                       .first_frame = k * PERIOD,
                                                       .frames = PERIOD,
                                                       .lost_before = k ? PERIOD : 0});
    }
    double oldest = bj_timeline_ns(&timeline, 0);
    double newest = bj_timeline_ns(&timeline, (double)((gaps - 1) * PERIOD));
    assert_true(fabs(oldest - (double)ideal(0)) < 1e3);
    assert_true(fabs(newest - (double)ideal(2 * (gaps - 1))) < 1e3);
}

static void a_new_beginning_keeps_the_rate_measured(void **state)
{
    (void)state;
    struct bj_timeline timeline = make();
    for (uint64_t k = 0; k < 3000; k++) {
        push(&timeline, k, ideal(k) + (int64_t)k * 3000); /* 300 ppm slow */
    }
    double hz = bj_timeline_hz(&timeline);
    assert_true(fabs(hz / RATE - 1 + 300e-6) < 1e-6);
    bj_timeline_begin(&timeline, RATE, 0);
    assert_true(bj_timeline_hz(&timeline) == hz);
    assert_false(bj_timeline_ready(&timeline));
    bj_timeline_begin(&timeline, 2 * RATE, 0);
    assert_true(bj_timeline_hz(&timeline) == 2 * RATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_ready_with_the_first_push),
        cmocka_unit_test(a_line_reaches_both_ways),
        cmocka_unit_test(the_least_late_stamp_draws_the_line),
        cmocka_unit_test(a_late_first_stamp_is_forgotten_at_once),
        cmocka_unit_test(jitter_does_not_move_the_line),
        cmocka_unit_test(follows_drift),
        cmocka_unit_test(lost_frames_begin_a_new_line),
        cmocka_unit_test(remembers_the_longest_push),
        cmocka_unit_test(stays_exact_for_weeks),
        cmocka_unit_test(lost_cycles_are_a_gap_of_their_length),
        cmocka_unit_test(a_gap_of_whole_pushes_is_seen_at_once),
        cmocka_unit_test(one_late_callback_is_never_a_gap),
        cmocka_unit_test(callbacks_that_catch_up_are_no_gap),
        cmocka_unit_test(a_gap_after_a_stall_is_seen_in_a_tenth_of_a_second),
        cmocka_unit_test(late_callbacks_are_no_gap),
        cmocka_unit_test(an_early_push_puts_the_line_right),
        cmocka_unit_test(a_gap_taken_back_in_time_moves_nothing),
        cmocka_unit_test(more_gaps_than_it_can_hold_keep_the_newest_line),
        cmocka_unit_test(a_new_beginning_keeps_the_rate_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
