/* SPDX-License-Identifier: MIT */
#include "engine/driver_events.h"
#include "engine/promises.h"
#include "engine/stream_state.h"

#include <math.h>
#include <stdlib.h>

void bj_stream_config_begin(struct bj_stream_config *config, size_t size)
{
    const struct bj_stream_config defaults = {
        .underrun = BJ_BLANK,
        .drain_timeout_ns = BJ_NS_PER_S,
        .reconnect = true,
    };
    bj_sized_begin(config, size, &defaults, sizeof defaults);
}

static enum bj_status choose_rate(struct bj_stream *stream)
{
    const struct bj_dac_caps *caps = &stream->device.dac->caps;
    stream->pps = stream->config.pps ? stream->config.pps : caps->default_pps;
    if (stream->pps == 0 || stream->pps < caps->min_pps || stream->pps > caps->max_pps) {
        return BJ_BAD_ARGUMENT;
    }
    stream->true_pps = bj_device_true_pps(&stream->device, stream->pps);
    return BJ_OK;
}

/* For what is made, and for what the producer gave last. */
static enum bj_status allocate_points(struct bj_stream *stream)
{
    size_t most = stream->device.dac->caps.max_points_per_chunk;
    struct bj_point *points = calloc(2 * most, sizeof *points);
    if (!points) {
        return BJ_NO_MEMORY;
    }
    bj_batch_init(&stream->batch, points);
    bj_producer_init(&stream->producer, &stream->config, points + most);
    return BJ_OK;
}

static void init_stages(struct bj_stream *stream, const struct bj_shape *shape,
                        const struct bj_safety_config *safety)
{
    const struct bj_stream_config *config = &stream->config;
    const struct bj_dac *dac = stream->device.dac;
    bj_controls_init(&stream->controls);
    bj_shape_buffer_init(&stream->shape, shape);
    bj_stats_init(&stream->stats);
    bj_level_init(&stream->level, stream->true_pps, 0);
    bj_dac_clock_init(&stream->clock, dac->caps.model, stream->true_pps);
    bj_safety_init(&stream->safety, safety, stream->true_pps);
    bj_messages_init(&stream->messages, config->error, config->error_user, dac->name);
    atomic_store(&stream->stats.pps, stream->pps);
    atomic_store(&stream->stats.true_pps, stream->true_pps);
    stream->arming.promised = config->arm;
    stream->turn.expected_ns = BJ_NEVER;
}

static bool is_duration(int64_t ns)
{
    return ns >= 0 && ns <= BJ_DURATION_LIMIT_NS;
}

static bool is_in_field(float value)
{
    return fabsf(value) <= 1.0f; /* false for NaN */
}

static bool host_is_whole(const struct bj_host *host)
{
    return !host->now_ns == !host->wait;
}

static bool config_is_sane(const struct bj_stream_config *config)
{
    return config->driver && config->dac && config->fill &&
           !bj_promise_slots(config->driver) && is_duration(config->target_buffer_ns) &&
           is_duration(config->min_buffer_ns) && is_duration(config->drain_timeout_ns) &&
           (config->target_buffer_ns == 0 ||
            config->min_buffer_ns <= config->target_buffer_ns) &&
           (unsigned)config->underrun <= BJ_STOP &&
           (unsigned)config->intensity <= BJ_INTENSITY_LINE &&
           is_in_field(config->park_x) && is_in_field(config->park_y);
}

static enum bj_status set_up(struct bj_stream *stream)
{
    const struct bj_stream_config *config = &stream->config;
    enum bj_status status = bj_device_create(&stream->device, config->driver, config->dac,
                                             &bj_engine_events, stream);
    status = status == BJ_OK ? choose_rate(stream) : status;
    return status == BJ_OK ? allocate_points(stream) : status;
}

/* What a caller's struct points to: left as it is where that is NULL. */
static bool read_part(void *whole, size_t whole_size, const void *given)
{
    return !given || bj_sized_read(whole, whole_size, given);
}

enum bj_status bj_stream_create(const struct bj_stream_config *given,
                                struct bj_stream **out)
{
    if (!out) {
        return BJ_BAD_ARGUMENT;
    }
    *out = NULL;
    struct bj_stream_config config = bj_stream_defaults();
    struct bj_shape shape = bj_shape_neutral();
    struct bj_safety_config safety = bj_safety_defaults();
    struct bj_host host = {.size = sizeof host};
    if (!bj_sized_read(&config, sizeof config, given) || !config_is_sane(&config) ||
        !read_part(&shape, sizeof shape, config.shape) || !bj_shape_is_sane(&shape) ||
        !read_part(&safety, sizeof safety, config.safety) ||
        !bj_safety_config_is_sane(&safety) || !read_part(&host, sizeof host, config.host) ||
        !host_is_whole(&host)) {
        return BJ_BAD_ARGUMENT;
    }
    struct bj_stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        return BJ_NO_MEMORY;
    }
    stream->config = config;
    stream->host = host;
    enum bj_status status = set_up(stream);
    if (status != BJ_OK) {
        bj_stream_destroy(stream);
        return status;
    }
    init_stages(stream, &shape, &safety);
    *out = stream;
    return BJ_OK;
}

void bj_stream_destroy(struct bj_stream *stream)
{
    if (!stream) {
        return;
    }
    bj_device_destroy(&stream->device);
    free(stream->batch.points);
    free(stream);
}

enum bj_run bj_stream_run_fill(struct bj_stream *stream)
{
    if (!stream || !stream->host.wait) {
        return BJ_RUN_GOING;
    }
    const struct bj_host *host = &stream->host;
    struct bj_wait wait;
    enum bj_run run;
    while ((run = bj_stream_step(stream, host->now_ns(host->user), &wait)) ==
           BJ_RUN_GOING) {
        host->wait(host->user, &wait);
    }
    return run;
}

void bj_stream_wake(struct bj_stream *stream)
{
    if (stream && stream->host.wake) {
        stream->host.wake(stream->host.user);
    }
}

void bj_stream_arm(struct bj_stream *stream)
{
    if (stream) {
        bj_controls_arm(&stream->controls);
        bj_stream_wake(stream);
    }
}

void bj_stream_disarm(struct bj_stream *stream)
{
    if (stream) {
        bj_controls_disarm(&stream->controls);
        bj_stream_wake(stream);
    }
}

void bj_stream_stop(struct bj_stream *stream)
{
    if (stream) {
        bj_controls_stop(&stream->controls);
        bj_stream_wake(stream);
    }
}

void bj_stream_connections(struct bj_stream *stream, bool position_connected,
                           int64_t lag_ns)
{
    if (stream) {
        bj_controls_connect(&stream->controls, position_connected, lag_ns);
        bj_stream_wake(stream);
    }
}

enum bj_status bj_stream_set_shape(struct bj_stream *stream, const struct bj_shape *given)
{
    struct bj_shape shape = bj_shape_neutral();
    if (!stream || !bj_sized_read(&shape, sizeof shape, given) ||
        !bj_shape_is_sane(&shape)) {
        return BJ_BAD_ARGUMENT;
    }
    bj_shape_buffer_post(&stream->shape, &shape);
    bj_stream_wake(stream);
    return BJ_OK;
}

void bj_stream_read_stats(const struct bj_stream *stream, struct bj_stats *out, size_t size)
{
    struct bj_stats stats = {0};
    if (stream) {
        stats = bj_stats_read(&stream->stats);
    }
    bj_sized_write(out, size, &stats, sizeof stats);
}

const char *bj_stream_dac_name(const struct bj_stream *stream)
{
    return stream ? stream->device.dac->name : "";
}
