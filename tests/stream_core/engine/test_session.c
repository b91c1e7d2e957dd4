/* SPDX-License-Identifier: MIT
 *
 * Connecting, losing, coming back and leaving: every way out ends dark and shut.
 */
#include "../../support/light_codes.h"
#include "engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define S BJ_NS_PER_S

static uint64_t lit_since(const struct engine_fixture *fixture, uint64_t from)
{
    uint64_t lit = 0;
    for (uint64_t n = from; n < fixture->dac.taken; n++) {
        lit += fixture_tag(&fixture->dac.log[n]) > 0;
    }
    return lit;
}

/* ---- ways out, from every state ------------------------------------------------------ */

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

static void reach(struct engine_fixture *fixture, enum from from)
{
    if (from == FROM_CONNECTING) {
        fixture->dac.connect_delay_ns = 10 * S;
        fixture->config.arm = true;
        fixture_start(fixture);
        fixture_step(fixture);
    } else if (from == FROM_DARK) {
        fixture_start(fixture);
        fixture_run(fixture, 200 * MS);
    } else {
        fixture_start_lit(fixture);
    }
    if (from == FROM_FAULT) {
        fixture->dac.fault = true;
        fixture_run(fixture, 100 * MS);
    } else if (from == FROM_RECONNECTING) {
        fixture->dac.service_status = BJ_DISCONNECTED;
        fixture->dac.connect_status = BJ_REFUSED;
        fixture_run(fixture, 100 * MS);
        assert_int_equal(fixture_stats(fixture).state, BJ_STREAM_RECONNECTING);
    } else if (from == FROM_DRAINING) {
        fixture->producer.mode = PRODUCE_END;
        fixture_run(fixture, 10 * MS);
        assert_int_equal(fixture_stats(fixture).state, BJ_STREAM_DRAINING);
    }
}

static void leave(struct engine_fixture *fixture, enum way way)
{
    switch (way) {
    case BY_STOP:
        bj_stream_stop(fixture->stream);
        break;
    case BY_END:
        fixture->producer.mode = PRODUCE_END;
        break;
    case BY_FINAL_ERROR:
        fixture->dac.service_status = BJ_UNSUPPORTED;
        fixture->dac.connect_status = BJ_UNSUPPORTED;
        break;
    case BY_LOSS:
        fixture->dac.service_status = BJ_DISCONNECTED;
        fixture->dac.connect_status = BJ_REFUSED;
        break;
    case BY_STARVING:
        fixture->producer.mode = PRODUCE_STARVED;
        break;
    case BY_DESTROY:
        break;
    }
}

static void leaves_dark_and_shut(void **state)
{
    const struct exit_case *row = *state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.config.reconnect = row->from == FROM_RECONNECTING || row->way != BY_LOSS;
    fixture.config.underrun = row->way == BY_STARVING ? BJ_STOP : BJ_BLANK;
    reach(&fixture, row->from);
    leave(&fixture, row->way);
    if (row->way != BY_DESTROY) {
        fixture_step(&fixture);
        fixture_run(&fixture, 3 * S);
        assert_int_equal(fixture.run, row->result);
        struct bj_wait wait;
        assert_int_equal(bj_stream_step(fixture.stream, fixture.now_ns + S, &wait),
                         row->result);
        assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_DONE);
        assert_false(fixture_stats(&fixture).armed);
    }
    uint64_t taken = fixture.dac.taken;
    bj_stream_destroy(fixture.stream);
    fixture.stream = NULL;
    assert_false(fixture.dac.shutter_open);
    assert_false(fixture.dac.connected);
    assert_false(fixture.dac.playing);
    assert_int_equal(fixture.dac.lit_while_shut, 0);
    assert_int_equal(fixture.dac.finishes, 1);
    assert_true(fixture.dac.disconnects >= 1);
    assert_int_equal(fixture.dac.taken, taken);
    fixture_finish(&fixture);
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
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.dac.confirms_stop = false;
    fixture_start_lit(&fixture);
    int64_t asked_ns = fixture.now_ns;
    bj_stream_stop(fixture.stream);
    fixture_step(&fixture);
    assert_int_equal(fixture.dac.stops, 1);
    assert_false(fixture.dac.shutter_open);
    assert_int_equal(fixture.run, BJ_RUN_GOING);
    while (fixture.run == BJ_RUN_GOING) {
        fixture_run(&fixture, MS);
    }
    assert_true(fixture.now_ns - asked_ns >= 500 * MS);
    assert_true(fixture.now_ns - asked_ns <= 502 * MS);
    fixture_finish(&fixture);
}

static void error_while_closing_still_ends(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.dac.confirms_stop = false;
    fixture_start_lit(&fixture);
    bj_stream_stop(fixture.stream);
    fixture_step(&fixture);
    fixture.dac.service_status = BJ_DISCONNECTED;
    fixture_step(&fixture);
    assert_int_equal(fixture.run, BJ_RUN_STOPPED);
    assert_int_equal(fixture.finals, 0);
    fixture_finish(&fixture);
}

/* ---- losing and coming back ---------------------------------------------------------- */

static void lose(struct engine_fixture *fixture, enum bj_status status)
{
    fixture->dac.service_status = status;
    fixture_step(fixture);
    fixture->dac.service_status = BJ_OK;
}

static void comes_back_disarmed(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    lose(&fixture, BJ_DISCONNECTED);
    uint64_t from = fixture.dac.taken;
    fixture_run(&fixture, 2 * S);
    struct bj_stats stats = fixture_stats(&fixture);
    assert_int_equal(stats.state, BJ_STREAM_STREAMING);
    assert_int_equal(stats.reconnects, 1);
    assert_false(stats.armed);
    assert_true(fixture.dac.playing);
    assert_int_equal(lit_since(&fixture, from), 0);
    bj_stream_arm(fixture.stream);
    fixture_run(&fixture, 200 * MS);
    assert_true(lit_since(&fixture, from) > 0);
    fixture_finish(&fixture);
}

static void comes_back_armed_if_asked(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.config.rearm = true;
    fixture_start_lit(&fixture);
    lose(&fixture, BJ_DISCONNECTED);
    fixture_run(&fixture, 2 * S);
    assert_true(fixture_stats(&fixture).armed);
    assert_true(fixture_stats(&fixture).lit);
    assert_int_equal(fixture.dac.lit_while_shut, 0);
    fixture_finish(&fixture);
}

static void disarm_while_away_beats_rearm(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.config.rearm = true;
    fixture_start_lit(&fixture);
    lose(&fixture, BJ_DISCONNECTED);
    bj_stream_disarm(fixture.stream);
    uint64_t from = fixture.dac.taken;
    fixture_run(&fixture, 2 * S);
    assert_int_equal(lit_since(&fixture, from), 0);
    fixture_finish(&fixture);
}

static void a_fault_beats_rearm(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.config.rearm = true;
    fixture.dac.fault_clears = false;
    fixture_start_lit(&fixture);
    fixture.dac.fault = true;
    fixture_run(&fixture, 50 * MS);
    lose(&fixture, BJ_DISCONNECTED);
    fixture.dac.fault = false;
    uint64_t from = fixture.dac.taken;
    fixture_run(&fixture, 2 * S);
    assert_int_equal(lit_since(&fixture, from), 0);
    fixture_finish(&fixture);
}

static void every_recoverable_error_comes_back(void **state)
{
    (void)state;
    const enum bj_status errors[] = {BJ_DISCONNECTED, BJ_TIMED_OUT, BJ_PROTOCOL, BJ_REFUSED,
                                     BJ_BUSY,         BJ_IO_ERROR,  BJ_NOT_FOUND};
    for (size_t k = 0; k < sizeof errors / sizeof *errors; k++) {
        struct engine_fixture fixture;
        fixture_init(&fixture);
        fixture_start_lit(&fixture);
        lose(&fixture, errors[k]);
        fixture_run(&fixture, 3 * S);
        assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_STREAMING);
        assert_int_equal(fixture.last_error, errors[k]);
        assert_int_equal(fixture.finals, 0);
        fixture_finish(&fixture);
    }
}

static void final_errors_give_up(void **state)
{
    (void)state;
    const enum bj_status errors[] = {BJ_UNSUPPORTED, BJ_NO_PERMISSION, BJ_BAD_ARGUMENT};
    for (size_t k = 0; k < sizeof errors / sizeof *errors; k++) {
        struct engine_fixture fixture;
        fixture_init(&fixture);
        fixture_start_lit(&fixture);
        lose(&fixture, errors[k]);
        assert_int_equal(fixture.run, BJ_RUN_DISCONNECTED);
        assert_int_equal(fixture.finals, 1);
        fixture_finish(&fixture);
    }
}

/* Nothing else wakes the engine then: the step itself says when to try again. */
static void a_failed_write_is_tried_again_in_time(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    struct bj_wait wait;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.write_status = BJ_IO_ERROR;
    int64_t deadline_ns = 0;
    for (int k = 0; k < 100 && fixture_stats(&fixture).state == BJ_STREAM_STREAMING; k++) {
        fixture.now_ns += MS;
        bj_stream_step(fixture.stream, fixture.now_ns, &wait);
        deadline_ns = wait.deadline_ns;
    }
    assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_RECONNECTING);
    assert_true(deadline_ns <= fixture.now_ns + S);
    assert_int_equal(wait.count, 0);
    fixture_finish(&fixture);
}

static void a_failing_write_is_a_loss(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.write_status = BJ_IO_ERROR;
    fixture_run(&fixture, 20 * MS);
    assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_RECONNECTING);
    fixture.dac.write_status = BJ_OK;
    uint64_t from = fixture.dac.taken;
    fixture_run(&fixture, 2 * S);
    assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_STREAMING);
    assert_int_equal(lit_since(&fixture, from), 0);
    fixture_finish(&fixture);
}

static void backs_off_and_never_gives_up(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.connect_status = BJ_REFUSED;
    lose(&fixture, BJ_DISCONNECTED);
    fixture_run(&fixture, 10 * S);
    assert_in_range(fixture.dac.connects, 11, 15); /* 0.1 0.2 0.4 0.8 1 1 1 ... */
    fixture.dac.connect_status = BJ_OK;
    fixture_run(&fixture, 2 * S);
    assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_STREAMING);
    fixture_finish(&fixture);
}

/* Also one that was never there, and one that greets and goes, again and again. */
static void attempts_are_bounded(void **state)
{
    (void)state;
    const int64_t lives_ms[] = {-1, 0, 1, 50, 500, 900, 1100};
    for (size_t k = 0; k < sizeof lives_ms / sizeof *lives_ms; k++) {
        struct engine_fixture fixture;
        fixture_init(&fixture);
        fixture.dac.connect_delay_ns = lives_ms[k] > 0 ? 0 : 3600 * S;
        fixture.dac.connect_status = lives_ms[k] < 0 ? BJ_REFUSED : BJ_OK;
        fixture_start(&fixture);
        for (int64_t end_ns = fixture.now_ns + 60 * S; fixture.now_ns < end_ns;) {
            fixture_run(&fixture, lives_ms[k] > 0 ? lives_ms[k] * MS : 10 * MS);
            if (lives_ms[k] >= 0 && fixture.dac.connected) {
                lose(&fixture, BJ_DISCONNECTED);
            }
        }
        assert_in_range(fixture.dac.connects, 20, 70);
        fixture_finish(&fixture);
    }
}

/* A device that answers 0 to whatever it has thrown away. */
static void what_a_stop_threw_away_is_counted(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.dac.tells_nothing_lost = true;
    fixture_start_lit(&fixture);
    uint64_t unplayed = fixture.dac.taken - fixture.dac.played;
    bj_stream_disarm(fixture.stream);
    fixture_step(&fixture);
    assert_in_range(fixture_stats(&fixture).flushed_points, unplayed - 2, unplayed + 2);
    fixture_finish(&fixture);
}

static void stability_resets_the_back_off(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.connect_status = BJ_REFUSED;
    lose(&fixture, BJ_DISCONNECTED);
    fixture_run(&fixture, 5 * S);
    fixture.dac.connect_status = BJ_OK;
    fixture_run(&fixture, 5 * S);
    lose(&fixture, BJ_DISCONNECTED);
    fixture_run(&fixture, 150 * MS);
    assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_STREAMING);
    fixture_finish(&fixture);
}

static void a_problem_is_told_once(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.connect_status = BJ_REFUSED;
    lose(&fixture, BJ_DISCONNECTED);
    uint32_t errors = fixture.errors;
    fixture_run(&fixture, 10 * S);
    assert_int_equal(fixture.errors, errors + 1); /* refused; not once for each try */
    assert_non_null(strstr(fixture.last_text, "Fake DAC"));
    assert_non_null(strstr(fixture.last_text, "refused"));
    fixture_finish(&fixture);
}

static void the_drivers_words_come_first(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.notice = "Fake DAC: the lamp is out; put in a new one";
    fixture.dac.service_status = BJ_UNSUPPORTED;
    fixture_step(&fixture);
    assert_int_equal(fixture.finals, 1);
    assert_string_equal(fixture.last_text, "Fake DAC: the lamp is out; put in a new one");
    fixture_finish(&fixture);
}

static void a_loss_counts_what_was_pending_and_queued(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.write_status = BJ_WOULD_BLOCK;
    fixture.now_ns += 10 * MS;
    fixture_step(&fixture);
    uint64_t unplaced = fixture.producer.made - fixture.dac.taken;
    assert_true(unplaced > 0);
    lose(&fixture, BJ_DISCONNECTED);
    uint64_t unplayed = fixture.dac.taken - fixture.dac.played;
    assert_in_range(fixture_stats(&fixture).flushed_points, unplaced + unplayed - 2,
                    unplaced + unplayed + 2);
    fixture_finish(&fixture);
}

static void the_producer_is_told_time_goes_on(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.dac.connect_status = BJ_REFUSED;
    lose(&fixture, BJ_DISCONNECTED);
    fixture_run(&fixture, S);
    assert_true(fixture.producer.idle_calls > 0);
    assert_int_equal(fixture.producer.last.target_points, 0);
    fixture_finish(&fixture);
}

/* ---- a driver that breaks its contract ----------------------------------------------- */

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
        struct engine_fixture fixture;
        fixture_init(&fixture);
        fixture.dac.breach = (enum fake_breach)breach;
        fixture_start(&fixture);
        fixture_run(&fixture, 50 * MS);
        assert_int_equal(fixture.last_error, BJ_PROTOCOL);
        assert_non_null(strstr(fixture.last_text, breach_words[breach]));
        assert_non_null(strstr(fixture.last_text, "driver 'fake'"));
        assert_int_equal(fixture.errors, 1);
        assert_true(fixture.steps < 20);
        fixture_run(&fixture, 3 * S);
        assert_true(fixture.errors < 8); /* it backs off */
        assert_int_equal(fixture.run, BJ_RUN_GOING);
        fixture.dac.breach = FAKE_KEEPS_PROMISES;
        fixture_run(&fixture, 3 * S);
        bool forgivable = breach != FAKE_CHUNKS_GROW;
        assert_int_equal(fixture_stats(&fixture).state,
                         forgivable ? BJ_STREAM_STREAMING : BJ_STREAM_CONNECTING);
        fixture_finish(&fixture);
    }
}

static void a_broken_promise_while_lit_ends_dark(void **state)
{
    (void)state;
    for (int breach = 1; breach < FAKE_CHUNKS_GROW; breach++) {
        struct engine_fixture fixture;
        fixture_init(&fixture);
        fixture_start_lit(&fixture);
        fixture.dac.breach = (enum fake_breach)breach;
        fixture_run(&fixture, 100 * MS);
        assert_true(fixture.dac.disconnects > 0);
        assert_false(fixture_stats(&fixture).armed);
        fixture.dac.breach = FAKE_KEEPS_PROMISES;
        uint64_t from = fixture.dac.taken;
        fixture_run(&fixture, 3 * S);
        assert_true(fixture.dac.taken > from);
        assert_int_equal(lit_since(&fixture, from), 0);
        fixture_finish(&fixture);
    }
}

/* ---- gaps ---------------------------------------------------------------------------- */

static void empty_the_queue(struct engine_fixture *fixture)
{
    fixture->dac.queued = 0;
    fixture->dac.playing = false;
    fixture->dac.base->events->emptied(fixture->dac.base->engine, 10, false);
}

static void run_dry(struct engine_fixture *fixture)
{
    fixture->now_ns += 100 * MS;
}

/* A device that says nothing; by our own count it has run dry. */
static void run_dry_by_count(struct engine_fixture *fixture)
{
    fixture->dac.speed = 0.1;
    fixture->dac.segment_ns = fixture->now_ns;
    fixture->dac.segment_played = 0;
    fixture->now_ns += 60 * MS;
}

static void every_gap_begins_with_the_start_blank(void **state)
{
    (void)state;
    const struct {
        void (*make)(struct engine_fixture *fixture);
        bool silent;
    } gaps[] = {{empty_the_queue, false}, {run_dry, false}, {run_dry_by_count, true}};
    for (size_t k = 0; k < sizeof gaps / sizeof *gaps; k++) {
        struct engine_fixture fixture;
        fixture_init(&fixture);
        fixture.dac.caps.reports_level = !gaps[k].silent;
        fixture.safety.start_blank_ns = 5 * MS;
        fixture_start_lit(&fixture);
        gaps[k].make(&fixture);
        uint64_t from = fixture.dac.taken, dark = from;
        fixture_step(&fixture);
        fixture_run(&fixture, 50 * MS);
        while (dark < fixture.dac.taken && fixture_tag(&fixture.dac.log[dark]) == 0) {
            dark++;
        }
        assert_int_equal(dark - from, 150);
        assert_true(dark < fixture.dac.taken);
        assert_true(fixture_stats(&fixture).armed);
        fixture_finish(&fixture);
    }
}

/* ---- the rate that a DAC turns out to have ------------------------------------------- */

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

static void start_at(struct engine_fixture *fixture, const struct rate_case *rate)
{
    fixture_init(fixture);
    fixture->dac.caps.capacity_points = 20000;
    fixture->dac.offers_pps = rate->offered;
    fixture->config.pps = rate->asked;
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
        struct engine_fixture fixture;
        start_at(&fixture, rate);
        fixture.config.fill = fill_resting;
        fixture_start(&fixture);
        fixture_run(&fixture, 300 * MS);
        bj_stream_arm(fixture.stream);
        uint64_t from = fixture.dac.taken;
        fixture_step(&fixture);
        fixture_run(&fixture, 500 * MS);
        double rested_ms = ms_of(rate, lit_since(&fixture, from));
        assert_true(rested_ms > 9 && rested_ms <= 10.0 + ms_of(rate, 1));
        assert_true(fixture_stats(&fixture).true_pps == rate->offered);
        fixture_finish(&fixture);
    }
}

static double dark_ms_before_light(struct engine_fixture *fixture,
                                   const struct rate_case *rate, uint64_t from)
{
    fixture_step(fixture);
    fixture_run(fixture, 500 * MS);
    uint64_t dark = from;
    while (dark < fixture->dac.taken && fixture_tag(&fixture->dac.log[dark]) == 0) {
        dark++;
    }
    assert_true(dark < fixture->dac.taken);
    return ms_of(rate, dark - from);
}

static void blank_and_settle_hold_at_that_rate(void **state)
{
    (void)state;
    for (size_t k = 0; k < RATE_CASES; k++) {
        const struct rate_case *rate = &rate_cases[k];
        struct engine_fixture fixture;
        start_at(&fixture, rate);
        fixture.safety.start_blank_ns = 20 * MS;
        fixture.safety.settle_ns = 40 * MS;
        fixture.safety.dwell_ns = 0;
        fixture.config.arm = true; /* the start blank begins before the rate is known */
        fixture_start(&fixture);
        double dark_ms = dark_ms_before_light(&fixture, rate, 0);
        assert_true(dark_ms >= 20 && dark_ms <= 20 + ms_of(rate, 2));
        uint64_t from = fixture.dac.taken;
        bj_stream_connections(fixture.stream, true, 10 * MS);
        dark_ms = dark_ms_before_light(&fixture, rate, from);
        assert_true(dark_ms >= 50 && dark_ms <= 50 + ms_of(rate, 2));
        fixture_finish(&fixture);
    }
}

/* What is dark already goes on for as long as it was to. */
static void times_hold_across_a_change_of_the_rate(void **state)
{
    (void)state;
    const double later[] = {44100, 96000};
    for (int k = 0; k < 2; k++) {
        struct rate_case rate = {60000, 60000}, then = {60000, later[k]};
        struct engine_fixture fixture;
        start_at(&fixture, &rate);
        fixture.safety.start_blank_ns = 200 * MS;
        fixture_start(&fixture);
        fixture_run(&fixture, 300 * MS);
        bj_stream_arm(fixture.stream);
        uint64_t from = fixture.dac.taken;
        fixture_step(&fixture);
        fixture_run(&fixture, 100 * MS);
        double before_ms = ms_of(&rate, fixture.dac.taken - from);
        fixture.dac.offers_pps = later[k];
        fixture.dac.segment_ns = fixture.now_ns;
        fixture.dac.segment_played = 0;
        double after_ms = dark_ms_before_light(&fixture, &then, fixture.dac.taken);
        assert_true(before_ms + after_ms >= 200 && before_ms + after_ms < 201);
        assert_true(ms_of(&then, fixture.dac.queued) <=
                    50.1); /* the target is a time, too */
        fixture_finish(&fixture);
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
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.dac.caps.follows_pps = true;
    fixture.config.fill = fill_slowly;
    fixture_start(&fixture);
    fixture_run(&fixture, 300 * MS);
    bj_stream_arm(fixture.stream);
    uint64_t from = fixture.dac.taken;
    fixture_step(&fixture);
    fixture_run(&fixture, 500 * MS);
    assert_true(fixture.dac.last_chunk.pps < 29200);
    assert_true(lit_since(&fixture, from) <= 292 && lit_since(&fixture, from) > 280);
    fixture_finish(&fixture);
}

static void the_target_is_one_at_that_rate(void **state)
{
    (void)state;
    for (size_t k = 0; k < RATE_CASES; k++) {
        const struct rate_case *rate = &rate_cases[k];
        struct engine_fixture fixture;
        start_at(&fixture, rate);
        fixture_start(&fixture);
        fixture_run(&fixture, 500 * MS);
        double queued_ms = ms_of(rate, fixture.dac.queued);
        assert_true(queued_ms >= 40 && queued_ms <= 50 + ms_of(rate, 2));
        fixture_finish(&fixture);
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
