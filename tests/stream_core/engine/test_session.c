/* SPDX-License-Identifier: MIT
 *
 * Connecting, losing, coming back and leaving: every way out ends dark and shut.
 */
#include "../../support/light_codes.h"
#include "engine_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define S BJ_NS_PER_S

static uint64_t lit_since(const struct engine_world *world, uint64_t from)
{
    uint64_t lit = 0;
    for (uint64_t n = from; n < world->dac.taken; n++) {
        lit += world_tag(&world->dac.log[n]) > 0;
    }
    return lit;
}

/* ---- ways out, from every state -------------------------------------------------------------- */

enum from {
    FROM_CONNECTING,
    FROM_DARK,
    FROM_LIT,
    FROM_FAULT,
    FROM_RECONNECTING,
    FROM_DRAINING
};
enum way { BY_STOP, BY_END, BY_FINAL_ERROR, BY_LOSS, BY_DESTROY, BY_STARVING };

struct exit_case {
    const char *name;
    enum from from;
    enum way way;
    enum bj_run result;
};

static void reach(struct engine_world *world, enum from from)
{
    if (from == FROM_CONNECTING) {
        world->dac.connect_delay_ns = 10 * S;
        world->config.arm = true;
        world_start(world);
        world_step(world);
    } else if (from == FROM_DARK) {
        world_start(world);
        world_run(world, 200 * MS);
    } else {
        world_start_lit(world);
    }
    if (from == FROM_FAULT) {
        world->dac.fault = true;
        world_run(world, 100 * MS);
    } else if (from == FROM_RECONNECTING) {
        world->dac.service_status = BJ_DISCONNECTED;
        world->dac.connect_status = BJ_REFUSED;
        world_run(world, 100 * MS);
        assert_int_equal(world_stats(world).state, BJ_STREAM_RECONNECTING);
    } else if (from == FROM_DRAINING) {
        world->producer.mode = PRODUCE_END;
        world_run(world, 10 * MS);
        assert_int_equal(world_stats(world).state, BJ_STREAM_DRAINING);
    }
}

static void leave(struct engine_world *world, enum way way)
{
    switch (way) {
    case BY_STOP:
        bj_stream_stop(world->stream);
        break;
    case BY_END:
        world->producer.mode = PRODUCE_END;
        break;
    case BY_FINAL_ERROR:
        world->dac.service_status = BJ_UNSUPPORTED;
        world->dac.connect_status = BJ_UNSUPPORTED;
        break;
    case BY_LOSS:
        world->dac.service_status = BJ_DISCONNECTED;
        world->dac.connect_status = BJ_REFUSED;
        break;
    case BY_STARVING:
        world->producer.mode = PRODUCE_STARVED;
        break;
    case BY_DESTROY:
        break;
    }
}

static void leaves_dark_and_shut(void **state)
{
    const struct exit_case *row = *state;
    struct engine_world world;
    world_init(&world);
    world.config.reconnect = row->from == FROM_RECONNECTING || row->way != BY_LOSS;
    world.config.underrun = row->way == BY_STARVING ? BJ_STOP : BJ_BLANK;
    reach(&world, row->from);
    leave(&world, row->way);
    if (row->way != BY_DESTROY) {
        world_step(&world);
        world_run(&world, 3 * S);
        assert_int_equal(world.run, row->result);
        struct bj_wait wait;
        assert_int_equal(bj_stream_step(world.stream, world.now_ns + S, &wait),
                         row->result);
        assert_int_equal(world_stats(&world).state, BJ_STREAM_DONE);
        assert_false(world_stats(&world).armed);
    }
    uint64_t taken = world.dac.taken;
    bj_stream_destroy(world.stream);
    world.stream = NULL;
    assert_false(world.dac.shutter_open);
    assert_false(world.dac.connected);
    assert_false(world.dac.playing);
    assert_int_equal(world.dac.lit_while_shut, 0);
    assert_int_equal(world.dac.finishes, 1);
    assert_true(world.dac.disconnects >= 1);
    assert_int_equal(world.dac.taken, taken);
    world_finish(&world);
}

static const struct exit_case exits[] = {
    {"stop while connecting", FROM_CONNECTING, BY_STOP, BJ_RUN_STOPPED},
    {"stop while dark", FROM_DARK, BY_STOP, BJ_RUN_STOPPED},
    {"stop while lit", FROM_LIT, BY_STOP, BJ_RUN_STOPPED},
    {"stop in a fault", FROM_FAULT, BY_STOP, BJ_RUN_STOPPED},
    {"stop while reconnecting", FROM_RECONNECTING, BY_STOP, BJ_RUN_STOPPED},
    {"stop while draining", FROM_DRAINING, BY_STOP, BJ_RUN_STOPPED},
    {"end while dark", FROM_DARK, BY_END, BJ_RUN_ENDED},
    {"end while lit", FROM_LIT, BY_END, BJ_RUN_ENDED},
    {"STOP policy while dark", FROM_DARK, BY_STARVING, BJ_RUN_ENDED},
    {"STOP policy while lit", FROM_LIT, BY_STARVING, BJ_RUN_ENDED},
    {"final error while connecting", FROM_CONNECTING, BY_FINAL_ERROR, BJ_RUN_DISCONNECTED},
    {"final error while dark", FROM_DARK, BY_FINAL_ERROR, BJ_RUN_DISCONNECTED},
    {"final error while lit", FROM_LIT, BY_FINAL_ERROR, BJ_RUN_DISCONNECTED},
    {"final error in a fault", FROM_FAULT, BY_FINAL_ERROR, BJ_RUN_DISCONNECTED},
    {"final error while reconnecting", FROM_RECONNECTING, BY_FINAL_ERROR,
     BJ_RUN_DISCONNECTED},
    {"final error while draining", FROM_DRAINING, BY_FINAL_ERROR, BJ_RUN_DISCONNECTED},
    {"loss without reconnect, connecting", FROM_CONNECTING, BY_LOSS, BJ_RUN_DISCONNECTED},
    {"loss without reconnect, dark", FROM_DARK, BY_LOSS, BJ_RUN_DISCONNECTED},
    {"loss without reconnect, lit", FROM_LIT, BY_LOSS, BJ_RUN_DISCONNECTED},
    {"loss without reconnect, fault", FROM_FAULT, BY_LOSS, BJ_RUN_DISCONNECTED},
    {"loss without reconnect, draining", FROM_DRAINING, BY_LOSS, BJ_RUN_DISCONNECTED},
    {"destroy while connecting", FROM_CONNECTING, BY_DESTROY, BJ_RUN_GOING},
    {"destroy while dark", FROM_DARK, BY_DESTROY, BJ_RUN_GOING},
    {"destroy while lit", FROM_LIT, BY_DESTROY, BJ_RUN_GOING},
    {"destroy in a fault", FROM_FAULT, BY_DESTROY, BJ_RUN_GOING},
    {"destroy while reconnecting", FROM_RECONNECTING, BY_DESTROY, BJ_RUN_GOING},
    {"destroy while draining", FROM_DRAINING, BY_DESTROY, BJ_RUN_GOING},
};

static void stop_is_confirmed_or_timed_out(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.dac.confirms_stop = false;
    world_start_lit(&world);
    int64_t asked_ns = world.now_ns;
    bj_stream_stop(world.stream);
    world_step(&world);
    assert_int_equal(world.dac.stops, 1);
    assert_false(world.dac.shutter_open);
    assert_int_equal(world.run, BJ_RUN_GOING);
    while (world.run == BJ_RUN_GOING) {
        world_run(&world, MS);
    }
    assert_true(world.now_ns - asked_ns >= 500 * MS);
    assert_true(world.now_ns - asked_ns <= 502 * MS);
    world_finish(&world);
}

static void error_while_closing_still_ends(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.dac.confirms_stop = false;
    world_start_lit(&world);
    bj_stream_stop(world.stream);
    world_step(&world);
    world.dac.service_status = BJ_DISCONNECTED;
    world_step(&world);
    assert_int_equal(world.run, BJ_RUN_STOPPED);
    assert_int_equal(world.finals, 0);
    world_finish(&world);
}

/* ---- losing and coming back -------------------------------------------------------------------- */

static void lose(struct engine_world *world, enum bj_status status)
{
    world->dac.service_status = status;
    world_step(world);
    world->dac.service_status = BJ_OK;
}

static void comes_back_disarmed(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    lose(&world, BJ_DISCONNECTED);
    uint64_t from = world.dac.taken;
    world_run(&world, 2 * S);
    struct bj_stats stats = world_stats(&world);
    assert_int_equal(stats.state, BJ_STREAM_STREAMING);
    assert_int_equal(stats.reconnects, 1);
    assert_false(stats.armed);
    assert_true(world.dac.playing);
    assert_int_equal(lit_since(&world, from), 0);
    bj_stream_arm(world.stream);
    world_run(&world, 200 * MS);
    assert_true(lit_since(&world, from) > 0);
    world_finish(&world);
}

static void comes_back_armed_if_asked(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.config.rearm = true;
    world_start_lit(&world);
    lose(&world, BJ_DISCONNECTED);
    world_run(&world, 2 * S);
    assert_true(world_stats(&world).armed);
    assert_true(world_stats(&world).lit);
    assert_int_equal(world.dac.lit_while_shut, 0);
    world_finish(&world);
}

static void disarm_while_away_beats_rearm(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.config.rearm = true;
    world_start_lit(&world);
    lose(&world, BJ_DISCONNECTED);
    bj_stream_disarm(world.stream);
    uint64_t from = world.dac.taken;
    world_run(&world, 2 * S);
    assert_int_equal(lit_since(&world, from), 0);
    world_finish(&world);
}

static void a_fault_beats_rearm(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.config.rearm = true;
    world.dac.fault_clears = false;
    world_start_lit(&world);
    world.dac.fault = true;
    world_run(&world, 50 * MS);
    lose(&world, BJ_DISCONNECTED);
    world.dac.fault = false;
    uint64_t from = world.dac.taken;
    world_run(&world, 2 * S);
    assert_int_equal(lit_since(&world, from), 0);
    world_finish(&world);
}

static void every_recoverable_error_comes_back(void **state)
{
    (void)state;
    const enum bj_status errors[] = {BJ_DISCONNECTED, BJ_TIMED_OUT, BJ_PROTOCOL, BJ_REFUSED,
                                     BJ_BUSY,         BJ_IO_ERROR,  BJ_NOT_FOUND};
    for (size_t k = 0; k < sizeof errors / sizeof *errors; k++) {
        struct engine_world world;
        world_init(&world);
        world_start_lit(&world);
        lose(&world, errors[k]);
        world_run(&world, 3 * S);
        assert_int_equal(world_stats(&world).state, BJ_STREAM_STREAMING);
        assert_int_equal(world.last_error, errors[k]);
        assert_int_equal(world.finals, 0);
        world_finish(&world);
    }
}

static void final_errors_give_up(void **state)
{
    (void)state;
    const enum bj_status errors[] = {BJ_UNSUPPORTED, BJ_NO_PERMISSION, BJ_BAD_ARGUMENT};
    for (size_t k = 0; k < sizeof errors / sizeof *errors; k++) {
        struct engine_world world;
        world_init(&world);
        world_start_lit(&world);
        lose(&world, errors[k]);
        assert_int_equal(world.run, BJ_RUN_DISCONNECTED);
        assert_int_equal(world.finals, 1);
        world_finish(&world);
    }
}

/* Nothing else wakes the engine then: the step itself says when to try again. */
static void a_failed_write_is_tried_again_in_time(void **state)
{
    (void)state;
    struct engine_world world;
    struct bj_wait wait;
    world_init(&world);
    world_start_lit(&world);
    world.dac.write_status = BJ_IO_ERROR;
    int64_t deadline_ns = 0;
    for (int k = 0; k < 100 && world_stats(&world).state == BJ_STREAM_STREAMING; k++) {
        world.now_ns += MS;
        bj_stream_step(world.stream, world.now_ns, &wait);
        deadline_ns = wait.deadline_ns;
    }
    assert_int_equal(world_stats(&world).state, BJ_STREAM_RECONNECTING);
    assert_true(deadline_ns <= world.now_ns + S);
    assert_int_equal(wait.count, 0);
    world_finish(&world);
}

static void a_failing_write_is_a_loss(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.dac.write_status = BJ_IO_ERROR;
    world_run(&world, 20 * MS);
    assert_int_equal(world_stats(&world).state, BJ_STREAM_RECONNECTING);
    world.dac.write_status = BJ_OK;
    uint64_t from = world.dac.taken;
    world_run(&world, 2 * S);
    assert_int_equal(world_stats(&world).state, BJ_STREAM_STREAMING);
    assert_int_equal(lit_since(&world, from), 0);
    world_finish(&world);
}

static void backs_off_and_never_gives_up(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.dac.connect_status = BJ_REFUSED;
    lose(&world, BJ_DISCONNECTED);
    world_run(&world, 10 * S);
    assert_in_range(world.dac.connects, 11, 15); /* 0.1 0.2 0.4 0.8 1 1 1 ... */
    world.dac.connect_status = BJ_OK;
    world_run(&world, 2 * S);
    assert_int_equal(world_stats(&world).state, BJ_STREAM_STREAMING);
    world_finish(&world);
}

/* Also one that was never there, and one that greets and goes, again and again. */
static void attempts_are_bounded(void **state)
{
    (void)state;
    const int64_t lives_ms[] = {-1, 0, 1, 50, 500, 900, 1100};
    for (size_t k = 0; k < sizeof lives_ms / sizeof *lives_ms; k++) {
        struct engine_world world;
        world_init(&world);
        world.dac.connect_delay_ns = lives_ms[k] > 0 ? 0 : 3600 * S;
        world.dac.connect_status = lives_ms[k] < 0 ? BJ_REFUSED : BJ_OK;
        world_start(&world);
        for (int64_t end_ns = world.now_ns + 60 * S; world.now_ns < end_ns;) {
            world_run(&world, lives_ms[k] > 0 ? lives_ms[k] * MS : 10 * MS);
            if (lives_ms[k] >= 0 && world.dac.connected) {
                lose(&world, BJ_DISCONNECTED);
            }
        }
        assert_in_range(world.dac.connects, 20, 70);
        world_finish(&world);
    }
}

/* A device that answers 0 to whatever it has thrown away. */
static void what_a_stop_threw_away_is_counted(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.dac.tells_nothing_lost = true;
    world_start_lit(&world);
    uint64_t unplayed = world.dac.taken - world.dac.played;
    bj_stream_disarm(world.stream);
    world_step(&world);
    assert_in_range(world_stats(&world).flushed_points, unplayed - 2, unplayed + 2);
    world_finish(&world);
}

static void stability_resets_the_back_off(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.dac.connect_status = BJ_REFUSED;
    lose(&world, BJ_DISCONNECTED);
    world_run(&world, 5 * S);
    world.dac.connect_status = BJ_OK;
    world_run(&world, 5 * S);
    lose(&world, BJ_DISCONNECTED);
    world_run(&world, 150 * MS);
    assert_int_equal(world_stats(&world).state, BJ_STREAM_STREAMING);
    world_finish(&world);
}

static void a_problem_is_told_once(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.dac.connect_status = BJ_REFUSED;
    lose(&world, BJ_DISCONNECTED);
    uint32_t errors = world.errors;
    world_run(&world, 10 * S);
    assert_int_equal(world.errors, errors + 1); /* refused; not once for each try */
    assert_non_null(strstr(world.last_text, "Fake DAC"));
    assert_non_null(strstr(world.last_text, "refused"));
    world_finish(&world);
}

static void the_drivers_words_come_first(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.dac.notice = "Fake DAC: the lamp is out; put in a new one";
    world.dac.service_status = BJ_UNSUPPORTED;
    world_step(&world);
    assert_int_equal(world.finals, 1);
    assert_string_equal(world.last_text, "Fake DAC: the lamp is out; put in a new one");
    world_finish(&world);
}

static void a_loss_counts_what_was_pending_and_queued(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.dac.write_status = BJ_WOULD_BLOCK;
    world.now_ns += 10 * MS;
    world_step(&world);
    uint64_t unplaced = world.producer.made - world.dac.taken;
    assert_true(unplaced > 0);
    lose(&world, BJ_DISCONNECTED);
    uint64_t unplayed = world.dac.taken - world.dac.played;
    assert_in_range(world_stats(&world).flushed_points, unplaced + unplayed - 2,
                    unplaced + unplayed + 2);
    world_finish(&world);
}

static void the_producer_is_told_time_goes_on(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world_start_lit(&world);
    world.dac.connect_status = BJ_REFUSED;
    lose(&world, BJ_DISCONNECTED);
    world_run(&world, S);
    assert_true(world.producer.idle_calls > 0);
    assert_int_equal(world.producer.last.target_points, 0);
    world_finish(&world);
}

/* ---- a driver that breaks its contract ------------------------------------------------------ */

static const char *const breach_words[FAKE_BREACHES] = {
    [FAKE_TAKES_NOTHING] = "answers OK and takes nothing",
    [FAKE_TAKES_MORE] = "takes more points than it was offered",
    [FAKE_WAITS_TOO_MUCH] = "more handles than there is room for",
    [FAKE_STATE_UNKNOWN] = "state does not exist",
    [FAKE_REPORTS_FUTURE] = "level from the future",
    [FAKE_REPORTS_BACKWARDS] = "level from the future",
    [FAKE_REPORTS_NO_STEP] = "level without its step",
    [FAKE_CHUNKS_GROW] = "largest chunk changed",
};

/* Neither a hang nor a corrupted step: lost with a text that names it, and back when it
 * behaves again. */
static void a_broken_promise_is_a_loss(void **state)
{
    (void)state;
    for (int breach = 1; breach < FAKE_BREACHES; breach++) {
        struct engine_world world;
        world_init(&world);
        world.dac.breach = (enum fake_breach)breach;
        world_start(&world);
        world_run(&world, 50 * MS);
        assert_int_equal(world.last_error, BJ_PROTOCOL);
        assert_non_null(strstr(world.last_text, breach_words[breach]));
        assert_non_null(strstr(world.last_text, "driver 'fake'"));
        assert_int_equal(world.errors, 1);
        assert_true(world.steps < 20);
        world_run(&world, 3 * S);
        assert_true(world.errors < 8); /* it backs off */
        assert_int_equal(world.run, BJ_RUN_GOING);
        world.dac.breach = FAKE_KEEPS_PROMISES;
        world_run(&world, 3 * S);
        bool forgivable = breach != FAKE_CHUNKS_GROW;
        assert_int_equal(world_stats(&world).state,
                         forgivable ? BJ_STREAM_STREAMING : BJ_STREAM_CONNECTING);
        world_finish(&world);
    }
}

static void a_broken_promise_while_lit_ends_dark(void **state)
{
    (void)state;
    for (int breach = 1; breach < FAKE_CHUNKS_GROW; breach++) {
        struct engine_world world;
        world_init(&world);
        world_start_lit(&world);
        world.dac.breach = (enum fake_breach)breach;
        world_run(&world, 100 * MS);
        assert_true(world.dac.disconnects > 0);
        assert_false(world_stats(&world).armed);
        world.dac.breach = FAKE_KEEPS_PROMISES;
        uint64_t from = world.dac.taken;
        world_run(&world, 3 * S);
        assert_true(world.dac.taken > from);
        assert_int_equal(lit_since(&world, from), 0);
        world_finish(&world);
    }
}

/* ---- gaps -------------------------------------------------------------------------------------- */

static void empty_the_queue(struct engine_world *world)
{
    world->dac.queued = 0;
    world->dac.playing = false;
    world->dac.base->events->emptied(world->dac.base->engine, 10, false);
}

static void run_dry(struct engine_world *world)
{
    world->now_ns += 100 * MS;
}

/* A device that says nothing; by our own count it has run dry. */
static void run_dry_by_count(struct engine_world *world)
{
    world->dac.speed = 0.1;
    world->dac.segment_ns = world->now_ns;
    world->dac.segment_played = 0;
    world->now_ns += 60 * MS;
}

static void every_gap_begins_with_the_start_blank(void **state)
{
    (void)state;
    const struct {
        void (*make)(struct engine_world *world);
        bool silent;
    } gaps[] = {{empty_the_queue, false}, {run_dry, false}, {run_dry_by_count, true}};
    for (size_t k = 0; k < sizeof gaps / sizeof *gaps; k++) {
        struct engine_world world;
        world_init(&world);
        world.dac.caps.reports_level = !gaps[k].silent;
        world.safety.start_blank_ns = 5 * MS;
        world_start_lit(&world);
        gaps[k].make(&world);
        uint64_t from = world.dac.taken, dark = from;
        world_step(&world);
        world_run(&world, 50 * MS);
        while (dark < world.dac.taken && world_tag(&world.dac.log[dark]) == 0) {
            dark++;
        }
        assert_int_equal(dark - from, 150);
        assert_true(dark < world.dac.taken);
        assert_true(world_stats(&world).armed);
        world_finish(&world);
    }
}

/* ---- the rate that a DAC turns out to have --------------------------------------------------- */

static struct bj_fill_result fill_resting(void *user, const struct bj_fill_request *request,
                                          struct bj_point *points)
{
    (void)user;
    for (uint32_t k = 0; k < request->target_points; k++) {
        points[k] = (struct bj_point){.r = light_of(2), .g = light_of(1), .i = 1};
    }
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

struct rate_case {
    uint32_t asked;
    double offered;
};

static const struct rate_case rate_cases[] = {
    {96000, 44100}, {22050, 96000}, {48000, 47000}, {1000, 100000}, {100000, 60000}};
#define RATE_CASES (sizeof rate_cases / sizeof *rate_cases)

static void start_at(struct engine_world *world, const struct rate_case *rate)
{
    world_init(world);
    world->dac.caps.capacity_points = 20000;
    world->dac.offers_pps = rate->offered;
    world->config.pps = rate->asked;
}

static double ms_of(const struct rate_case *rate, uint64_t points)
{
    return (double)points / rate->offered * 1e3;
}

/* The start blank is 0 here. */
static void a_rest_holds_at_the_rate_the_dac_turns_out_to_have(void **state)
{
    (void)state;
    for (size_t k = 0; k < RATE_CASES; k++) {
        const struct rate_case *rate = &rate_cases[k];
        struct engine_world world;
        start_at(&world, rate);
        world.config.fill = fill_resting;
        world_start(&world);
        world_run(&world, 300 * MS);
        bj_stream_arm(world.stream);
        uint64_t from = world.dac.taken;
        world_step(&world);
        world_run(&world, 500 * MS);
        double rested_ms = ms_of(rate, lit_since(&world, from));
        assert_true(rested_ms > 9 && rested_ms <= 10.0 + ms_of(rate, 1));
        assert_true(world_stats(&world).true_pps == rate->offered);
        world_finish(&world);
    }
}

static double dark_ms_before_light(struct engine_world *world, const struct rate_case *rate,
                                   uint64_t from)
{
    world_step(world);
    world_run(world, 500 * MS);
    uint64_t dark = from;
    while (dark < world->dac.taken && world_tag(&world->dac.log[dark]) == 0) {
        dark++;
    }
    assert_true(dark < world->dac.taken);
    return ms_of(rate, dark - from);
}

static void blank_and_settle_hold_at_that_rate(void **state)
{
    (void)state;
    for (size_t k = 0; k < RATE_CASES; k++) {
        const struct rate_case *rate = &rate_cases[k];
        struct engine_world world;
        start_at(&world, rate);
        world.safety.start_blank_ns = 20 * MS;
        world.safety.settle_ns = 40 * MS;
        world.safety.dwell_ns = 0;
        world.config.arm = true; /* the start blank begins before the rate is known */
        world_start(&world);
        double dark_ms = dark_ms_before_light(&world, rate, 0);
        assert_true(dark_ms >= 20 && dark_ms <= 20 + ms_of(rate, 2));
        uint64_t from = world.dac.taken;
        bj_stream_connections(world.stream, true, 10 * MS);
        dark_ms = dark_ms_before_light(&world, rate, from);
        assert_true(dark_ms >= 50 && dark_ms <= 50 + ms_of(rate, 2));
        world_finish(&world);
    }
}

/* What is dark already goes on for as long as it was to. */
static void times_hold_across_a_change_of_the_rate(void **state)
{
    (void)state;
    const double later[] = {44100, 96000};
    for (int k = 0; k < 2; k++) {
        struct rate_case rate = {60000, 60000}, then = {60000, later[k]};
        struct engine_world world;
        start_at(&world, &rate);
        world.safety.start_blank_ns = 200 * MS;
        world_start(&world);
        world_run(&world, 300 * MS);
        bj_stream_arm(world.stream);
        uint64_t from = world.dac.taken;
        world_step(&world);
        world_run(&world, 100 * MS);
        double before_ms = ms_of(&rate, world.dac.taken - from);
        world.dac.offers_pps = later[k];
        world.dac.segment_ns = world.now_ns;
        world.dac.segment_played = 0;
        double after_ms = dark_ms_before_light(&world, &then, world.dac.taken);
        assert_true(before_ms + after_ms >= 200 && before_ms + after_ms < 201);
        assert_true(ms_of(&then, world.dac.queued) <= 50.1); /* the target is a time, too */
        world_finish(&world);
    }
}

static struct bj_fill_result fill_slowly(void *user, const struct bj_fill_request *request,
                                         struct bj_point *points)
{
    struct bj_fill_result result = fill_resting(user, request, points);
    result.wanted_pps = 0.97 * request->pps;
    return result;
}

/* Steered to a lower rate, a point takes longer, too. */
static void a_rest_holds_at_the_rate_that_is_steered(void **state)
{
    (void)state;
    struct engine_world world;
    world_init(&world);
    world.dac.caps.follows_pps = true;
    world.config.fill = fill_slowly;
    world_start(&world);
    world_run(&world, 300 * MS);
    bj_stream_arm(world.stream);
    uint64_t from = world.dac.taken;
    world_step(&world);
    world_run(&world, 500 * MS);
    assert_true(world.dac.last_chunk.pps < 29200);
    assert_true(lit_since(&world, from) <= 292 && lit_since(&world, from) > 280);
    world_finish(&world);
}

static void the_target_is_one_at_that_rate(void **state)
{
    (void)state;
    for (size_t k = 0; k < RATE_CASES; k++) {
        const struct rate_case *rate = &rate_cases[k];
        struct engine_world world;
        start_at(&world, rate);
        world_start(&world);
        world_run(&world, 500 * MS);
        double queued_ms = ms_of(rate, world.dac.queued);
        assert_true(queued_ms >= 40 && queued_ms <= 50 + ms_of(rate, 2));
        world_finish(&world);
    }
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_broken_promise_is_a_loss),
        cmocka_unit_test(a_broken_promise_while_lit_ends_dark),
        cmocka_unit_test(stop_is_confirmed_or_timed_out),
        cmocka_unit_test(error_while_closing_still_ends),
        cmocka_unit_test(a_failed_write_is_tried_again_in_time),
        cmocka_unit_test(comes_back_disarmed),
        cmocka_unit_test(comes_back_armed_if_asked),
        cmocka_unit_test(disarm_while_away_beats_rearm),
        cmocka_unit_test(a_fault_beats_rearm),
        cmocka_unit_test(every_recoverable_error_comes_back),
        cmocka_unit_test(final_errors_give_up),
        cmocka_unit_test(a_failing_write_is_a_loss),
        cmocka_unit_test(backs_off_and_never_gives_up),
        cmocka_unit_test(attempts_are_bounded),
        cmocka_unit_test(what_a_stop_threw_away_is_counted),
        cmocka_unit_test(stability_resets_the_back_off),
        cmocka_unit_test(a_problem_is_told_once),
        cmocka_unit_test(the_drivers_words_come_first),
        cmocka_unit_test(a_loss_counts_what_was_pending_and_queued),
        cmocka_unit_test(the_producer_is_told_time_goes_on),
        cmocka_unit_test(every_gap_begins_with_the_start_blank),
        cmocka_unit_test(a_rest_holds_at_the_rate_the_dac_turns_out_to_have),
        cmocka_unit_test(blank_and_settle_hold_at_that_rate),
        cmocka_unit_test(times_hold_across_a_change_of_the_rate),
        cmocka_unit_test(a_rest_holds_at_the_rate_that_is_steered),
        cmocka_unit_test(the_target_is_one_at_that_rate),
    };
    enum { EXITS = sizeof exits / sizeof *exits, OTHERS = sizeof others / sizeof *others };
    struct CMUnitTest tests[EXITS + OTHERS];
    for (size_t k = 0; k < EXITS; k++) {
        const struct exit_case *row = &exits[k];
        tests[k] =
            (struct CMUnitTest){.name = row->name, .test_func = leaves_dark_and_shut};
        memcpy(&tests[k].initial_state, &row, sizeof row);
    }
    memcpy(tests + EXITS, others, sizeof others);
    return _cmocka_run_group_tests("session", tests, EXITS + OTHERS, NULL, NULL);
}
