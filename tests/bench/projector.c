/* SPDX-License-Identifier: MIT */
#include "projector.h"

#include "circle.h"
#include "conformance.h"
#include "rounds.h"

#include <stdio.h>
#include <string.h>

#define LEAST_LATENCY_NS (50 * BJ_NS_PER_MS)
#define OUTSIDE_NS (10 * BJ_NS_PER_MS) /* of the latency, what cannot be in the DAC */
#define SLICE_NS (10 * BJ_NS_PER_MS)
#define LIT_WITHIN_NS (10 * BJ_NS_PER_S)
#define WARM_NS BJ_NS_PER_S
#define SEED 1

static void on_seen(void *user, int64_t time_ns, const struct bj_point *seen)
{
    struct bench_projector *projector = user;

    (void)time_ns;
    projector->lit_points += seen->r > 0 || seen->g > 0 || seen->b > 0;
}

static void on_wake(void *user)
{
    struct bench_projector *projector = user;

    projector->woken = true;
}

static void on_error(void *user, enum bj_status status, bool final, const char *text)
{
    struct bench_projector *projector = user;

    (void)status, (void) final;
    (void)snprintf(projector->complaint, sizeof projector->complaint, "%s", text);
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t next_push_ns(const struct bench_projector *projector)
{
    return CONFORMANCE_START_NS +
           (int64_t)((double)projector->pushes * BENCH_JACK_FRAMES * 1e9 / BENCH_JACK_HZ);
}

static void push(struct bench_projector *projector)
{
    int64_t begin_ns = bench_now_ns();

    (void)bj_feed_push(projector->feed, projector->channels, BENCH_JACK_FRAMES,
                       projector->now_ns, 0);
    bj_stream_wake(projector->stream);
    projector->push_ns += bench_now_ns() - begin_ns;
    projector->pushes++;
}

static bool should_step(const struct bench_projector *projector)
{
    return !projector->over &&
           (projector->woken || projector->wait.deadline_ns <= projector->now_ns ||
            projector->row->ready(projector->adapter, &projector->wait));
}

static void step(struct bench_projector *projector)
{
    int64_t begin_ns = bench_now_ns();

    projector->woken = false;
    projector->over = bj_stream_step(projector->stream, projector->now_ns,
                                     &projector->wait) != BJ_RUN_GOING;
    projector->step_ns += bench_now_ns() - begin_ns;
    projector->steps++;
}

static void go_on(struct bench_projector *projector, int64_t end_ns)
{
    int64_t next = earlier(end_ns, next_push_ns(projector));

    next = earlier(next, projector->row->next_event_ns(projector->adapter));
    next = earlier(next, projector->wait.deadline_ns);
    if (next > projector->now_ns)
        projector->now_ns = next;
    projector->row->advance(projector->adapter, projector->now_ns);
}

void bench_projector_run(struct bench_projector *projector, int64_t for_ns)
{
    int64_t begin_ns = bench_now_ns();
    int64_t end_ns = projector->now_ns + for_ns;

    for (;;) {
        if (next_push_ns(projector) <= projector->now_ns)
            push(projector);
        else if (should_step(projector))
            step(projector);
        else if (projector->now_ns >= end_ns || projector->over)
            break;
        else
            go_on(projector, end_ns);
    }
    projector->whole_ns += bench_now_ns() - begin_ns;
}

/* ---- Life ---------------------------------------------------------------------------- */

/* As the program chooses it: what the driver would like to have in the DAC, and more. */
static int64_t latency_ns(const struct bench_projector *projector)
{
    int64_t latency_ns = LEAST_LATENCY_NS;
    struct bj_dac *dac;

    if (bj_dac_create(projector->row->driver, &projector->dac, NULL, NULL, &dac) == BJ_OK) {
        int64_t wanted_ns = dac->caps.target_buffer_ns + OUTSIDE_NS;
        latency_ns = wanted_ns > latency_ns ? wanted_ns : latency_ns;
        bj_dac_destroy(dac);
    }
    return latency_ns;
}

static bool create_feed(struct bench_projector *projector)
{
    int64_t latency = latency_ns(projector);
    const struct bj_feed_config config = {
        .size = sizeof(struct bj_feed_config),
        .rate_hz = BENCH_JACK_HZ,
        .max_push_frames = 8192,
        .latency_ns = latency,
        .max_latency_ns = latency,
        .has_intensity = true,
    };
    float *channels[BJ_CHANNELS];

    for (int c = 0; c < BJ_CHANNELS; c++)
        projector->channels[c] = channels[c] = projector->samples[c];
    bench_circle(channels, BENCH_JACK_FRAMES);
    projector->channels[BJ_I] = NULL;
    return bj_feed_create(&config, &projector->feed) == BJ_OK;
}

static bool create_stream(struct bench_projector *projector, uint32_t pps)
{
    struct bj_stream_config config = bj_stream_defaults();

    config.driver = projector->row->driver;
    config.dac = &projector->dac;
    config.host = &(struct bj_host){
        .size = sizeof(struct bj_host), .wake = on_wake, .user = projector};
    config.fill = bj_feed_fill;
    config.fill_user = projector->feed;
    config.error = on_error;
    config.error_user = projector;
    config.pps = pps;
    return bj_stream_create(&config, &projector->stream) == BJ_OK;
}

static bool light_up(struct bench_projector *projector)
{
    int64_t end_ns = projector->now_ns + LIT_WITHIN_NS;

    while (projector->now_ns < end_ns && !bj_stream_stats(projector->stream).lit) {
        bench_projector_run(projector, SLICE_NS);
        if (bj_stream_stats(projector->stream).state == BJ_STREAM_STREAMING)
            bj_stream_arm(projector->stream);
    }
    bench_projector_run(projector, WARM_NS);
    projector->lit_points = 0;
    (void)bench_projector_take(projector);
    return bj_stream_stats(projector->stream).lit;
}

static bool complain(struct bench_projector *projector, const char *text)
{
    if (projector->complaint[0] == '\0')
        (void)snprintf(projector->complaint, sizeof projector->complaint, "%s", text);
    return false;
}

bool bench_projector_begin(struct bench_projector *projector,
                           const struct conformance_row *row, uint32_t pps)
{
    memset(projector, 0, sizeof *projector);
    projector->row = row;
    projector->now_ns = CONFORMANCE_START_NS;
    projector->woken = true;
    bj_wait_init(&projector->wait);
    projector->adapter = row->create(row, SEED, on_seen, projector, &projector->dac);
    if (!projector->adapter || !create_feed(projector))
        return complain(projector, "no memory");
    bench_meter_attach(&projector->meter, &projector->dac.via);
    projector->metered = true;
    if (!create_stream(projector, pps))
        return complain(projector, "the stream is refused");
    return light_up(projector) || complain(projector, "it does not light up");
}

void bench_projector_end(struct bench_projector *projector)
{
    bj_stream_destroy(projector->stream);
    bj_feed_destroy(projector->feed);
    if (projector->metered)
        bench_meter_detach(&projector->meter, &projector->dac.via);
    if (projector->adapter)
        projector->row->destroy(projector->adapter);
}

/* ---- What came out ------------------------------------------------------------------- */

/* A look at the clock, which each timed call contains once. */
static double look_ns(void)
{
    enum { LOOKS = 1000 };
    int64_t begin_ns = bench_now_ns();

    for (int k = 1; k < LOOKS; k++)
        (void)bench_now_ns();
    return (double)(bench_now_ns() - begin_ns) / LOOKS;
}

struct bench_effect bench_projector_take(struct bench_projector *projector)
{
    struct bench_meter *meter = &projector->meter;
    double look = look_ns(), looked_ns = look * 2 * (double)meter->calls;
    struct bench_effect effect = {.steps = projector->steps};
    uint64_t written = bj_stream_stats(projector->stream).points_written;

    effect.transport_ns = (double)meter->spent_ns - looked_ns / 2;
    effect.engine_ns = (double)(projector->step_ns - meter->spent_ns) - looked_ns / 2 -
                       look * (double)projector->steps;
    effect.push_ns = (double)projector->push_ns;
    effect.rest_ns =
        (double)(projector->whole_ns - projector->step_ns - projector->push_ns);
    effect.points = written - projector->written_points;
    projector->written_points = written;
    projector->step_ns = projector->push_ns = projector->whole_ns = 0;
    projector->steps = 0;
    meter->spent_ns = 0;
    meter->calls = 0;
    return effect;
}

bool bench_projector_is_well(struct bench_projector *projector)
{
    struct bj_stats stats = bj_stream_stats(projector->stream);

    if (projector->over || stats.reconnects > 0 || stats.faults > 0)
        return complain(projector, "the connection was lost");
    if (stats.device_underruns > 0)
        return complain(projector, "the device ran dry");
    if (projector->row->bits[BJ_X] == 0) /* it cannot be seen */
        return stats.lit || complain(projector, "not lit");
    return projector->lit_points > 0 || complain(projector, "no light");
}
