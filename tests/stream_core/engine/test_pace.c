/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "engine/pace.h"

#define PPS 10000.0 /* 10 points per millisecond */
#define MS BJ_NS_PER_MS
#define NOW_NS (700 * BJ_NS_PER_S)

static const struct bj_dac_caps fifo = {
    .model = BJ_MODEL_FIFO,
    .capacity_points = 2000,
    .max_points_per_chunk = 400,
};

/* Target 500 points, minimum 200, quantum 50. */
static struct bj_pace make_of(const struct bj_dac_caps *caps)
{
    struct bj_pace pace;
    bj_pace_init(&pace, caps, PPS, 50 * MS, 20 * MS);
    return pace;
}

static struct bj_level level_of(double low, double high, bool playing)
{
    struct bj_level level;
    bj_level_init(&level, PPS, NOW_NS);
    level.playing = playing;
    level.reported = true;
    level.software = level.hardware_low = low;
    level.hardware_high = high;
    return level;
}

static struct bj_plan plan_of(const struct bj_pace *pace, const struct bj_level *level,
                              enum bj_dac_state state, uint32_t room)
{
    struct bj_dac_status status = {.state = state, .room_points = room};
    return bj_pace_plan(pace, level, &status);
}

static struct bj_plan playing_at(const struct bj_pace *pace, double low)
{
    struct bj_level level = level_of(low, low, true);
    return plan_of(pace, &level, BJ_DAC_PLAYING, 5000);
}

static void asks_for(struct bj_plan plan, uint32_t min, uint32_t target)
{
    assert_int_equal(plan.target_points, target);
    assert_int_equal(plan.min_points, min);
}

static void waits_until(struct bj_plan plan, int64_t ns)
{
    assert_int_equal(plan.target_points, 0);
    assert_in_range(plan.wake_ns, ns, ns == BJ_NEVER ? ns : ns + 1); /* rounded up */
}

/* ---- fitting the device ---- */

static void takes_what_was_asked_where_it_fits(void **state)
{
    (void)state;
    struct bj_pace pace = make_of(&fifo);
    assert_true(pace.target_points == 500);
    assert_true(pace.min_points == 200);
    assert_true(pace.quantum_points == 50);
    assert_int_equal(pace.begin_points, 250);
    assert_int_equal(pace.max_chunk, 400);
    assert_int_equal(pace.capacity_points, 2000);
}

static void the_target_leaves_a_fifth_of_the_device(void **state)
{
    (void)state;
    struct bj_dac_caps caps = fifo;
    caps.capacity_points = 500;
    struct bj_pace pace = make_of(&caps);
    assert_true(pace.target_points == 400);
    assert_true(pace.min_points == 200);
    caps.capacity_points = 300;
    pace = make_of(&caps);
    assert_true(pace.target_points == 240);
    assert_true(pace.min_points == 120); /* half of the target */
    assert_int_equal(pace.begin_points, 120);
    caps.capacity_points = 0; /* no limit known */
    pace = make_of(&caps);
    assert_true(pace.target_points == 500);
}

static void the_device_needs_its_own_minimum(void **state)
{
    (void)state;
    struct bj_dac_caps caps = fifo;
    caps.min_queued_points = 230;
    struct bj_pace pace = make_of(&caps);
    assert_true(pace.min_points == 230);
    assert_true(pace.target_points == 500);
    caps.min_queued_points = 300;
    pace = make_of(&caps);
    assert_true(pace.target_points == 600);
    assert_true(pace.min_points == 300);
}

static void the_quantum_fits_target_and_chunk(void **state)
{
    (void)state;
    struct bj_dac_caps caps = fifo;
    struct bj_pace pace;
    bj_pace_init(&pace, &caps, PPS, 12 * MS, 4 * MS);
    assert_true(pace.quantum_points == 30); /* a quarter of the target */
    caps.max_points_per_chunk = 20;
    pace = make_of(&caps);
    assert_true(pace.quantum_points == 20);
    bj_pace_init(&pace, &fifo, 100, 12 * MS, 4 * MS); /* hardly a point */
    assert_true(pace.quantum_points == 1);
    assert_int_equal(pace.begin_points, 1);
    caps = fifo;
    caps.min_points_per_chunk = 90;
    pace = make_of(&caps);
    assert_true(pace.quantum_points == 90); /* less could not be written */
}

/* ---- a queue that plays ---- */

static void brings_the_level_to_the_target(void **state)
{
    (void)state;
    struct bj_pace pace = make_of(&fifo);
    asks_for(playing_at(&pace, 400), 0, 100);
    asks_for(playing_at(&pace, 399.5), 0, 101); /* rounded up */
    asks_for(playing_at(&pace, 450), 0, 50);    /* exactly a quantum */
    asks_for(playing_at(&pace, 150), 50, 350);
    asks_for(playing_at(&pace, 150.5), 50, 350);
    asks_for(playing_at(&pace, 199.5), 1, 301);
    asks_for(playing_at(&pace, 200), 0, 300);
    asks_for(playing_at(&pace, 100), 100, 400);
    asks_for(playing_at(&pace, 0), 200, 400); /* a chunk's worth */
}

static void waits_until_a_quantum_is_missing(void **state)
{
    (void)state;
    struct bj_pace pace = make_of(&fifo);
    waits_until(playing_at(&pace, 480), NOW_NS + 3 * MS);
    waits_until(playing_at(&pace, 451), NOW_NS + MS / 10);
    waits_until(playing_at(&pace, 900), NOW_NS + 45 * MS);
}

/* Woken when told to, there is something to do: no wake-up is in vain. */
static void a_wake_up_finds_work(void **state)
{
    (void)state;
    const double rates[] = {30000, 36100, 48000, 99999.7, 12345.678};
    for (int r = 0; r < 5; r++) {
        struct bj_pace pace;
        struct bj_dac_caps caps = fifo;
        caps.capacity_points = 100000;
        caps.max_points_per_chunk = 100000;
        bj_pace_init(&pace, &caps, rates[r], 50 * MS, 20 * MS);
        for (int k = 0; k < 1000; k++) {
            struct bj_level level;
            bj_level_init(&level, rates[r], NOW_NS);
            level.playing = true;
            level.software = pace.target_points - pace.quantum_points + 1 + k * 0.377;
            struct bj_plan plan = plan_of(&pace, &level, BJ_DAC_PLAYING, 90000);
            if (plan.target_points == 0) {
                bj_level_advance(&level, plan.wake_ns);
                plan = plan_of(&pace, &level, BJ_DAC_PLAYING, 90000);
            }
            assert_true(plan.target_points > 0);
        }
    }
}

static void the_device_limits_what_is_asked(void **state)
{
    (void)state;
    struct bj_pace pace = make_of(&fifo);
    struct bj_level level = level_of(100, 100, true);
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 150), 100, 150);
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 70), 70, 70); /* min never above */
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 1), 1, 1);
    waits_until(plan_of(&pace, &level, BJ_DAC_PLAYING, 0), BJ_NEVER);
    level = level_of(480, 480, true); /* nor does time make room: the device says so */
    waits_until(plan_of(&pace, &level, BJ_DAC_PLAYING, 0), BJ_NEVER);
}

/* The upper bound admits, less one spare point. */
static void never_more_than_surely_fits(void **state)
{
    (void)state;
    struct bj_dac_caps caps = fifo;
    caps.capacity_points = 640;
    struct bj_pace pace = make_of(&caps);
    struct bj_level level = level_of(300, 500, true);
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 5000), 0, 139);
    level = level_of(300, 500.5, true);
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 5000), 0, 138);
    level = level_of(300, 638, true);
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 5000), 0, 1);
    level = level_of(300, 639, true);
    waits_until(plan_of(&pace, &level, BJ_DAC_PLAYING, 5000), NOW_NS + 5 * MS);
    level = level_of(300, 660, true);
    waits_until(plan_of(&pace, &level, BJ_DAC_PLAYING, 5000), NOW_NS + 71 * MS / 10);
}

static void small_writes_wait_for_a_whole_chunk(void **state)
{
    (void)state;
    struct bj_dac_caps caps = fifo;
    caps.min_points_per_chunk = 90;
    struct bj_pace pace = make_of(&caps);
    waits_until(playing_at(&pace, 420), NOW_NS + MS);
    asks_for(playing_at(&pace, 410), 0, 90);
    struct bj_level level = level_of(300, 300, true);
    waits_until(plan_of(&pace, &level, BJ_DAC_PLAYING, 89), BJ_NEVER);
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 90), 0, 90);
    level = level_of(100, 1950, true); /* the upper bound leaves 49 */
    waits_until(plan_of(&pace, &level, BJ_DAC_PLAYING, 5000), NOW_NS + 41 * MS / 10);
    level = level_of(100, 100, true); /* in danger, a small one is better than none */
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 40), 40, 40);
}

/* ---- a queue that does not play yet ---- */

static void before_it_plays_the_beginning_is_the_minimum(void **state)
{
    (void)state;
    struct bj_pace pace = make_of(&fifo);
    struct bj_level level = level_of(0, 0, false);
    asks_for(plan_of(&pace, &level, BJ_DAC_READY, 5000), 250, 400);
    level = level_of(240, 240, false);
    asks_for(plan_of(&pace, &level, BJ_DAC_READY, 5000), 10, 260);
    level = level_of(300, 300, false);
    asks_for(plan_of(&pace, &level, BJ_DAC_READY, 5000), 0, 200);
    level = level_of(499, 499, false); /* no quantum: nothing drains meanwhile */
    asks_for(plan_of(&pace, &level, BJ_DAC_READY, 5000), 0, 1);
    level = level_of(500, 500, false);
    waits_until(plan_of(&pace, &level, BJ_DAC_READY, 5000), BJ_NEVER);
}

static void nothing_for_a_device_that_takes_nothing(void **state)
{
    (void)state;
    const enum bj_dac_state states[] = {BJ_DAC_CONNECTING, BJ_DAC_FAULT, BJ_DAC_STOPPED};
    for (int model = BJ_MODEL_FIFO; model <= BJ_MODEL_TIMED; model++) {
        for (int k = 0; k < 3; k++) {
            struct bj_dac_caps caps = fifo;
            caps.model = (enum bj_output_model)model;
            struct bj_pace pace = make_of(&caps);
            struct bj_level level = level_of(0, 0, true);
            waits_until(plan_of(&pace, &level, states[k], 5000), BJ_NEVER);
        }
    }
}

/* ---- the other models ---- */

static void a_swap_device_gets_frames_when_it_asks(void **state)
{
    (void)state;
    struct bj_dac_caps caps = fifo;
    caps.model = BJ_MODEL_SWAP;
    struct bj_pace pace = make_of(&caps);
    struct bj_level level = level_of(100000, 100000, true); /* however full it seems */
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 240), 0, 240);
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 5000), 0, 400);
    waits_until(plan_of(&pace, &level, BJ_DAC_PLAYING, 0), BJ_NEVER);
}

/* While a frame plays the producer has time; then the gap is filled. */
static void a_swap_device_in_danger_gets_the_minimum(void **state)
{
    (void)state;
    struct bj_dac_caps caps = fifo;
    caps.model = BJ_MODEL_SWAP;
    struct bj_pace pace = make_of(&caps);
    struct bj_level level = level_of(200, 300, true);
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 240), 0, 240);
    level = level_of(190.5, 300, true);
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 240), 10, 240);
    level = level_of(0, 0, true);
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 240), 200, 240);
    asks_for(plan_of(&pace, &level, BJ_DAC_PLAYING, 150), 150, 150);
}

static void a_swap_device_begins_with_a_frame(void **state)
{
    (void)state;
    struct bj_dac_caps caps = fifo;
    caps.model = BJ_MODEL_SWAP;
    struct bj_pace pace = make_of(&caps);
    struct bj_level level = level_of(0, 0, false);
    asks_for(plan_of(&pace, &level, BJ_DAC_READY, 250), 250, 250);
    level = level_of(100, 100, false);
    asks_for(plan_of(&pace, &level, BJ_DAC_READY, 150), 150, 150);
}

static void timed_datagrams_pace_like_a_queue(void **state)
{
    (void)state;
    struct bj_dac_caps caps = fifo;
    caps.model = BJ_MODEL_TIMED;
    struct bj_pace pace = make_of(&caps);
    asks_for(playing_at(&pace, 150), 50, 350);
    waits_until(playing_at(&pace, 480), NOW_NS + 3 * MS);
}

/* ---- asking again ---- */

static void asks_again_halfway_to_danger(void **state)
{
    (void)state;
    struct bj_pace pace = make_of(&fifo);
    struct bj_level level = level_of(300, 900, true);
    assert_int_equal(bj_pace_retry_ns(&pace, &level), NOW_NS + 5 * MS);
    level = level_of(210, 210, true);
    assert_int_equal(bj_pace_retry_ns(&pace, &level), NOW_NS + MS);
    level = level_of(0, 0, true);
    assert_int_equal(bj_pace_retry_ns(&pace, &level), NOW_NS + MS);
}

/* ---- any device, any level ---- */

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static struct bj_dac_caps any_caps(uint32_t *seed)
{
    struct bj_dac_caps caps = {.model = BJ_MODEL_FIFO};
    caps.capacity_points = next(seed) % 4 ? 200 + next(seed) % 5000 : 0;
    caps.max_points_per_chunk = 50 + next(seed) % 2000;
    caps.min_points_per_chunk = next(seed) % 2 ? next(seed) % 50 : 0;
    caps.min_queued_points = next(seed) % 2 ? next(seed) % 40 : 0;
    return caps;
}

static void check_limits(const struct bj_pace *pace, const struct bj_dac_caps *caps)
{
    uint32_t capacity = caps->capacity_points ? caps->capacity_points : UINT32_MAX;
    assert_true(pace->target_points <= 0.8 * capacity);
    assert_true(pace->target_points >= 2.0 * caps->min_queued_points);
    assert_true(pace->min_points <= pace->target_points / 2);
    assert_true(pace->min_points >= caps->min_queued_points);
    assert_true(pace->begin_points <= ceil(pace->target_points));
    assert_true(pace->quantum_points >= 1);
    assert_true(pace->quantum_points >= caps->min_points_per_chunk);
    assert_true(pace->quantum_points <= caps->max_points_per_chunk);
    assert_true(pace->quantum_points <= pace->target_points - pace->min_points);
}

static void check_plan(const struct bj_pace *pace, const struct bj_level *level,
                       uint32_t room, struct bj_plan plan)
{
    double high = bj_level_high(level), low = bj_level_low(level);
    double admitted = pace->capacity_points ? pace->capacity_points - 1 - high : INFINITY;
    assert_true(plan.min_points <= plan.target_points);
    assert_true(plan.target_points <= room && plan.target_points <= pace->max_chunk);
    assert_true(plan.target_points == 0 || plan.target_points <= admitted);
    assert_true(low + plan.target_points < pace->target_points + 1.000001 ||
                plan.target_points == 0);
    bool urgent = low < pace->min_points;
    bool fits = admitted >= 1 && admitted >= pace->min_chunk && room > 0;
    if (urgent && fits) {
        assert_true(plan.target_points > 0);
        assert_true(low + plan.min_points > pace->min_points - 1e-6 ||
                    plan.min_points == plan.target_points);
    }
    if (plan.target_points == 0 && level->playing && room >= pace->min_chunk && room > 0) {
        assert_true(plan.wake_ns > level->at_ns); /* not at once again */
        assert_true(plan.wake_ns < BJ_NEVER);     /* and not never */
    }
}

static void holds_for_any_device_and_level(void **state)
{
    (void)state;
    uint32_t seed = 47;
    for (int round = 0; round < 200000; round++) {
        struct bj_dac_caps caps = any_caps(&seed);
        double pps = 1000 + next(&seed) % 100000;
        int64_t target = (int64_t)(next(&seed) % 100) * MS;
        struct bj_pace pace;
        bj_pace_init(&pace, &caps, pps, target, (int64_t)(next(&seed) % 100) * MS);
        check_limits(&pace, &caps);
        bool playing = next(&seed) % 4;
        double low = next(&seed) % 3 ? (next(&seed) % 60000) / 10.0 : 0;
        struct bj_level level = level_of(low, low + next(&seed) % 300, playing);
        level.pps = pps;
        uint32_t room = next(&seed) % 3 ? next(&seed) % 3000 : 0;
        struct bj_plan plan =
            plan_of(&pace, &level, playing ? BJ_DAC_PLAYING : BJ_DAC_READY, room);
        check_plan(&pace, &level, room, plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_was_asked_where_it_fits),
        cmocka_unit_test(the_target_leaves_a_fifth_of_the_device),
        cmocka_unit_test(the_device_needs_its_own_minimum),
        cmocka_unit_test(the_quantum_fits_target_and_chunk),
        cmocka_unit_test(brings_the_level_to_the_target),
        cmocka_unit_test(waits_until_a_quantum_is_missing),
        cmocka_unit_test(a_wake_up_finds_work),
        cmocka_unit_test(the_device_limits_what_is_asked),
        cmocka_unit_test(never_more_than_surely_fits),
        cmocka_unit_test(small_writes_wait_for_a_whole_chunk),
        cmocka_unit_test(before_it_plays_the_beginning_is_the_minimum),
        cmocka_unit_test(nothing_for_a_device_that_takes_nothing),
        cmocka_unit_test(a_swap_device_gets_frames_when_it_asks),
        cmocka_unit_test(a_swap_device_in_danger_gets_the_minimum),
        cmocka_unit_test(a_swap_device_begins_with_a_frame),
        cmocka_unit_test(timed_datagrams_pace_like_a_queue),
        cmocka_unit_test(asks_again_halfway_to_danger),
        cmocka_unit_test(holds_for_any_device_and_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
