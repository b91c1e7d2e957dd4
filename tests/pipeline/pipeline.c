/* SPDX-License-Identifier: MIT */
#include "pipeline.h"

#include "options/latency.h"
#include "pipeline_jack.h"
#include "rows.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHUTTER_BIT 1
#define FULL 32767.0F
/* More steps than this without time going on is a busy loop. */
#define MOST_STEPS_AT_ONCE 50
#define CRYSTAL_NS BJ_NS_PER_S /* how often the DAC's clock follows its crystal */

struct pipeline_config pipeline_defaults(void)
{
    struct pipeline_config config = {
        .seed = 1,
        .rate_hz = 48000,
        .period_frames = 256,
        .latency_ns = PIPELINE_LATENCY_NS,
        .matching = BJ_MATCH_EXACT,
        .stream = bj_stream_defaults(),
        .device = sim_ed_defaults(),
        .connect_delay_ns = BJ_NS_PER_MS / 2,
        .trace_window_ns = 10 * BJ_NS_PER_MS,
        .trace_stride = 1,
    };
    config.stream.pps = 48000;
    config.device.profile.noise_bits = 0;
    config.device.link.latency_ns = 200 * 1000;
    return config;
}

/* ---- What the parts tell ------------------------------------------------------------- */

static void on_command(void *user, const struct sim_ed_command *command)
{
    struct pipeline *pipeline = user;

    pipeline->last_command = command->opcode;
    pipeline->last_command_ns = command->time_ns;
    pipeline->naks += command->reply != 'a' && command->reply != 'v';
    if (command->before.playback == 2 && command->after.playback != 2) {
        pipeline->stopped_playing_ns = command->time_ns;
    }
}

static void on_notice(void *user, enum bj_status status, bool final, const char *text)
{
    struct pipeline *pipeline = user;

    (void) final;
    pipeline->notices++;
    pipeline->notice_status = status;
    snprintf(pipeline->notice, sizeof pipeline->notice, "%s", text);
    if (getenv("PIPELINE_TRACE")) {
        printf("%.3f ms: %s\n", (double)pipeline->now_ns / 1e6, text);
    }
}

static struct bj_fill_result on_fill(void *user, const struct bj_fill_request *request,
                                     struct bj_point *points)
{
    struct pipeline *pipeline = user;

    return pipeline->ended ? (struct bj_fill_result){.kind = BJ_END}
                           : bj_feed_fill(pipeline->feed, request, points);
}

static void on_wake(void *user)
{
    struct pipeline *pipeline = user;

    pipeline->woken = true;
}

/* ---- Life ---------------------------------------------------------------------------- */

static void on_seen(void *user, int64_t time_ns, const struct bj_point *seen)
{
    struct pipeline *pipeline = user;
    struct bj_light light = bj_round_light(seen, 65535);
    struct sim_ed_point point = {.time_ns = time_ns,
                                 .x = (int16_t)lrintf(seen->x * FULL),
                                 .y = (int16_t)lrintf(seen->y * FULL),
                                 .r = light.r,
                                 .g = light.g,
                                 .b = light.b,
                                 .i = light.i};

    audience_see(&pipeline->audience, &point);
}

static void prepare_ether_dream(struct pipeline *pipeline)
{
    struct sim_ed_config *device = &pipeline->config.device;

    device->seed = pipeline->config.seed * 7 + 1;
    device->skew_ppm = crystal_ppm(&pipeline->config.dac_crystal, 0);
    device->fullness_step = pipeline->config.report_quantum;
    device->command = on_command;
    device->user = pipeline;
    pipeline->way =
        (struct adapter_ether_dream_way){*device, pipeline->config.connect_delay_ns};
    pipeline->row = conformance_ether_dream;
    pipeline->row.way = &pipeline->way;
}

static void create_device(struct pipeline *pipeline, struct bj_dac_config *dac)
{
    if (pipeline->config.row.driver)
        pipeline->row = pipeline->config.row;
    else
        prepare_ether_dream(pipeline);
    pipeline->adapter = pipeline->row.create(&pipeline->row, pipeline->config.seed * 7 + 1,
                                             on_seen, pipeline, dac);
    assert(pipeline->adapter);
    if (!pipeline->config.row.driver) {
        const struct adapter_net *adapter = pipeline->adapter;
        pipeline->device = adapter->device;
        pipeline->net = adapter->net;
    }
}

/* As the program does it. */
static void plan_latency(struct pipeline *pipeline, const struct bj_dac_config *dac)
{
    struct pipeline_config *config = &pipeline->config;
    struct bj_latency plan;
    struct bj_dac *probe;
    char why[256];
    bool good;

    if (config->latency_ns != 0)
        return;
    good = bj_dac_create(pipeline->row.driver, dac, NULL, NULL, &probe) == BJ_OK;
    if (good && !config->row.driver && config->device.profile.batch_points > 1)
        probe->caps.min_queued_points = config->device.profile.batch_points; /* as found */
    good = good &&
           bj_latency_plan((struct bj_latency){0}, &probe->caps, config->rate_hz,
                           config->stream.pps, &plan, why, sizeof why) &&
           bj_latency_plan(
               (struct bj_latency){.latency_ns = plan.latency_ns + config->more_latency_ns},
               &probe->caps, config->rate_hz, config->stream.pps, &plan, why, sizeof why);
    assert(good);
    (void)good;
    bj_dac_destroy(probe);
    config->latency_ns = plan.latency_ns;
    config->stream.target_buffer_ns = plan.target_ns;
    config->stream.min_buffer_ns = plan.min_ns;
}

static void create_feed(struct pipeline *pipeline)
{
    struct bj_feed_config config = {
        .size = sizeof(struct bj_feed_config),
        .rate_hz = pipeline->config.rate_hz,
        .max_push_frames = PIPELINE_MAX_PERIOD,
        .latency_ns = pipeline->config.latency_ns,
        .matching = pipeline->config.matching,
        .max_latency_ns = BJ_NS_PER_S,
        .has_intensity = true,
    };
    enum bj_status status = bj_feed_create(&config, &pipeline->feed);

    assert(status == BJ_OK);
    (void)status;
}

/* The Ether Dream can be made to tell less than it does. */
static const struct bj_dac_driver *driver_of(struct pipeline *pipeline,
                                             struct bj_dac_config *dac)
{
    if (pipeline->config.row.driver)
        return pipeline->row.driver;
    pipeline->driver = coarse_driver();
    pipeline->extra = &pipeline->tap;
    dac->extra = &pipeline->extra;
    return &pipeline->driver;
}

static void create_stream(struct pipeline *pipeline, struct bj_dac_config *dac)
{
    struct bj_stream_config config = pipeline->config.stream;
    enum bj_status status;

    config.driver = driver_of(pipeline, dac);
    config.dac = dac;
    config.host = &(struct bj_host){
        .size = sizeof(struct bj_host), .wake = on_wake, .user = pipeline};
    config.fill = on_fill;
    config.fill_user = pipeline;
    config.error = on_notice;
    config.error_user = pipeline;
    status = bj_stream_create(&config, &pipeline->stream);
    assert(status == BJ_OK);
    (void)status;
}

static void plan_stall(struct pipeline *pipeline)
{
    int64_t every_ns = pipeline->config.stall_every_ns;

    pipeline->stall_ns = every_ns == 0
                             ? BJ_NEVER
                             : pipeline->now_ns + every_ns / 2 +
                                   sim_random_upto(&pipeline->stall_random, every_ns);
}

static void seat_audience(struct pipeline *pipeline)
{
    const struct pipeline_config *config = &pipeline->config;

    audience_init(&pipeline->audience, config->signal, config->rate_hz, config->latency_ns);
    clock_trace_init(&pipeline->trace, PIPELINE_START_NS, config->trace_window_ns,
                     (double)config->latency_ns);
    pipeline->audience.trace = &pipeline->trace;
    pipeline->audience.stride = config->trace_stride;
}

void pipeline_init(struct pipeline *pipeline, const struct pipeline_config *config)
{
    struct bj_dac_config dac;

    memset(pipeline, 0, sizeof *pipeline);
    assert(config->period_frames <= PIPELINE_MAX_PERIOD);
    pipeline->config = *config;
    pipeline->now_ns = PIPELINE_START_NS;
    pipeline->stopped_playing_ns = BJ_NEVER;
    pipeline->random.state = config->seed;
    pipeline->stall_random.state = config->seed + 2;
    pipeline->tap.quantum_points = config->report_quantum ? config->report_quantum : 1;
    pipeline->step_ns = PIPELINE_START_NS;
    bj_wait_init(&pipeline->wait);
    pipeline->crystal_ns = crystal_changes(&config->dac_crystal) && !config->row.driver
                               ? PIPELINE_START_NS + CRYSTAL_NS
                               : BJ_NEVER;
    pipeline_begin_cycles(pipeline);
    plan_stall(pipeline);
    create_device(pipeline, &dac);
    plan_latency(pipeline, &dac);
    seat_audience(pipeline);
    create_feed(pipeline);
    create_stream(pipeline, &dac);
}

void pipeline_finish(struct pipeline *pipeline)
{
    bj_stream_destroy(pipeline->stream);
    bj_feed_destroy(pipeline->feed);
    pipeline->row.destroy(pipeline->adapter);
    clock_trace_finish(&pipeline->trace);
}

/* ---- The engine's thread ------------------------------------------------------------- */

static bool should_wake(struct pipeline *pipeline)
{
    return pipeline->woken || pipeline->wait.deadline_ns <= pipeline->now_ns ||
           pipeline->row.ready(pipeline->adapter, &pipeline->wait);
}

/* From being woken to running. */
static void wake(struct pipeline *pipeline)
{
    const struct pipeline_config *config = &pipeline->config;

    pipeline->woken = false;
    pipeline->step_ns =
        pipeline->now_ns + config->wake_min_ns +
        sim_random_upto(&pipeline->random, config->wake_max_ns - config->wake_min_ns) +
        pipeline->delay_next_wake_ns;
    pipeline->delay_next_wake_ns = 0;
    if (pipeline->now_ns >= pipeline->stall_ns) {
        pipeline->step_ns += config->stall_ns;
        plan_stall(pipeline);
    }
}

static void step(struct pipeline *pipeline)
{
    enum bj_run run = bj_stream_step(pipeline->stream, pipeline->now_ns, &pipeline->wait);

    pipeline->steps++;
    pipeline->steps_at_once++;
    assert(pipeline->steps_at_once < MOST_STEPS_AT_ONCE);
    pipeline->step_ns = BJ_NEVER;
    if (run != BJ_RUN_GOING) {
        pipeline->over = true;
        pipeline->result = run;
    }
}

static void run_engine(struct pipeline *pipeline)
{
    if (!pipeline->over && pipeline->step_ns == BJ_NEVER && should_wake(pipeline)) {
        wake(pipeline);
    }
    if (!pipeline->over && pipeline->step_ns <= pipeline->now_ns) {
        step(pipeline);
    }
}

/* ---- Crystals ------------------------------------------------------------------------ */

static void set_dac_skew(struct pipeline *pipeline)
{
    sim_ed_set_skew(
        pipeline->device, pipeline->now_ns,
        crystal_ppm(&pipeline->config.dac_crystal, pipeline_elapsed_ns(pipeline)));
}

static void follow_crystal(struct pipeline *pipeline)
{
    set_dac_skew(pipeline);
    pipeline->crystal_ns += CRYSTAL_NS;
}

void pipeline_step_dac(struct pipeline *pipeline, double ppm)
{
    pipeline->config.dac_crystal.skew_ppm += ppm;
    set_dac_skew(pipeline);
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t next_ns(struct pipeline *pipeline)
{
    int64_t next = earlier(earlier(pipeline->push_ns, pipeline->crystal_ns),
                           pipeline->row.next_event_ns(pipeline->adapter));

    if (!pipeline->over && pipeline->step_ns != BJ_NEVER) {
        next = earlier(next, pipeline->step_ns);
    } else if (!pipeline->over) {
        next = should_wake(pipeline) ? pipeline->now_ns
                                     : earlier(next, pipeline->wait.deadline_ns);
    }
    return next > pipeline->now_ns ? next : pipeline->now_ns;
}

static void go_to(struct pipeline *pipeline, int64_t now_ns)
{
    if (now_ns > pipeline->now_ns) {
        pipeline->steps_at_once = 0;
    }
    pipeline->now_ns = now_ns;
    pipeline->row.advance(pipeline->adapter, now_ns);
}

void pipeline_run_until(struct pipeline *pipeline, int64_t until_ns)
{
    for (int64_t next; (next = next_ns(pipeline)) < until_ns;) {
        go_to(pipeline, next);
        if (pipeline->crystal_ns <= next) {
            follow_crystal(pipeline);
        }
        if (pipeline->push_ns <= next) {
            pipeline_cycle(pipeline);
        }
        run_engine(pipeline);
    }
    go_to(pipeline, until_ns);
}

void pipeline_run_ms(struct pipeline *pipeline, int64_t ms)
{
    pipeline_run_until(pipeline, pipeline->now_ns + ms * BJ_NS_PER_MS);
}

void pipeline_light_up(struct pipeline *pipeline)
{
    for (int ms = 0;
         ms < 500 && bj_stream_stats(pipeline->stream).state != BJ_STREAM_STREAMING; ms++) {
        pipeline_run_ms(pipeline, 1);
    }
    bj_stream_arm(pipeline->stream);
    pipeline_run_ms(pipeline, 500);
    assert(pipeline->audience.lit > 0);
    audience_count_anew(&pipeline->audience);
    pipeline_run_ms(pipeline, 50);
    assert(pipeline->audience.lit == pipeline->audience.points);
    audience_count_anew(&pipeline->audience);
}

/* ---- Looking ------------------------------------------------------------------------- */

void pipeline_fault(struct pipeline *pipeline, enum sim_ed_fault fault, int64_t value)
{
    sim_ed_fault(pipeline->device, pipeline->now_ns, fault, value);
}

const struct sim_ed_counters *pipeline_counters(const struct pipeline *pipeline)
{
    return sim_ed_counters(pipeline->device);
}

uint64_t pipeline_dries(const struct pipeline *pipeline)
{
    return pipeline->row.dries ? pipeline->row.dries(pipeline->adapter) : 0;
}

struct bj_stats pipeline_stats(const struct pipeline *pipeline)
{
    return bj_stream_stats(pipeline->stream);
}

struct bj_feed_stats pipeline_feed(const struct pipeline *pipeline)
{
    return bj_feed_stats(pipeline->feed);
}

double pipeline_seconds(const struct pipeline *pipeline)
{
    return (double)pipeline_elapsed_ns(pipeline) / 1e9;
}

bool pipeline_shutter_closed(const struct pipeline *pipeline)
{
    struct sim_ed_status status = sim_ed_status(pipeline->device);

    return status.playback != 2 && !(status.playback_flags & SHUTTER_BIT);
}
