/* SPDX-License-Identifier: MIT */
#include "bridge/projector.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_PUSH_FRAMES 8192

/* ---- Start --------------------------------------------------------------------------- */

bool bj_projector_plan(struct bj_projector *projector, const struct bj_options *options,
                       const struct bj_transports *via, const struct bj_latency *asked,
                       uint32_t rate_hz, bool *wrong_usage, char *why, size_t why_size)
{
    *wrong_usage = false;
    if (!bj_dac_caps(&projector->dac, via, &projector->caps)) {
        snprintf(why, why_size, "the driver refuses '%.100s'; see 'beamjack list'",
                 projector->dac.id);
        return false;
    }
    projector->pps = bj_dac_pps(options->pps, rate_hz, &projector->dac, &projector->caps);
    *wrong_usage = !bj_latency_plan(*asked, &projector->caps, rate_hz, projector->pps,
                                    &projector->latency, why, why_size);
    return !*wrong_usage;
}

static enum bj_status create_feed(struct bj_projector *projector,
                                  const struct bj_options *options, uint32_t rate_hz)
{
    const struct bj_feed_config config = {
        .size = sizeof(struct bj_feed_config),
        .rate_hz = rate_hz,
        .max_push_frames = MAX_PUSH_FRAMES,
        .latency_ns = projector->latency.latency_ns,
        .max_latency_ns = projector->latency.latency_ns,
        .interpolation = (enum bj_interpolation)options->interpolation,
        .matching = (enum bj_matching)options->matching,
        .colour_shift_ns = options->colour_shift_ns,
        .has_intensity = true,
    };

    return bj_feed_create(&config, &projector->feed);
}

static struct bj_stream_config stream_config(struct bj_projector *projector,
                                             const struct bj_options *options)
{
    struct bj_stream_config config = bj_stream_defaults();

    config.driver = projector->dac.driver;
    config.host = bj_waiter_host(projector->waiter);
    config.fill = bj_feed_fill;
    config.fill_user = projector->feed;
    config.error = bj_message_queue_error;
    config.error_user = &projector->messages;
    config.pps = projector->pps;
    config.target_buffer_ns = projector->latency.target_ns;
    config.min_buffer_ns = projector->latency.min_ns;
    config.underrun = options->underrun.policy;
    config.park_x = options->underrun.x;
    config.park_y = options->underrun.y;
    config.drain_timeout_ns = options->drain_ns;
    config.reconnect = !options->no_reconnect || options->wait_for_dac;
    config.arm = options->arm;
    config.rearm = options->rearm;
    config.intensity = (enum bj_intensity)options->intensity;
    return config;
}

static enum bj_status create_stream(struct bj_projector *projector,
                                    const struct bj_options *options,
                                    const struct bj_transports *via)
{
    const struct bj_audio_options audio = bj_options_audio(options);
    const bool is_audio = strcmp(projector->dac.driver->name, "audio") == 0;
    const struct bj_dac_config dac = {.size = sizeof(struct bj_dac_config),
                                      .id = projector->dac.id,
                                      .address = projector->dac.address,
                                      .via = *via,
                                      .extra = is_audio ? &audio : NULL};
    const struct bj_shape shape = bj_options_shape(options);
    const struct bj_safety_config safety = bj_options_safety(options);
    struct bj_stream_config config = stream_config(projector, options);

    config.dac = &dac;
    config.shape = &shape;
    config.safety = &safety;
    return bj_stream_create(&config, &projector->stream);
}

static void explain_rate(const struct bj_projector *projector, char *why, size_t why_size)
{
    snprintf(why, why_size,
             "%.100s cannot play %u points/s; it takes %u to %u, choose with --pps",
             projector->dac.id, projector->pps, projector->caps.min_pps,
             projector->caps.max_pps);
}

bool bj_projector_start(struct bj_projector *projector, const struct bj_options *options,
                        const struct bj_transports *via, uint32_t rate_hz, int priority,
                        int wake_fd, bool *wrong_usage, char *why, size_t why_size)
{
    enum bj_status status;

    bj_message_queue_init(&projector->messages, wake_fd);
    bj_patience_init(&projector->patience, options->wait_for_dac);
    projector->waiter = bj_waiter_create();
    if (!projector->waiter) {
        *wrong_usage = false;
        snprintf(why, why_size, "cannot prepare %.100s: %s", projector->dac.id,
                 strerror(errno));
        return false;
    }
    status = create_feed(projector, options, rate_hz);
    if (status == BJ_OK)
        status = create_stream(projector, options, via);
    *wrong_usage = status == BJ_BAD_ARGUMENT && projector->feed;
    if (*wrong_usage && projector->caps.max_pps) {
        explain_rate(projector, why, why_size);
        return false;
    }
    if (status != BJ_OK) {
        snprintf(why, why_size, "cannot prepare %.100s: %s", projector->dac.id,
                 bj_strerror(status));
        return false;
    }
    bj_stream_connections(projector->stream, false, projector->latency.latency_ns);
    if (bj_engine_thread_start(&projector->engine, projector->stream, priority, wake_fd))
        return true;
    snprintf(why, why_size, "cannot start a thread for %.100s", projector->dac.id);
    return false;
}

/* ---- Arming -------------------------------------------------------------------------- */

bool bj_projector_arm(const struct bj_projector *projector)
{
    enum bj_stream_state state;

    if (!projector->stream)
        return false;
    state = bj_stream_stats(projector->stream).state;
    if (state != BJ_STREAM_STREAMING && state != BJ_STREAM_FAULT)
        return false;
    bj_stream_arm(projector->stream);
    return true;
}

/* ---- Messages ------------------------------------------------------------------------ */

static void tell_scheduler(struct bj_projector *projector, struct bj_log *log)
{
    int refusal = atomic_load(&projector->engine.refusal);
    char scheduler[40];

    if (projector->scheduler_told || atomic_load(&projector->engine.policy) == -1)
        return;
    projector->scheduler_told = true;
    bj_engine_scheduler(&projector->engine, scheduler, sizeof scheduler);
    if (refusal)
        bj_log_warn(log,
                    "the DAC's thread runs as %s: real-time priority is refused, see "
                    "'beamjack doctor'",
                    scheduler);
    else
        bj_log_say(log, "the DAC's thread runs as %s", scheduler);
}

static enum bj_log_level level_of(const struct bj_message *message)
{
    return message->status == BJ_OK ? BJ_LOG_INFO
           : message->final         ? BJ_LOG_ERROR
                                    : BJ_LOG_WARNING;
}

/* What a driver said before the end is said again as the end. */
static void hear(struct bj_projector *projector, const struct bj_message *message,
                 struct bj_log *log, int64_t now_ns)
{
    if (!message->final)
        bj_repeats_say(&projector->repeats, log, now_ns, level_of(message), message->text);
    else if (strcmp(message->text, projector->last_message) != 0)
        bj_log_error(log, "%s", message->text);
    snprintf(projector->last_message, sizeof projector->last_message, "%s", message->text);
    if (message->status == BJ_OK)
        return;
    projector->given_up = projector->given_up || message->final;
    bj_patience_trouble(&projector->patience, message->text, message->final, now_ns);
}

static void take_messages(struct bj_projector *projector, struct bj_log *log,
                          int64_t now_ns)
{
    unsigned lost = bj_message_queue_take_dropped(&projector->messages);
    struct bj_message message;

    if (lost > 0)
        bj_log_say(log, "%s: it said %u things more than could be kept",
                   bj_stream_dac_name(projector->stream), lost);
    while (bj_message_queue_take(&projector->messages, &message))
        hear(projector, &message, log, now_ns);
    bj_repeats_catch_up(&projector->repeats, log, now_ns);
}

static void tell_remeasured(struct bj_projector *projector, struct bj_log *log,
                            int64_t now_ns)
{
    uint64_t remeasured = bj_feed_stats(projector->feed).remeasured;

    for (; projector->remeasured_told < remeasured; projector->remeasured_told++)
        bj_repeats_say(&projector->repeats, log, now_ns, BJ_LOG_WARNING,
                       "JACK: its clock jumped and is measured anew, a moment is dark; if "
                       "that comes again, look for xruns and for what else loads the "
                       "computer");
}

/* Each arming and disarming is said, however often. */
static void tell_state(struct bj_projector *projector, const struct bj_stats *stats,
                       struct bj_log *log, int64_t now_ns)
{
    const char *name = bj_stream_dac_name(projector->stream);
    bool end_told = stats->state == BJ_STREAM_DONE && projector->given_up;
    char text[BJ_LOG_WIDTH];

    if (stats->state != projector->state_told && !end_told) {
        snprintf(text, sizeof text, "%s: %s", name, bj_status_state(stats->state));
        bj_repeats_say(&projector->repeats, log, now_ns, BJ_LOG_INFO, text);
    }
    if (stats->armed != projector->armed_told)
        bj_log_say(log, "%s: %s", name, stats->armed ? "armed" : "disarmed, dark");
    projector->state_told = stats->state;
    projector->armed_told = stats->armed;
}

/* The stream itself would take the first failure for the end. */
static bool lost_for_good(const struct bj_projector *projector,
                          const struct bj_options *options, char *why, size_t why_size)
{
    if (!options->no_reconnect || !projector->patience.reached ||
        bj_stream_stats(projector->stream).state != BJ_STREAM_RECONNECTING)
        return false;
    snprintf(why, why_size, "%s is lost; leaving, because of --no-reconnect",
             bj_stream_dac_name(projector->stream));
    return true;
}

bool bj_projector_listen(struct bj_projector *projector, const struct bj_options *options,
                         struct bj_log *log, char *why, size_t why_size)
{
    int64_t now_ns = bj_clock_ns();
    struct bj_stats stats;

    if (!projector->stream)
        return true;
    stats = bj_stream_stats(projector->stream); /* its reasons came before it */
    if (stats.state == BJ_STREAM_STREAMING)
        bj_patience_reached(&projector->patience);
    tell_scheduler(projector, log);
    tell_remeasured(projector, log, now_ns);
    take_messages(projector, log, now_ns);
    tell_state(projector, &stats, log, now_ns);
    return !bj_patience_over(&projector->patience, now_ns, why, why_size) &&
           !lost_for_good(projector, options, why, why_size);
}

bool bj_projector_over(const struct bj_projector *projector, bool *failed)
{
    bool over = projector->stream && atomic_load(&projector->engine.done);

    *failed = over && projector->engine.result == BJ_RUN_DISCONNECTED;
    return over;
}

void bj_projector_report(const struct bj_projector *projector,
                         struct bj_status_report *report, char *scheduler,
                         size_t scheduler_size)
{
    snprintf(scheduler, scheduler_size, "not started");
    report->scheduler = scheduler;
    report->dac = projector->dac.id;
    report->latency_ns = projector->latency.latency_ns;
    if (!projector->stream)
        return;
    report->dac = bj_stream_dac_name(projector->stream);
    report->stream = bj_stream_stats(projector->stream);
    report->feed = bj_feed_stats(projector->feed);
    bj_engine_scheduler(&projector->engine, scheduler, scheduler_size);
}

/* ---- The end ------------------------------------------------------------------------- */

void bj_projector_stop(struct bj_projector *projector)
{
    if (projector->stream) {
        bj_stream_disarm(projector->stream);
        bj_stream_stop(projector->stream);
    }
}

bool bj_projector_join(struct bj_projector *projector, int64_t timeout_ns)
{
    return !projector->stream || bj_engine_thread_join(&projector->engine, timeout_ns);
}

void bj_projector_free(struct bj_projector *projector)
{
    bj_stream_destroy(projector->stream);
    bj_feed_destroy(projector->feed);
    bj_waiter_destroy(projector->waiter);
}
