/* SPDX-License-Identifier: MIT
 *
 * The engine's contract, case by case: asking, topping up, offering, pacing. Each row of
 * the tables at the end is a named case; arming, connection and handle have files of their
 * own.
 */
#include "engine_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define S BJ_NS_PER_S

struct row {
    const char *name;
    uint32_t pps, capacity;
    bool silent; /* the device reports nothing */
    double speed;
    int64_t delay_ns, lag_ns;
    uint32_t take; /* points per write at most */
    bool dry;      /* the buffer cannot cover it */
    int64_t target_ns, min_ns;
    enum bj_underrun_policy policy;
    enum producer_mode mode;
    uint32_t amount;
};

static void set_up(struct engine_fixture *fixture, const struct row *row)
{
    fixture_init(fixture);
    fixture->config.pps = row->pps;
    if (row->capacity > 0) {
        fixture->dac.caps.capacity_points = row->capacity == UINT32_MAX ? 0 : row->capacity;
    }
    fixture->dac.caps.reports_level = !row->silent;
    fixture->dac.speed = row->speed;
    fixture->dac.report_lag_ns = row->lag_ns;
    fixture->dac.take_at_most = row->take;
    fixture->wake_delay_ns = row->delay_ns;
    fixture->config.target_buffer_ns = row->target_ns;
    fixture->config.min_buffer_ns = row->min_ns;
    fixture->config.underrun = row->policy;
}

static void assert_nothing_lost(const struct engine_fixture *fixture)
{
    uint64_t lit = fixture_count_lit(fixture, 0);
    struct bj_stats stats = fixture_stats(fixture);
    assert_int_equal(stats.points_written, fixture->dac.taken);
    assert_true(lit > 0);
    assert_true(stats.points_from_fill - fixture->producer.made == 0);
}

/* ---- steady streams: whatever the device, it starts, holds and never overflows ------- */

static void streams_steadily(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    set_up(&fixture, row);
    fixture_start_lit(&fixture);
    fixture_run(&fixture, 3 * S);
    struct bj_stats stats = fixture_stats(&fixture);
    uint32_t capacity = fixture.dac.caps.capacity_points;
    assert_nothing_lost(&fixture);
    assert_true(capacity == 0 || fixture.dac.max_queued < capacity);
    if (row->dry) {
        assert_true(stats.device_underruns > 0);
        assert_int_equal(stats.device_underruns, fixture.dac.dry_count);
    } else {
        assert_int_equal(fixture.dac.dry_count, 0);
        assert_int_equal(stats.device_underruns, 0);
    }
    assert_int_equal(stats.underruns, 0);
    assert_true(fixture.dac.played > row->pps * (row->speed > 0 ? row->speed : 1.0) * 2.5 ||
                row->dry);
    fixture_finish(&fixture);
}

/* ---- the request --------------------------------------------------------------------- */

static void request_is_within_bounds(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    set_up(&fixture, row);
    fixture_start(&fixture);
    for (int k = 0; k < 500; k++) {
        uint64_t made = fixture.producer.made;
        fixture_run(&fixture, MS);
        struct bj_fill_request last = fixture.producer.last;
        assert_true(last.target_points <= fixture.dac.caps.max_points_per_chunk);
        assert_true(last.min_points <= last.target_points);
        assert_true(last.start <= fixture.dac.taken + last.target_points);
        assert_int_equal(last.pps, row->pps);
        assert_true(fixture.producer.made >= made);
        int64_t expected_ns = (int64_t)((double)last.buffered_points / row->pps * 1e9);
        assert_true(llabs(last.buffered_ns - expected_ns) <= 1000000000 / row->pps + 1);
    }
    fixture_finish(&fixture);
}

static void first_request_starts_at_zero(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture.producer.mode = PRODUCE_STARVED;
    fixture.dac.never_begins = true;
    fixture_start(&fixture);
    fixture_step(&fixture);
    assert_int_equal(fixture.producer.first.start, 0);
    assert_true(fixture.producer.first.restarted);
    assert_int_equal(fixture.producer.first.buffered_points, 0);
    fixture_finish(&fixture);
}

static void start_counts_every_point(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture_start_lit(&fixture);
    uint64_t start = fixture.producer.last.start;
    assert_int_equal(start + fixture.producer.last.target_points, fixture.dac.taken);
    fixture_finish(&fixture);
}

static void unknown_level_is_said_so(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture.dac.caps.reports_level = false;
    fixture_start_lit(&fixture);
    assert_int_equal(fixture.producer.last.device_queued_points, -1);
    assert_int_equal(fixture_stats(&fixture).device_queued_points, -1);
    fixture_finish(&fixture);
}

static void known_level_is_handed_on(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture_start_lit(&fixture);
    assert_true(fixture.producer.last.device_queued_points >= 0);
    assert_true(fixture.producer.last.device_queued_points <= 2000);
    fixture_finish(&fixture);
}

static void restarted_is_told_until_filled(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture.producer.mode = PRODUCE_STARVED;
    fixture_start(&fixture);
    fixture_run(&fixture, 20 * MS);
    assert_true(fixture.producer.last.restarted);
    fixture.producer.mode = PRODUCE_ALL;
    fixture_run(&fixture, 100 * MS);
    assert_false(fixture.producer.last.restarted);
    fixture_finish(&fixture);
}

static void play_time_is_confirmed_then_measured(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture_start(&fixture);
    fixture_run(&fixture, 2 * S);
    /* the start, the device's confirmation, the first measurement of its clock */
    assert_int_equal(fixture.producer.restarts, 3);
    assert_true(fixture.producer.last.play_known);
    assert_true(fabs(fixture.producer.last.play_pps / fixture.producer.last.true_pps - 1) <
                1e-4);
    fixture_finish(&fixture);
}

/* It reports nothing; by our own count it must have run dry while the engine slept. */
static void a_silent_device_that_must_be_dry_begins_a_new_time_line(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture.dac.caps.reports_level = false;
    fixture_start(&fixture);
    fixture_run(&fixture, 500 * MS);
    uint64_t restarts = fixture.producer.restarts;
    assert_true(fixture.producer.last.play_known);
    fixture_run(&fixture, 500 * MS);
    assert_int_equal(fixture.producer.restarts, restarts);
    fixture.now_ns += 400 * MS;
    fixture_run(&fixture, 100 * MS);
    assert_true(fixture.producer.restarts > restarts);
    fixture_finish(&fixture);
}

static void level_holds_at_target(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    set_up(&fixture, row);
    fixture_start_lit(&fixture);
    double target = (double)row->target_ns / 1e9 * row->pps;
    for (int k = 0; k < 300; k++) {
        fixture_run(&fixture, 3 * MS);
        assert_true((double)fixture.dac.queued <= target + 1);
        assert_true((double)fixture.dac.queued >= target - 0.006 * row->pps - 1);
    }
    fixture_finish(&fixture);
}

static void min_is_asked_in_need_only(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    set_up(&fixture, row);
    fixture_start_lit(&fixture);
    assert_int_equal(fixture.producer.last.min_points, 0);
    fixture.producer.mode = PRODUCE_STARVED;
    fixture_run(&fixture, row->target_ns);
    double low = (double)fixture.producer.last.buffered_points;
    double least = (double)row->min_ns / 1e9 * row->pps;
    assert_true(fixture.producer.last.min_points > 0);
    assert_true(fixture.producer.last.min_points >= (uint32_t)ceil(least - low) - 1);
    assert_true(fixture.producer.last.min_points <= (uint32_t)ceil(least) + 1);
    fixture_finish(&fixture);
}

/* ---- results of the fill ------------------------------------------------------------- */

static void overlong_fill_is_clamped(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    set_up(&fixture, row);
    fixture.producer.mode = PRODUCE_LONG;
    fixture.producer.amount = row->amount;
    fixture_start_lit(&fixture);
    fixture_run(&fixture, 500 * MS);
    assert_nothing_lost(&fixture);
    assert_int_equal(fixture_stats(&fixture).points_from_fill, fixture.producer.made);
    fixture_finish(&fixture);
}

static void short_fill_above_min_is_kept(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    set_up(&fixture, row);
    fixture_start_lit(&fixture);
    fixture.producer.mode = PRODUCE_SHORT;
    fixture.producer.amount = row->amount;
    uint64_t from = fixture.dac.taken;
    fixture_run(&fixture, S);
    struct bj_stats stats = fixture_stats(&fixture);
    assert_int_equal(stats.underruns, 0);
    assert_int_equal(fixture.dac.dry_count, 0);
    assert_int_equal(fixture_count_lit(&fixture, from), fixture.dac.taken - from);
    fixture_finish(&fixture);
}

static void starving_is_one_underrun(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    set_up(&fixture, row);
    fixture_start_lit(&fixture);
    fixture.producer.mode = row->mode;
    fixture_run(&fixture, 500 * MS);
    assert_int_equal(fixture_stats(&fixture).underruns, 1);
    assert_int_equal(fixture.dac.dry_count, 0); /* the policy keeps it going */
    fixture.producer.mode = PRODUCE_ALL;
    fixture_run(&fixture, 100 * MS);
    fixture.producer.mode = row->mode;
    fixture_run(&fixture, 500 * MS);
    assert_int_equal(fixture_stats(&fixture).underruns, 2);
    fixture_finish(&fixture);
}

static void starving_before_the_first_fill_is_none(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture.producer.mode = PRODUCE_STARVED;
    fixture_start(&fixture);
    fixture_run(&fixture, 500 * MS);
    assert_int_equal(fixture_stats(&fixture).underruns, 0);
    assert_true(fixture.dac.playing); /* dark points flow all the same */
    assert_int_equal(fixture_count_lit(&fixture, 0), 0);
    fixture_finish(&fixture);
}

static void short_below_min_is_topped_up(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    set_up(&fixture, row);
    fixture_start_lit(&fixture);
    fixture.producer.mode = PRODUCE_SHORT;
    fixture.producer.amount = row->amount;
    uint64_t from = fixture.dac.taken;
    fixture_run(&fixture, S);
    assert_int_equal(fixture.dac.dry_count, 0);
    assert_true(fixture_stats(&fixture).underruns > 0);
    assert_true(fixture_count_lit(&fixture, from) < fixture.dac.taken - from);
    assert_true(fixture.producer.restarts > 2); /* later points are due later */
    fixture_finish(&fixture);
}

/* An empty answer while the DAC has enough writes nothing, so the light is as it was. */
static void an_empty_answer_keeps_the_light(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture_start_lit(&fixture);
    fixture.producer.mode = PRODUCE_NOTHING;
    uint32_t calls = fixture.producer.calls;
    while (fixture.producer.calls == calls) {
        fixture_run(&fixture, MS);
    }
    assert_int_equal(fixture_stats(&fixture).underruns, 0);
    assert_true(fixture_stats(&fixture).lit);
    fixture_run(&fixture, 500 * MS);
    assert_true(fixture_stats(&fixture).underruns > 0);
    assert_false(fixture_stats(&fixture).lit);
    fixture_finish(&fixture);
}

static void a_gap_restarts_dark(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture.safety.start_blank_ns = 5 * MS;
    fixture_start_lit(&fixture);
    fixture.producer.mode = PRODUCE_STARVED;
    fixture_run(&fixture, 200 * MS);
    uint64_t from = fixture.dac.taken, made = fixture.producer.made;
    fixture.producer.mode = PRODUCE_ALL;
    fixture_run(&fixture, 100 * MS);
    uint64_t dark = 0;
    while (fixture_tag(&fixture.dac.log[from + dark]) == 0) {
        dark++;
    }
    uint64_t first = fixture_tag(&fixture.dac.log[from + dark]);
    assert_int_equal(first, made + 1 + 150); /* 5 ms at 30 kpps */
    fixture_finish(&fixture);
}

/* ---- underrun policies --------------------------------------------------------------- */

/* Starves for `ns` and returns the log index where the policy's points begin. */
static uint64_t starve(struct engine_fixture *fixture, int64_t ns)
{
    uint64_t from = fixture->dac.taken;
    fixture->producer.mode = PRODUCE_STARVED;
    fixture_run(fixture, ns);
    assert_true(fixture->dac.taken > from);
    return from;
}

static void blank_rests_dark_in_place(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture_start_lit(&fixture);
    uint64_t from = starve(&fixture, 100 * MS);
    struct bj_point last = fixture.dac.log[from - 1];
    for (uint64_t n = from; n < fixture.dac.taken; n++) {
        assert_int_equal(fixture_tag(&fixture.dac.log[n]), 0);
        assert_true(fixture.dac.log[n].x == last.x && fixture.dac.log[n].y == last.y);
    }
    fixture_finish(&fixture);
}

static void park_rests_dark_where_told(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture.config.park_x = -0.25f;
    fixture.config.park_y = 0.75f;
    fixture_start_lit(&fixture);
    uint64_t from = starve(&fixture, 100 * MS);
    for (uint64_t n = from; n < fixture.dac.taken; n++) {
        assert_int_equal(fixture_tag(&fixture.dac.log[n]), 0);
        assert_true(fixture.dac.log[n].x == -0.25f && fixture.dac.log[n].y == 0.75f);
    }
    fixture_finish(&fixture);
}

static void repeat_plays_the_last_chunk(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture_start_lit(&fixture);
    uint64_t made = fixture.producer.made, chunk = fixture.producer.last.target_points;
    uint64_t from = starve(&fixture, 200 * MS);
    for (uint64_t n = from; n < from + 1400; n++) { /* 50 ms at 30 kpps less a chunk */
        uint64_t expected = made - chunk + 1 + (n - from) % chunk;
        assert_int_equal(fixture_tag(&fixture.dac.log[n]), expected);
    }
    fixture_finish(&fixture);
}

static void repeat_goes_dark_when_silent(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture_start_lit(&fixture);
    uint64_t from = starve(&fixture, 500 * MS);
    for (uint64_t n = from + 1500 + 200; n < fixture.dac.taken; n++) {
        assert_int_equal(fixture_tag(&fixture.dac.log[n]), 0);
    }
    assert_int_equal(fixture.run, BJ_RUN_GOING);
    fixture_finish(&fixture);
}

static void stop_ends_the_stream(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture_start_lit(&fixture);
    fixture.producer.mode = PRODUCE_STARVED;
    fixture_run(&fixture, S);
    assert_int_equal(fixture.run, BJ_RUN_ENDED);
    assert_int_equal(fixture_stats(&fixture).underruns, 1);
    assert_false(fixture.dac.shutter_open);
    fixture_finish(&fixture);
}

static void stop_waits_for_the_first_fill(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture.producer.mode = PRODUCE_STARVED;
    fixture_start(&fixture);
    fixture_run(&fixture, S);
    assert_int_equal(fixture.run, BJ_RUN_GOING);
    fixture_finish(&fixture);
}

/* ---- offering ------------------------------------------------------------------------ */

static void blocked_points_come_again(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    set_up(&fixture, row);
    fixture_start_lit(&fixture);
    for (int k = 0; k < 20; k++) {
        fixture.dac.write_status = BJ_WOULD_BLOCK;
        uint64_t taken = fixture.dac.taken;
        for (int step = 0; step < 5; step++) {
            fixture.now_ns += MS;
            fixture_step(&fixture);
        }
        assert_int_equal(fixture.dac.taken, taken);
        fixture.dac.write_status = BJ_OK;
        fixture_step(&fixture);
        fixture_run(&fixture, 20 * MS);
    }
    assert_nothing_lost(&fixture);
    assert_int_equal(fixture.dac.dry_count, 0);
    fixture_finish(&fixture);
}

static void blocked_points_are_not_asked_for_again(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture_start_lit(&fixture);
    fixture.dac.write_status = BJ_WOULD_BLOCK;
    fixture.now_ns += 10 * MS;
    fixture_step(&fixture);
    uint64_t made = fixture.producer.made;
    for (int step = 0; step < 10; step++) {
        fixture.now_ns += MS;
        fixture_step(&fixture);
    }
    assert_int_equal(fixture.producer.made, made);
    fixture_finish(&fixture);
}

static void chunk_tells_position_and_time(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture_start_lit(&fixture);
    fixture_run(&fixture, 100 * MS);
    struct bj_chunk chunk = fixture.dac.last_chunk;
    assert_int_equal(chunk.start + chunk.count, fixture.dac.taken);
    assert_int_equal(chunk.pps, fixture.dac.pps);
    int64_t ahead = chunk.play_ns - fixture.dac.last_write_ns;
    assert_true(ahead > 40 * MS && ahead < 50 * MS);
    fixture_finish(&fixture);
}

static void a_step_does_not_wait(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture_start_lit(&fixture);
    for (int k = 0; k < 1000; k++) { /* any number of steps at one moment changes nothing */
        fixture_step(&fixture);
    }
    uint64_t taken = fixture.dac.taken;
    fixture_step(&fixture);
    assert_int_equal(fixture.dac.taken, taken);
    assert_true(fixture.wait.deadline_ns > fixture.now_ns);
    fixture_finish(&fixture);
}

static void late_steps_are_counted(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    set_up(&fixture, row);
    fixture_start_lit(&fixture);
    uint64_t before = fixture_stats(&fixture).late_wakes;
    fixture_run(&fixture, 200 * MS);
    bool late = row->delay_ns > 2 * MS;
    assert_int_equal(fixture_stats(&fixture).late_wakes > before, late);
    fixture_finish(&fixture);
}

/* ---- ending -------------------------------------------------------------------------- */

static void drains_to_the_last_point(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    set_up(&fixture, row);
    fixture.producer.end_after = row->amount;
    fixture.config.arm = true;
    fixture_start(&fixture);
    fixture_run(&fixture, 5 * S);
    assert_int_equal(fixture.run, BJ_RUN_ENDED);
    assert_int_equal(fixture_count_lit(&fixture, 0), fixture.producer.made);
    assert_int_equal(fixture.dac.played, fixture.dac.taken);
    assert_int_equal(fixture_tag(&fixture.dac.log[fixture.dac.taken - 1]),
                     0); /* ends dark */
    assert_false(fixture.dac.shutter_open);
    assert_int_equal(fixture.dac.stops, 1);
    assert_int_equal(fixture_stats(&fixture).device_underruns, 0);
    fixture_finish(&fixture);
}

static void drain_times_out(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    set_up(&fixture, row);
    fixture.config.drain_timeout_ns = row->delay_ns;
    fixture.wake_delay_ns = 0;
    fixture_start_lit(&fixture);
    fixture.producer.mode = PRODUCE_END;
    int64_t asked = fixture.producer.calls;
    while (fixture.producer.calls == asked) {
        fixture_run(&fixture, MS / 10);
    }
    int64_t end_ns = fixture.now_ns;
    while (fixture.run == BJ_RUN_GOING) {
        fixture_run(&fixture, MS / 10);
    }
    int64_t took = fixture.now_ns - end_ns;
    assert_int_equal(fixture.run, BJ_RUN_ENDED);
    assert_true(took <= row->delay_ns + MS);
    assert_true(row->delay_ns >= 60 * MS || took >= row->delay_ns - MS);
    assert_true(row->delay_ns >= 60 * MS || fixture.dac.played < fixture.dac.taken);
    assert_false(fixture.dac.shutter_open);
    fixture_finish(&fixture);
}

static void end_before_anything_ends_at_once(void **state)
{
    struct engine_fixture fixture;
    set_up(&fixture, *state);
    fixture.producer.mode = PRODUCE_END;
    fixture_start(&fixture);
    fixture_run(&fixture, 100 * MS);
    assert_int_equal(fixture.run, BJ_RUN_ENDED);
    assert_int_equal(fixture_count_lit(&fixture, 0), 0);
    fixture_finish(&fixture);
}

static void an_hour_in_a_moment(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    set_up(&fixture, row);
    fixture_start_lit(&fixture);
    fixture_run(&fixture, 3600 * S);
    struct bj_stats stats = fixture_stats(&fixture);
    assert_int_equal(stats.underruns + stats.device_underruns + fixture.dac.dry_count, 0);
    assert_true(fixture.dac.max_queued < fixture.dac.caps.capacity_points);
    assert_true(fixture.dac.played > 3599.0 * row->pps * row->speed);
    fixture_finish(&fixture);
}

/* ---- the tables ---------------------------------------------------------------------- */

static const struct row steady[] = {
#define DEVICE(rate, size)                                                                 \
    {"holds " #rate " pps on " #size " points", .pps = rate, .capacity = size},            \
    {                                                                                      \
        "holds " #rate " pps on " #size " points, no reports",                             \
            .pps = rate, .capacity = size, .silent = true                                  \
    }
    DEVICE(1000, 300),
    DEVICE(1000, 1799),
    DEVICE(1000, 4095),
    DEVICE(30000, 300),
    DEVICE(30000, 1799),
    DEVICE(30000, 3899),
    DEVICE(30000, 4095),
    DEVICE(36100, 1799),
    DEVICE(36100, 3899),
    DEVICE(48000, 300),
    DEVICE(48000, 1799),
    DEVICE(48000, 3899),
    DEVICE(100000, 300),
    DEVICE(100000, 1799),
    DEVICE(100000, 3899),
    DEVICE(100000, 4095),
    DEVICE(44100, 1799),
    DEVICE(96000, 1799),
#undef DEVICE
    {"holds without a known capacity", .pps = 30000, .capacity = UINT32_MAX},
    {"holds without capacity or reports", .pps = 30000, .capacity = UINT32_MAX,
     .silent = true},
#define DELAY(ms, is_dry)                                                                  \
    {"wakes " #ms " ms late", .pps = 30000, .delay_ns = ms * MS, .dry = is_dry},           \
    {                                                                                      \
        "wakes " #ms " ms late, no reports", .pps = 30000, .delay_ns = ms * MS,            \
                                             .dry = is_dry, .silent = true                 \
    }
    DELAY(1, false),
    DELAY(2, false),
    DELAY(5, false),
    DELAY(10, false),
    DELAY(20, false),
    DELAY(30, false),
    DELAY(50, true),
#undef DELAY
#define LAG(ms)                                                                            \
    {"reports lag " #ms " ms", .pps = 30000, .lag_ns = ms * MS},                           \
    {                                                                                      \
        "reports lag " #ms " ms on 1799 points at 48 kpps",                                \
            .pps = 48000, .capacity = 1799, .lag_ns = ms * MS                              \
    }
    LAG(1),
    LAG(5),
    LAG(10),
    LAG(20),
#undef LAG
#define SPEED(factor)                                                                      \
    {                                                                                      \
        "device clock runs at " #factor, .pps = 30000, .speed = factor                     \
    }
    SPEED(0.995),
    SPEED(0.9995),
    SPEED(1.0005),
    SPEED(1.005),
#undef SPEED
#define TAKE(points)                                                                       \
    {                                                                                      \
        "device takes " #points " points at a time", .pps = 30000, .take = points          \
    }
    TAKE(1),
    TAKE(7),
    TAKE(199),
#undef TAKE
};

static const struct row requests[] = {
    {"request within bounds at 1 kpps", .pps = 1000},
    {"request within bounds at 30 kpps", .pps = 30000},
    {"request within bounds at 100 kpps", .pps = 100000},
    {"request within bounds on 300 points", .pps = 48000, .capacity = 300},
    {"request within bounds without reports", .pps = 30000, .silent = true},
};

static const struct row levels[] = {
    {"level holds at 20 ms", .pps = 30000, .target_ns = 20 * MS, .min_ns = 5 * MS},
    {"level holds at 40 ms", .pps = 30000, .target_ns = 40 * MS, .min_ns = 5 * MS},
    {"level holds at 50 ms", .pps = 30000, .target_ns = 50 * MS, .min_ns = 5 * MS},
    {"level holds at 15 ms, 100 kpps", .pps = 100000, .target_ns = 15 * MS,
     .min_ns = 5 * MS},
    {"level holds at 30 ms, no reports", .pps = 30000, .target_ns = 30 * MS,
     .min_ns = 5 * MS, .silent = true},
};

static const struct row needs[] = {
    {"min asked for at 5 ms", .pps = 30000, .target_ns = 50 * MS, .min_ns = 5 * MS},
    {"min asked for at 10 ms", .pps = 30000, .target_ns = 50 * MS, .min_ns = 10 * MS},
    {"min asked for at 20 ms", .pps = 30000, .target_ns = 50 * MS, .min_ns = 20 * MS},
};

static const struct row overlong[] = {
    {"one point too many is clamped", .pps = 30000, .amount = 1},
    {"a million too many are clamped", .pps = 30000, .amount = 1000000},
};

static const struct row shorts[] = {
    {"short fills above min, 100 points", .pps = 30000, .amount = 100},
    {"short fills above min, 190 points", .pps = 30000, .amount = 190},
};

static const struct row topped[] = {
    {"fills of 1 point are topped up", .pps = 30000, .amount = 1},
    {"fills of 10 points are topped up", .pps = 30000, .amount = 10},
};

static const struct row starving[] = {
    {"STARVED is one underrun, BLANK", .pps = 30000, .mode = PRODUCE_STARVED},
    {"STARVED is one underrun, PARK", .pps = 30000, .mode = PRODUCE_STARVED,
     .policy = BJ_PARK},
    {"STARVED is one underrun, REPEAT", .pps = 30000, .mode = PRODUCE_STARVED,
     .policy = BJ_REPEAT_LAST},
    {"FILLED(0) is one underrun, BLANK", .pps = 30000, .mode = PRODUCE_NOTHING},
    {"FILLED(0) is one underrun, PARK", .pps = 30000, .mode = PRODUCE_NOTHING,
     .policy = BJ_PARK},
    {"FILLED(0) is one underrun, REPEAT", .pps = 30000, .mode = PRODUCE_NOTHING,
     .policy = BJ_REPEAT_LAST},
};

static const struct row late[] = {
    {"a step on time is not late", .pps = 30000},
    {"a step 1 ms late is not counted", .pps = 30000, .delay_ns = MS},
    {"a step 3 ms late is counted", .pps = 30000, .delay_ns = 3 * MS},
    {"a step 10 ms late is counted", .pps = 30000, .delay_ns = 10 * MS},
};

static const struct row drains[] = {
    {"drains 1 point", .pps = 30000, .amount = 1},
    {"drains 100 points", .pps = 30000, .amount = 100},
    {"drains 10000 points", .pps = 30000, .amount = 10000},
    {"drains 1 point, no reports", .pps = 30000, .amount = 1, .silent = true},
    {"drains 10000 points, no reports", .pps = 30000, .amount = 10000, .silent = true},
    {"drains at 100 kpps", .pps = 100000, .amount = 20000},
    {"drains with reports 20 ms old", .pps = 30000, .amount = 5000, .lag_ns = 20 * MS},
    {"drains a slow device", .pps = 30000, .amount = 5000, .speed = 0.995},
};

static const struct row timeouts[] = {
    {"drain with no time at all", .pps = 30000, .delay_ns = 0},
    {"drain given 10 ms", .pps = 30000, .delay_ns = 10 * MS},
    {"drain given 20 ms, no reports", .pps = 30000, .delay_ns = 20 * MS, .silent = true},
    {"drain given 200 ms", .pps = 30000, .delay_ns = 200 * MS},
};

static const struct row hours[] = {
    {"an hour, device 500 ppm fast", .pps = 30000, .speed = 1.0005, .capacity = 1799},
    {"an hour, device 500 ppm slow", .pps = 30000, .speed = 0.9995, .capacity = 1799},
};

static const struct row plain = {"", .pps = 30000};
static const struct row parking = {"", .pps = 30000, .policy = BJ_PARK};
static const struct row repeating = {"", .pps = 30000, .policy = BJ_REPEAT_LAST};
static const struct row stopping = {"", .pps = 30000, .policy = BJ_STOP};

struct single {
    const char *name;
    CMUnitTestFunction run;
    const struct row *row;
};

static const struct single singles[] = {
    {"the first request starts at zero", first_request_starts_at_zero, &plain},
    {"start counts every point", start_counts_every_point, &plain},
    {"an unknown level is said so", unknown_level_is_said_so, &plain},
    {"a known level is handed on", known_level_is_handed_on, &plain},
    {"restarted is told until filled", restarted_is_told_until_filled, &plain},
    {"the play time is confirmed, then measured", play_time_is_confirmed_then_measured,
     &plain},
    {"a silent device that must be dry begins a new time line",
     a_silent_device_that_must_be_dry_begins_a_new_time_line, &plain},
    {"starving before the first fill is no underrun",
     starving_before_the_first_fill_is_none, &plain},
    {"a gap restarts dark", a_gap_restarts_dark, &plain},
    {"an empty answer keeps the light", an_empty_answer_keeps_the_light, &plain},
    {"BLANK rests dark in place", blank_rests_dark_in_place, &plain},
    {"PARK rests dark where told", park_rests_dark_where_told, &parking},
    {"REPEAT_LAST plays the last chunk", repeat_plays_the_last_chunk, &repeating},
    {"REPEAT_LAST goes dark when silent", repeat_goes_dark_when_silent, &repeating},
    {"STOP ends the stream", stop_ends_the_stream, &stopping},
    {"STOP waits for the first fill", stop_waits_for_the_first_fill, &stopping},
    {"blocked points come again", blocked_points_come_again, &plain},
    {"blocked points are not asked for again", blocked_points_are_not_asked_for_again,
     &plain},
    {"a chunk tells position and time", chunk_tells_position_and_time, &plain},
    {"a step does not wait", a_step_does_not_wait, &plain},
    {"END before anything ends at once", end_before_anything_ends_at_once, &plain},
};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static const struct {
    const struct row *rows;
    size_t count;
    CMUnitTestFunction run;
} groups[] = {
    {steady, LENGTH(steady), streams_steadily},
    {requests, LENGTH(requests), request_is_within_bounds},
    {levels, LENGTH(levels), level_holds_at_target},
    {needs, LENGTH(needs), min_is_asked_in_need_only},
    {overlong, LENGTH(overlong), overlong_fill_is_clamped},
    {shorts, LENGTH(shorts), short_fill_above_min_is_kept},
    {topped, LENGTH(topped), short_below_min_is_topped_up},
    {starving, LENGTH(starving), starving_is_one_underrun},
    {late, LENGTH(late), late_steps_are_counted},
    {drains, LENGTH(drains), drains_to_the_last_point},
    {timeouts, LENGTH(timeouts), drain_times_out},
    {hours, LENGTH(hours), an_hour_in_a_moment},
};

static void add(struct CMUnitTest *test, const char *name, CMUnitTestFunction run,
                const struct row *row)
{
    *test = (struct CMUnitTest){.name = name, .test_func = run};
    memcpy(&test->initial_state, &row, sizeof row);
}

int main(void)
{
    struct CMUnitTest tests[256];
    size_t count = 0;
    for (size_t g = 0; g < LENGTH(groups); g++) {
        for (size_t k = 0; k < groups[g].count; k++) {
            add(&tests[count++], groups[g].rows[k].name, groups[g].run, &groups[g].rows[k]);
        }
    }
    for (size_t k = 0; k < LENGTH(singles); k++) {
        add(&tests[count++], singles[k].name, singles[k].run, singles[k].row);
    }
    return _cmocka_run_group_tests("engine", tests, count, NULL, NULL);
}
