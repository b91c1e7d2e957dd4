/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_PPS 30000u
#define FEED_NS BJ_NS_PER_MS
#define MOST_STEPS_AT_ONCE 100
#define MOST_STEPS_LATELY 5000
#define LATELY_NS (100 * BJ_NS_PER_MS)
#define MOST_CHUNK 4096
#define REACH_NS (10 * BJ_NS_PER_S)

bool conformance_expect(struct conformance_verdict *verdict, bool good, const char *format,
                        ...)
{
    va_list args;

    if (good || verdict->text[0] != '\0')
        return good;
    va_start(args, format);
    (void)vsnprintf(verdict->text, sizeof verdict->text, format, args);
    va_end(args);
    return false;
}

bool fixture_expect(struct fixture *fixture, bool good, const char *complaint)
{
    return conformance_expect(fixture->verdict, good, "at %.3f ms: %s",
                              (double)(fixture->now_ns - fixture->began_ns) / 1e6,
                              complaint);
}

static bool is_wrong(const struct fixture *fixture)
{
    return fixture->verdict->text[0] != '\0';
}

/* ---- The clock ----------------------------------------------------------------------- */

static int64_t tell_time(void *user)
{
    const struct fixture *fixture = user;

    return fixture->row->now_ns ? fixture->row->now_ns(fixture->adapter) : fixture->now_ns;
}

/* Then it stands still until looked at again, for everybody but the recorder. */
static void look_at_the_clock(struct fixture *fixture)
{
    fixture->now_ns = tell_time(fixture);
}

/* After tell_time: the observer has seen what came out until then. */
static void on_report(void *user, const struct bj_level_report *report)
{
    struct fixture *fixture = user;

    observer_check_report(&fixture->observer, report);
}

/* ---- Life ---------------------------------------------------------------------------- */

static const struct bj_dac_caps *caps(const struct fixture *fixture)
{
    return &fixture->recorder.dac->caps;
}

bool fixture_start(struct fixture *fixture, const struct conformance_row *row,
                   uint64_t seed, struct conformance_verdict *verdict)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->row = row;
    fixture->verdict = verdict;
    fixture->now_ns = CONFORMANCE_START_NS;
    fixture->pps = fixture_usual_pps(row);
    bj_wait_init(&fixture->wait);
    if (!recorder_init(&fixture->recorder, row->driver, verdict) ||
        !observer_init(&fixture->observer, row, &fixture->recorder, verdict))
        return fixture_expect(fixture, false, "no memory");
    fixture->recorder.now_ns = tell_time;
    fixture->recorder.reported = on_report;
    fixture->recorder.user = fixture;
    fixture->adapter =
        row->create(row, seed, observer_see, &fixture->observer, &fixture->recorder.config);
    fixture->config = fixture->recorder.config;
    fixture->config.extra = &fixture->recorder;
    if (!fixture_expect(fixture, fixture->adapter != NULL, "the adapter does not start"))
        return false;
    look_at_the_clock(fixture);
    fixture->began_ns = fixture->lately_ns = fixture->now_ns;
    return true;
}

void fixture_finish(struct fixture *fixture)
{
    const struct conformance_row *row = fixture->row;

    fixture_destroy_stream(fixture);
    fixture_let_go(fixture);
    if (row->open_handles)
        fixture_expect(fixture, row->open_handles(fixture->adapter) == 0,
                       "a handle was left open");
    if (fixture->adapter) /* what the device still holds comes out, and must be dark */
        fixture_run_ms(fixture, (double)fixture_queue_ns(fixture) / 1e6);
    if (fixture->adapter)
        row->destroy(fixture->adapter);
    observer_finish(&fixture->observer);
    recorder_finish(&fixture->recorder);
}

uint32_t fixture_usual_pps(const struct conformance_row *row)
{
    return row->pps ? row->pps : USUAL_PPS;
}

int fixture_stride(const struct conformance_row *row)
{
    return row->stride ? row->stride : 1;
}

/* With nobody connected, and so no capabilities to ask for, a wide guess. */
int64_t fixture_queue_ns(const struct fixture *fixture)
{
    int64_t target_ns =
        fixture->recorder.dac ? caps(fixture)->target_buffer_ns : 100 * BJ_NS_PER_MS;

    return 2 * target_ns + fixture->row->dark_ns;
}

void fixture_count_anew(struct fixture *fixture)
{
    struct observer *observer = &fixture->observer;

    observer->seen = observer->lit = observer->skipped = observer->darkened = 0;
}

bool fixture_is_near(const struct fixture *fixture, double expected, double tolerance)
{
    double seen = (double)fixture->observer.seen;

    if (fixture->row->late_ns > 0)
        return seen >= expected / 4 && seen <= expected * 1.01 + tolerance;
    return fabs(seen - expected) <= tolerance;
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool is_driven(const struct fixture *fixture)
{
    return (fixture->stream && !fixture->over) || fixture->attempting;
}

static bool should_act(const struct fixture *fixture)
{
    return is_driven(fixture) &&
           (fixture->woken || fixture->wait.deadline_ns <= fixture->now_ns ||
            fixture->row->ready(fixture->adapter, &fixture->wait));
}

static void note_step(struct fixture *fixture)
{
    if (fixture->now_ns - fixture->lately_ns > LATELY_NS) {
        fixture->lately_ns = fixture->now_ns;
        fixture->steps_lately = 0;
    }
    fixture->steps_at_once++;
    fixture->steps_lately++;
    fixture_expect(fixture,
                   fixture->steps_at_once < MOST_STEPS_AT_ONCE &&
                       fixture->steps_lately < MOST_STEPS_LATELY,
                   "busy loop: asks to be called again and again");
}

static void step_stream(struct fixture *fixture)
{
    enum bj_run run = bj_stream_step(fixture->stream, fixture->now_ns, &fixture->wait);

    if (run == BJ_RUN_GOING)
        return;
    fixture->over = true;
    fixture->result = run;
}

/* Nobody sees how much a timed DAC holds: the clock says how much it should. */
static uint64_t ahead_by_clock(const struct fixture *fixture)
{
    int64_t ahead_ns = fixture->play_ns - fixture->now_ns;

    return ahead_ns > 0 ? (uint64_t)((double)ahead_ns / 1e9 * fixture->pps) : 0;
}

static uint64_t ahead_points(const struct fixture *fixture)
{
    const struct recorder *recorder = &fixture->recorder;
    bool seen = !observer_is_blind(&fixture->observer) &&
                fixture->observer.next > recorder->taken_at_connect;
    uint64_t taken = recorder->taken - recorder->taken_at_connect;
    uint64_t gone = recorder->lost - recorder->lost_at_connect +
                    (seen ? fixture->observer.count : recorder->report.played_points);

    if (caps(fixture)->model == BJ_MODEL_TIMED)
        return ahead_by_clock(fixture);
    return taken > gone ? taken - gone : 0;
}

/* One less than it can hold, as the engine does. */
static uint32_t wanted_points(const struct fixture *fixture)
{
    const struct bj_dac_caps *able = caps(fixture);
    int times = able->model == BJ_MODEL_TIMED ? 1 : 2;
    uint64_t most = (uint64_t)((double)able->target_buffer_ns / 1e9 * times * fixture->pps);
    uint64_t ahead = ahead_points(fixture), chunk = able->max_points_per_chunk;

    if (able->capacity_points > 0 && (fixture->greedy || most >= able->capacity_points))
        most = able->capacity_points - 1;
    chunk = chunk < MOST_CHUNK ? chunk : MOST_CHUNK;
    if (ahead >= most)
        return 0;
    return (uint32_t)(most - ahead < chunk ? most - ahead : chunk);
}

/* Lit while the shutter is open, as the engine's. */
static struct bj_point next_point(const struct fixture *fixture, uint32_t k)
{
    struct bj_point point = observer_tagged_point(fixture->row, fixture->made + k);

    if (!fixture->recorder.open)
        point.r = point.g = point.b = point.i = 0;
    return point;
}

/* Offers as much as it takes, until it would block; that offer comes again next time. */
static void feed(struct fixture *fixture)
{
    bool anew = fixture->recorder.emptied != fixture->emptied_seen;
    struct bj_point points[MOST_CHUNK];
    uint32_t taken = 1;

    fixture->emptied_seen = fixture->recorder.emptied;
    if (anew || fixture->play_ns < fixture->now_ns)
        fixture->play_ns = fixture->now_ns;
    while (taken > 0 && fixture->attempting && !is_wrong(fixture)) {
        uint32_t count = wanted_points(fixture);
        struct bj_chunk chunk = {.points = points,
                                 .count = count,
                                 .pps = fixture->pps,
                                 .start = fixture->made,
                                 .play_ns = fixture->play_ns};
        enum bj_status status;

        if (count == 0)
            return;
        for (uint32_t k = 0; k < count; k++)
            points[k] = next_point(fixture, k);
        taken = 0;
        status =
            fixture->recorder.table.write(fixture->dac, fixture->now_ns, &chunk, &taken);
        fixture->made += taken;
        fixture->play_ns += (int64_t)(taken * 1e9 / fixture->pps);
        if (status == BJ_OK || status == BJ_WOULD_BLOCK)
            continue;
        fixture->hand_result = status;
        fixture_disconnect(fixture);
    }
}

static void step_by_hand(struct fixture *fixture)
{
    struct bj_dac_status *status = &fixture->recorder.status;

    bj_wait_init(&fixture->wait);
    fixture->hand_result = fixture->recorder.table.service(fixture->dac, fixture->now_ns,
                                                           status, &fixture->wait);
    if (fixture->hand_result != BJ_OK) {
        fixture_disconnect(fixture);
        return;
    }
    if (!fixture->feeding)
        return;
    feed(fixture);
    bj_wait_until(&fixture->wait, fixture->now_ns + FEED_NS);
}

static void act(struct fixture *fixture)
{
    look_at_the_clock(fixture);
    fixture->woken = false;
    note_step(fixture);
    if (fixture->stream)
        step_stream(fixture);
    else
        step_by_hand(fixture);
}

static int64_t next_ns(const struct fixture *fixture, int64_t end_ns)
{
    int64_t next = earlier(end_ns, fixture->row->next_event_ns(fixture->adapter));

    if (is_driven(fixture))
        next = should_act(fixture) ? fixture->now_ns
                                   : earlier(next, fixture->wait.deadline_ns);
    return next > fixture->now_ns ? next : fixture->now_ns;
}

static void go_to(struct fixture *fixture, int64_t now_ns)
{
    if (now_ns > fixture->now_ns)
        fixture->steps_at_once = 0;
    fixture->now_ns = now_ns;
    fixture->row->advance(fixture->adapter, now_ns);
    look_at_the_clock(fixture);
}

static void run_until(struct fixture *fixture, int64_t end_ns)
{
    bool began_driven = is_driven(fixture);

    while (!is_wrong(fixture) && is_driven(fixture) == began_driven) {
        if (should_act(fixture))
            act(fixture);
        else if (fixture->now_ns >= end_ns)
            return;
        else
            go_to(fixture, next_ns(fixture, end_ns));
    }
}

void fixture_run_ms(struct fixture *fixture, double ms)
{
    look_at_the_clock(fixture);
    run_until(fixture, fixture->now_ns + (int64_t)(ms * 1e6));
    look_at_the_clock(fixture);
}

void fixture_stand_still_ms(struct fixture *fixture, double ms)
{
    int64_t end_ns = fixture->now_ns + (int64_t)(ms * 1e6);

    while (!is_wrong(fixture) && fixture->now_ns < end_ns) {
        int64_t next_ns = earlier(end_ns, fixture->row->next_event_ns(fixture->adapter));
        go_to(fixture, next_ns > fixture->now_ns ? next_ns : fixture->now_ns + 1);
    }
}

/* ---- Under the engine ---------------------------------------------------------------- */

static struct bj_fill_result on_fill(void *user, const struct bj_fill_request *request,
                                     struct bj_point *points)
{
    struct fixture *fixture = user;

    if (fixture->ended)
        return (struct bj_fill_result){.kind = BJ_END};
    for (uint32_t k = 0; k < request->target_points; k++)
        points[k] = observer_tagged_point(fixture->row, fixture->made++);
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static void on_wake(void *user)
{
    struct fixture *fixture = user;

    fixture->woken = true;
}

static void on_words(void *user, enum bj_status status, bool final, const char *text)
{
    struct fixture *fixture = user;

    (void)status, (void) final, (void)text;
    fixture->words++;
}

static void create_stream(struct fixture *fixture, const struct bj_stream_config *wanted)
{
    struct bj_stream_config config = *wanted;

    config.driver = &fixture->recorder.table;
    config.dac = &fixture->config;
    config.host =
        &(struct bj_host){.size = sizeof(struct bj_host), .wake = on_wake, .user = fixture};
    config.fill = on_fill;
    config.fill_user = config.error_user = fixture;
    config.error = on_words;
    fixture->pps = config.pps;
    fixture->over = fixture->ended = false;
    fixture->woken = true;
    if (bj_stream_create(&config, &fixture->stream) != BJ_OK)
        fixture_expect(fixture, false, "the stream is refused");
}

static bool stream(struct fixture *fixture, uint32_t pps, bool arm)
{
    struct bj_stream_config config = bj_stream_defaults();

    config.pps = pps;
    config.arm = arm;
    create_stream(fixture, &config);
    return !is_wrong(fixture);
}

bool fixture_stream(struct fixture *fixture, uint32_t pps)
{
    return stream(fixture, pps, false);
}

bool fixture_stream_armed(struct fixture *fixture, uint32_t pps)
{
    fixture->observer.dark_from_ns = BJ_NEVER;
    return stream(fixture, pps, true);
}

static void demand_darkness(struct fixture *fixture)
{
    int64_t dark_ns;

    look_at_the_clock(fixture);
    dark_ns = fixture->now_ns + fixture->row->dark_ns;
    fixture->observer.dark_from_ns = earlier(dark_ns, fixture->observer.dark_from_ns);
}

void fixture_destroy_stream(struct fixture *fixture)
{
    if (!fixture->stream)
        return;
    demand_darkness(fixture);
    bj_stream_destroy(fixture->stream);
    fixture->stream = NULL;
    bj_wait_init(&fixture->wait);
}

void fixture_arm(struct fixture *fixture)
{
    fixture->observer.dark_from_ns = BJ_NEVER;
    bj_stream_arm(fixture->stream);
}

void fixture_disarm(struct fixture *fixture)
{
    demand_darkness(fixture);
    bj_stream_disarm(fixture->stream);
}

void fixture_stop(struct fixture *fixture)
{
    demand_darkness(fixture);
    bj_stream_stop(fixture->stream);
}

static uint64_t played_points(const struct fixture *fixture)
{
    return observer_is_blind(&fixture->observer) ? fixture->recorder.reported_played
                                                 : fixture->observer.seen_in_all;
}

bool fixture_reach_playing(struct fixture *fixture)
{
    int64_t end_ns = fixture->now_ns + REACH_NS;
    uint64_t played = played_points(fixture);

    while (!is_wrong(fixture) && is_driven(fixture) && fixture->now_ns < end_ns &&
           played_points(fixture) == played)
        fixture_run_ms(fixture, 10);
    return fixture_expect(fixture, played_points(fixture) > played, "nothing is played");
}

bool fixture_light_up(struct fixture *fixture)
{
    uint64_t lit = fixture->observer.lit;
    int64_t end_ns;

    if (!fixture_reach_playing(fixture))
        return false;
    fixture_arm(fixture);
    if (observer_is_blind(&fixture->observer))
        fixture_run_ms(fixture, 100);
    end_ns = fixture->now_ns + REACH_NS;
    while (!is_wrong(fixture) && !fixture->over && fixture->now_ns < end_ns &&
           !observer_is_blind(&fixture->observer) && fixture->observer.lit == lit)
        fixture_run_ms(fixture, 10);
    return fixture_expect(
        fixture, observer_is_blind(&fixture->observer) || fixture->observer.lit > lit,
        "armed and not lit");
}

/* ---- By hand ------------------------------------------------------------------------- */

static void unheard_level(void *user, const struct bj_level_report *report)
{
    (void)user, (void)report;
}

static void unheard_emptied(void *user, uint32_t lost_points, bool dry)
{
    (void)user, (void)lost_points, (void)dry;
}

static void unheard_notice(void *user, enum bj_status status, const char *text)
{
    (void)user, (void)status, (void)text;
}

static const struct bj_dac_events unheard = {
    .level = unheard_level, .emptied = unheard_emptied, .notice = unheard_notice};

bool fixture_take_in_hand(struct fixture *fixture)
{
    return fixture_expect(fixture,
                          bj_dac_create(&fixture->recorder.table, &fixture->config,
                                        &unheard, NULL, &fixture->dac) == BJ_OK,
                          "init fails");
}

void fixture_let_go(struct fixture *fixture)
{
    if (!fixture->dac)
        return;
    fixture_disconnect(fixture);
    bj_dac_destroy(fixture->dac);
    fixture->dac = NULL;
}

void fixture_connect(struct fixture *fixture, uint32_t pps)
{
    const struct bj_dac_caps *able = caps(fixture);
    uint32_t begin = (uint32_t)((double)able->target_buffer_ns / 1e9 * pps / 2) + 1;

    if (able->capacity_points > 0 && begin > able->capacity_points / 2)
        begin = able->capacity_points / 2;
    fixture->pps = pps;
    fixture->woken = fixture->attempting = true;
    fixture->hand_result =
        fixture->recorder.table.connect(fixture->dac, fixture->now_ns, pps, begin);
    if (fixture->hand_result != BJ_OK)
        fixture_disconnect(fixture);
}

void fixture_disconnect(struct fixture *fixture)
{
    demand_darkness(fixture);
    fixture->recorder.table.disconnect(fixture->dac);
    fixture->attempting = false;
    bj_wait_init(&fixture->wait);
}

void fixture_shutter(struct fixture *fixture, bool open)
{
    if (open)
        fixture->observer.dark_from_ns = BJ_NEVER;
    else
        demand_darkness(fixture);
    fixture->recorder.table.shutter(fixture->dac, fixture->now_ns, open);
    fixture->woken = true;
}

bool fixture_reach(struct fixture *fixture, enum bj_dac_state state, int64_t within_ns)
{
    int64_t end_ns = fixture->now_ns + within_ns;

    fixture_run_ms(fixture, 0);
    while (!is_wrong(fixture) && fixture->attempting &&
           fixture->recorder.status.state != state && fixture->now_ns < end_ns)
        fixture_run_ms(fixture, 0.5);
    return conformance_expect(fixture->verdict, fixture->recorder.status.state == state,
                              "state %d and not %d after %lld ms",
                              fixture->recorder.status.state, state,
                              (long long)(within_ns / BJ_NS_PER_MS));
}

bool fixture_play(struct fixture *fixture, uint32_t pps)
{
    fixture_connect(fixture, pps);
    fixture->feeding = true;
    if (!fixture_reach(fixture, BJ_DAC_PLAYING, fixture->row->open_ns + BJ_NS_PER_S))
        return false;
    fixture_shutter(fixture, true);
    fixture_run_ms(fixture, 150);
    return !is_wrong(fixture);
}
