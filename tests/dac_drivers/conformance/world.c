/* SPDX-License-Identifier: MIT */
#include "world.h"

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

bool world_expect(struct world *world, bool good, const char *complaint)
{
    return conformance_expect(world->verdict, good, "at %.3f ms: %s",
                              (double)(world->now_ns - world->began_ns) / 1e6, complaint);
}

static bool is_wrong(const struct world *world)
{
    return world->verdict->text[0] != '\0';
}

/* ---- The clock ----------------------------------------------------------------------- */

static int64_t tell_time(void *user)
{
    const struct world *world = user;

    return world->row->now_ns ? world->row->now_ns(world->adapter) : world->now_ns;
}

/* Then it stands still until looked at again, for everybody but the recorder. */
static void look_at_the_clock(struct world *world)
{
    world->now_ns = tell_time(world);
}

/* After tell_time: the observer has seen what came out until then. */
static void on_report(void *user, const struct bj_level_report *report)
{
    struct world *world = user;

    observer_check_report(&world->observer, report);
}

/* ---- Life ---------------------------------------------------------------------------- */

static const struct bj_dac_caps *caps(const struct world *world)
{
    return &world->recorder.dac->caps;
}

bool world_start(struct world *world, const struct conformance_row *row, uint64_t seed,
                 struct conformance_verdict *verdict)
{
    memset(world, 0, sizeof *world);
    world->row = row;
    world->verdict = verdict;
    world->now_ns = CONFORMANCE_START_NS;
    world->pps = world_usual_pps(row);
    bj_wait_init(&world->wait);
    if (!recorder_init(&world->recorder, row->driver, verdict) ||
        !observer_init(&world->observer, row, &world->recorder, verdict))
        return world_expect(world, false, "no memory");
    world->recorder.now_ns = tell_time;
    world->recorder.reported = on_report;
    world->recorder.user = world;
    world->adapter =
        row->create(row, seed, observer_see, &world->observer, &world->recorder.config);
    world->config = world->recorder.config;
    world->config.extra = &world->recorder;
    if (!world_expect(world, world->adapter != NULL, "the adapter does not start"))
        return false;
    look_at_the_clock(world);
    world->began_ns = world->lately_ns = world->now_ns;
    return true;
}

void world_finish(struct world *world)
{
    const struct conformance_row *row = world->row;

    world_destroy_stream(world);
    world_let_go(world);
    if (row->open_handles)
        world_expect(world, row->open_handles(world->adapter) == 0,
                     "a handle was left open");
    if (world->adapter) /* what the device still holds comes out, and must be dark */
        world_run_ms(world, (double)world_queue_ns(world) / 1e6);
    if (world->adapter)
        row->destroy(world->adapter);
    observer_finish(&world->observer);
    recorder_finish(&world->recorder);
}

uint32_t world_usual_pps(const struct conformance_row *row)
{
    return row->pps ? row->pps : USUAL_PPS;
}

int world_stride(const struct conformance_row *row)
{
    return row->stride ? row->stride : 1;
}

/* With nobody connected, and so no capabilities to ask for, a wide guess. */
int64_t world_queue_ns(const struct world *world)
{
    int64_t target_ns =
        world->recorder.dac ? caps(world)->target_buffer_ns : 100 * BJ_NS_PER_MS;

    return 2 * target_ns + world->row->dark_ns;
}

void world_count_anew(struct world *world)
{
    struct observer *observer = &world->observer;

    observer->seen = observer->lit = observer->skipped = observer->darkened = 0;
}

bool world_is_near(const struct world *world, double expected, double tolerance)
{
    double seen = (double)world->observer.seen;

    if (world->row->late_ns > 0)
        return seen >= expected / 4 && seen <= expected * 1.01 + tolerance;
    return fabs(seen - expected) <= tolerance;
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool is_driven(const struct world *world)
{
    return (world->stream && !world->over) || world->attempting;
}

static bool should_act(const struct world *world)
{
    return is_driven(world) && (world->woken || world->wait.deadline_ns <= world->now_ns ||
                                world->row->ready(world->adapter, &world->wait));
}

static void note_step(struct world *world)
{
    if (world->now_ns - world->lately_ns > LATELY_NS) {
        world->lately_ns = world->now_ns;
        world->steps_lately = 0;
    }
    world->steps_at_once++;
    world->steps_lately++;
    world_expect(world,
                 world->steps_at_once < MOST_STEPS_AT_ONCE &&
                     world->steps_lately < MOST_STEPS_LATELY,
                 "busy loop: asks to be called again and again");
}

static void step_stream(struct world *world)
{
    enum bj_run run = bj_stream_step(world->stream, world->now_ns, &world->wait);

    if (run == BJ_RUN_GOING)
        return;
    world->over = true;
    world->result = run;
}

/* Nobody sees how much a timed DAC holds: the clock says how much it should. */
static uint64_t ahead_by_clock(const struct world *world)
{
    int64_t ahead_ns = world->play_ns - world->now_ns;

    return ahead_ns > 0 ? (uint64_t)((double)ahead_ns / 1e9 * world->pps) : 0;
}

static uint64_t ahead_points(const struct world *world)
{
    const struct recorder *recorder = &world->recorder;
    bool seen = !observer_is_blind(&world->observer) &&
                world->observer.next > recorder->taken_at_connect;
    uint64_t taken = recorder->taken - recorder->taken_at_connect;
    uint64_t gone = recorder->lost - recorder->lost_at_connect +
                    (seen ? world->observer.count : recorder->report.played_points);

    if (caps(world)->model == BJ_MODEL_TIMED)
        return ahead_by_clock(world);
    return taken > gone ? taken - gone : 0;
}

/* One less than it can hold, as the engine does. */
static uint32_t wanted_points(const struct world *world)
{
    const struct bj_dac_caps *able = caps(world);
    int times = able->model == BJ_MODEL_TIMED ? 1 : 2;
    uint64_t most = (uint64_t)((double)able->target_buffer_ns / 1e9 * times * world->pps);
    uint64_t ahead = ahead_points(world), chunk = able->max_points_per_chunk;

    if (able->capacity_points > 0 && (world->greedy || most >= able->capacity_points))
        most = able->capacity_points - 1;
    chunk = chunk < MOST_CHUNK ? chunk : MOST_CHUNK;
    if (ahead >= most)
        return 0;
    return (uint32_t)(most - ahead < chunk ? most - ahead : chunk);
}

/* Lit while the shutter is open, as the engine's. */
static struct bj_point next_point(const struct world *world, uint32_t k)
{
    struct bj_point point = observer_tagged_point(world->row, world->made + k);

    if (!world->recorder.open)
        point.r = point.g = point.b = point.i = 0;
    return point;
}

/* Offers as much as it takes, until it would block; that offer comes again next time. */
static void feed(struct world *world)
{
    bool anew = world->recorder.emptied != world->emptied_seen;
    struct bj_point points[MOST_CHUNK];
    uint32_t taken = 1;

    world->emptied_seen = world->recorder.emptied;
    if (anew || world->play_ns < world->now_ns)
        world->play_ns = world->now_ns;
    while (taken > 0 && world->attempting && !is_wrong(world)) {
        uint32_t count = wanted_points(world);
        struct bj_chunk chunk = {.points = points,
                                 .count = count,
                                 .pps = world->pps,
                                 .start = world->made,
                                 .play_ns = world->play_ns};
        enum bj_status status;

        if (count == 0)
            return;
        for (uint32_t k = 0; k < count; k++)
            points[k] = next_point(world, k);
        taken = 0;
        status = world->recorder.table.write(world->dac, world->now_ns, &chunk, &taken);
        world->made += taken;
        world->play_ns += (int64_t)(taken * 1e9 / world->pps);
        if (status == BJ_OK || status == BJ_WOULD_BLOCK)
            continue;
        world->hand_result = status;
        world_disconnect(world);
    }
}

static void step_by_hand(struct world *world)
{
    struct bj_dac_status *status = &world->recorder.status;

    bj_wait_init(&world->wait);
    world->hand_result =
        world->recorder.table.service(world->dac, world->now_ns, status, &world->wait);
    if (world->hand_result != BJ_OK) {
        world_disconnect(world);
        return;
    }
    if (!world->feeding)
        return;
    feed(world);
    bj_wait_until(&world->wait, world->now_ns + FEED_NS);
}

static void act(struct world *world)
{
    look_at_the_clock(world);
    world->woken = false;
    note_step(world);
    if (world->stream)
        step_stream(world);
    else
        step_by_hand(world);
}

static int64_t next_ns(const struct world *world, int64_t end_ns)
{
    int64_t next = earlier(end_ns, world->row->next_event_ns(world->adapter));

    if (is_driven(world))
        next = should_act(world) ? world->now_ns : earlier(next, world->wait.deadline_ns);
    return next > world->now_ns ? next : world->now_ns;
}

static void go_to(struct world *world, int64_t now_ns)
{
    if (now_ns > world->now_ns)
        world->steps_at_once = 0;
    world->now_ns = now_ns;
    world->row->advance(world->adapter, now_ns);
    look_at_the_clock(world);
}

static void run_until(struct world *world, int64_t end_ns)
{
    bool began_driven = is_driven(world);

    while (!is_wrong(world) && is_driven(world) == began_driven) {
        if (should_act(world))
            act(world);
        else if (world->now_ns >= end_ns)
            return;
        else
            go_to(world, next_ns(world, end_ns));
    }
}

void world_run_ms(struct world *world, double ms)
{
    look_at_the_clock(world);
    run_until(world, world->now_ns + (int64_t)(ms * 1e6));
    look_at_the_clock(world);
}

void world_stand_still_ms(struct world *world, double ms)
{
    int64_t end_ns = world->now_ns + (int64_t)(ms * 1e6);

    while (!is_wrong(world) && world->now_ns < end_ns) {
        int64_t next_ns = earlier(end_ns, world->row->next_event_ns(world->adapter));
        go_to(world, next_ns > world->now_ns ? next_ns : world->now_ns + 1);
    }
}

/* ---- Under the engine ---------------------------------------------------------------- */

static struct bj_fill_result on_fill(void *user, const struct bj_fill_request *request,
                                     struct bj_point *points)
{
    struct world *world = user;

    if (world->ended)
        return (struct bj_fill_result){.kind = BJ_END};
    for (uint32_t k = 0; k < request->target_points; k++)
        points[k] = observer_tagged_point(world->row, world->made++);
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static void on_wake(void *user)
{
    struct world *world = user;

    world->woken = true;
}

static void on_words(void *user, enum bj_status status, bool final, const char *text)
{
    struct world *world = user;

    (void)status, (void) final, (void)text;
    world->words++;
}

static void create_stream(struct world *world, const struct bj_stream_config *wanted)
{
    struct bj_stream_config config = *wanted;

    config.driver = &world->recorder.table;
    config.dac = &world->config;
    config.host =
        &(struct bj_host){.size = sizeof(struct bj_host), .wake = on_wake, .user = world};
    config.fill = on_fill;
    config.fill_user = config.error_user = world;
    config.error = on_words;
    world->pps = config.pps;
    world->over = world->ended = false;
    world->woken = true;
    if (bj_stream_create(&config, &world->stream) != BJ_OK)
        world_expect(world, false, "the stream is refused");
}

static bool stream(struct world *world, uint32_t pps, bool arm)
{
    struct bj_stream_config config = bj_stream_defaults();

    config.pps = pps;
    config.arm = arm;
    create_stream(world, &config);
    return !is_wrong(world);
}

bool world_stream(struct world *world, uint32_t pps)
{
    return stream(world, pps, false);
}

bool world_stream_armed(struct world *world, uint32_t pps)
{
    world->observer.dark_from_ns = BJ_NEVER;
    return stream(world, pps, true);
}

static void demand_darkness(struct world *world)
{
    int64_t dark_ns;

    look_at_the_clock(world);
    dark_ns = world->now_ns + world->row->dark_ns;
    world->observer.dark_from_ns = earlier(dark_ns, world->observer.dark_from_ns);
}

void world_destroy_stream(struct world *world)
{
    if (!world->stream)
        return;
    demand_darkness(world);
    bj_stream_destroy(world->stream);
    world->stream = NULL;
    bj_wait_init(&world->wait);
}

void world_arm(struct world *world)
{
    world->observer.dark_from_ns = BJ_NEVER;
    bj_stream_arm(world->stream);
}

void world_disarm(struct world *world)
{
    demand_darkness(world);
    bj_stream_disarm(world->stream);
}

void world_stop(struct world *world)
{
    demand_darkness(world);
    bj_stream_stop(world->stream);
}

static uint64_t played_points(const struct world *world)
{
    return observer_is_blind(&world->observer) ? world->recorder.reported_played
                                               : world->observer.seen_in_all;
}

bool world_reach_playing(struct world *world)
{
    int64_t end_ns = world->now_ns + REACH_NS;
    uint64_t played = played_points(world);

    while (!is_wrong(world) && is_driven(world) && world->now_ns < end_ns &&
           played_points(world) == played)
        world_run_ms(world, 10);
    return world_expect(world, played_points(world) > played, "nothing is played");
}

bool world_light_up(struct world *world)
{
    uint64_t lit = world->observer.lit;
    int64_t end_ns;

    if (!world_reach_playing(world))
        return false;
    world_arm(world);
    if (observer_is_blind(&world->observer))
        world_run_ms(world, 100);
    end_ns = world->now_ns + REACH_NS;
    while (!is_wrong(world) && !world->over && world->now_ns < end_ns &&
           !observer_is_blind(&world->observer) && world->observer.lit == lit)
        world_run_ms(world, 10);
    return world_expect(world,
                        observer_is_blind(&world->observer) || world->observer.lit > lit,
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

bool world_take_in_hand(struct world *world)
{
    return world_expect(world,
                        bj_dac_create(&world->recorder.table, &world->config, &unheard,
                                      NULL, &world->dac) == BJ_OK,
                        "init fails");
}

void world_let_go(struct world *world)
{
    if (!world->dac)
        return;
    world_disconnect(world);
    bj_dac_destroy(world->dac);
    world->dac = NULL;
}

void world_connect(struct world *world, uint32_t pps)
{
    const struct bj_dac_caps *able = caps(world);
    uint32_t begin = (uint32_t)((double)able->target_buffer_ns / 1e9 * pps / 2) + 1;

    if (able->capacity_points > 0 && begin > able->capacity_points / 2)
        begin = able->capacity_points / 2;
    world->pps = pps;
    world->woken = world->attempting = true;
    world->hand_result =
        world->recorder.table.connect(world->dac, world->now_ns, pps, begin);
    if (world->hand_result != BJ_OK)
        world_disconnect(world);
}

void world_disconnect(struct world *world)
{
    demand_darkness(world);
    world->recorder.table.disconnect(world->dac);
    world->attempting = false;
    bj_wait_init(&world->wait);
}

void world_shutter(struct world *world, bool open)
{
    if (open)
        world->observer.dark_from_ns = BJ_NEVER;
    else
        demand_darkness(world);
    world->recorder.table.shutter(world->dac, world->now_ns, open);
    world->woken = true;
}

bool world_reach(struct world *world, enum bj_dac_state state, int64_t within_ns)
{
    int64_t end_ns = world->now_ns + within_ns;

    world_run_ms(world, 0);
    while (!is_wrong(world) && world->attempting && world->recorder.status.state != state &&
           world->now_ns < end_ns)
        world_run_ms(world, 0.5);
    return conformance_expect(world->verdict, world->recorder.status.state == state,
                              "state %d and not %d after %lld ms",
                              world->recorder.status.state, state,
                              (long long)(within_ns / BJ_NS_PER_MS));
}

bool world_play(struct world *world, uint32_t pps)
{
    world_connect(world, pps);
    world->feeding = true;
    if (!world_reach(world, BJ_DAC_PLAYING, world->row->open_ns + BJ_NS_PER_S))
        return false;
    world_shutter(world, true);
    world_run_ms(world, 150);
    return !is_wrong(world);
}
