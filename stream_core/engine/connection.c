/* SPDX-License-Identifier: MIT */
#include "engine/connection.h"

#include "engine/arming.h"
#include "engine/words.h"

#include <stdio.h>

#define FIRST_BACKOFF_NS (100 * BJ_NS_PER_MS)
#define LONGEST_BACKOFF_NS BJ_NS_PER_S
#define CLOSE_TIMEOUT_NS (500 * BJ_NS_PER_MS)

static void tell_remeasured(struct bj_stream *stream)
{
    char text[BJ_DAC_NAME_SIZE + 160];
    snprintf(text, sizeof text,
             "%s: its clock jumped and is measured anew, a moment is dark; if that comes "
             "again, look at its cable and at what else loads the computer",
             stream->dac->name);
    stream->remeasured = true;
    bj_engine_tell(stream, BJ_PROTOCOL, false, text);
}

/* ---- what the driver says
 * ------------------------------------------------------------------- */

static void on_level(void *engine, const struct bj_level_report *report)
{
    struct bj_stream *stream = engine;
    const char *broken = bj_promise_report(report, stream->now_ns);
    if (broken) {
        stream->broken = broken; /* and lost, once the slot has returned */
        return;
    }
    uint32_t misfits = stream->clock.fit.misfits;
    bj_level_report(&stream->level, report);
    if (bj_dac_clock_report(&stream->clock, report)) {
        stream->restarted = true;
    }
    if (stream->clock.fit.misfits != misfits) {
        tell_remeasured(stream);
    }
    if (report->playing && !stream->confirmed) {
        stream->confirmed = true; /* from here on the play time is known, not hoped for */
        stream->restarted = true;
    }
}

/* A device may throw away more than it tells, but hardly less than it must still hold. */
static uint32_t at_least(const struct bj_stream *stream, uint32_t lost_points)
{
    double held = bj_level_low(&stream->level);
    return held > lost_points ? (uint32_t)held : lost_points;
}

static void on_emptied(void *engine, uint32_t lost_points, bool dry)
{
    struct bj_stream *stream = engine;
    lost_points = dry ? lost_points : at_least(stream, lost_points);
    bj_stats_add(&stream->stats, BJ_COUNT_FLUSHED_POINTS, lost_points);
    if (dry && stream->phase == BJ_STREAM_STREAMING) {
        bj_engine_ran_dry(stream);
    }
    bj_restarts_note(&stream->restarts, stream->now_ns,
                     stream->confirmed || stream->status.state == BJ_DAC_PLAYING);
    bj_level_empty(&stream->level, stream->now_ns);
    bj_dac_clock_emptied(&stream->clock, lost_points);
    bj_safety_restart(&stream->safety);
    stream->written_dark = BJ_DARK_SETTLING;
    stream->restarted = true;
    stream->confirmed = false;
    stream->drained = stream->phase == BJ_STREAM_DRAINING;
}

static void on_notice(void *engine, enum bj_status status, const char *text)
{
    bj_engine_tell(engine, status, false, text ? text : bj_strerror(status));
}

const struct bj_dac_events bj_engine_events = {
    .level = on_level,
    .emptied = on_emptied,
    .notice = on_notice,
};

/* ---- the life of a connection
 * ------------------------------------------------------------------ */

/* Once for each connect; nothing is asked of the driver after it. */
static void let_go(struct bj_stream *stream)
{
    if (stream->attempting) {
        stream->driver->disconnect(stream->dac);
    }
    stream->attempting = false;
    stream->broken = NULL;
}

/* What the driver says of it, or else our own count: nobody plays it any more. */
static void drop_queue(struct bj_stream *stream)
{
    bj_stats_add(&stream->stats, BJ_COUNT_FLUSHED_POINTS, at_least(stream, 0));
    bj_level_empty(&stream->level, stream->now_ns);
}

static void drop_pending(struct bj_stream *stream)
{
    bj_stats_add(&stream->stats, BJ_COUNT_FLUSHED_POINTS, stream->pending);
    stream->pending = 0;
    stream->written_dark = BJ_DARK_SETTLING;
}

void bj_engine_drop_points(struct bj_stream *stream)
{
    drop_pending(stream);
    drop_queue(stream);
}

static void over(struct bj_stream *stream, enum bj_run result)
{
    let_go(stream);
    drop_queue(stream);
    stream->phase = BJ_STREAM_DONE;
    stream->result = result;
    stream->armed = false;
}

static bool is_final(enum bj_status status)
{
    return status == BJ_UNSUPPORTED || status == BJ_NO_PERMISSION ||
           status == BJ_BAD_ARGUMENT;
}

/* No promise outlives a loss but those that say so. */
static void lose_light(struct bj_stream *stream)
{
    bool first = stream->phase == BJ_STREAM_CONNECTING;
    bool promised = stream->armed || stream->arm_when_connected;
    stream->arm_when_connected = promised && (first || stream->config.rearm);
    stream->armed = false;
    bj_safety_disarm(&stream->safety);
    bj_engine_forget_arms(stream);
}

void bj_engine_lost(struct bj_stream *stream, enum bj_status status)
{
    bool closing = stream->phase == BJ_STREAM_CLOSING;
    bool final = is_final(status) || !stream->config.reconnect || closing;
    if (!closing) {
        bj_engine_tell_loss(stream, status, final);
    }
    let_go(stream);
    bj_engine_drop_points(stream);
    lose_light(stream);
    stream->status = (struct bj_dac_status){.state = BJ_DAC_CONNECTING};
    if (final) {
        over(stream, closing ? stream->closing_as : BJ_RUN_DISCONNECTED);
        return;
    }
    if (stream->phase != BJ_STREAM_CONNECTING) {
        stream->phase = BJ_STREAM_RECONNECTING;
    }
    stream->retry_ns = stream->now_ns + stream->backoff_ns;
    stream->backoff_ns *= 2;
    if (stream->backoff_ns > LONGEST_BACKOFF_NS) {
        stream->backoff_ns = LONGEST_BACKOFF_NS;
    }
}

void bj_engine_hopeless(struct bj_stream *stream)
{
    char text[BJ_PROBLEM_SIZE];
    snprintf(text, sizeof text,
             "%.140s: plays nothing of what it is given; try a lower --pps, or restart it; "
             "connecting anew",
             stream->dac->name);
    bj_engine_tell(stream, BJ_REFUSED, false, text);
    bj_engine_lost(stream, BJ_REFUSED);
}

void bj_engine_broke(struct bj_stream *stream, const char *what)
{
    char text[BJ_PROBLEM_SIZE];
    snprintf(text, sizeof text,
             "%.100s: a fault in the driver '%.20s': %s; connection lost, please report it",
             stream->dac->name, stream->driver->name ? stream->driver->name : "?", what);
    bj_engine_tell(stream, BJ_PROTOCOL, false, text);
    bj_engine_lost(stream, BJ_PROTOCOL);
}

/* When the device begins was told with the connection, and stays. False: lost, since what
 * the device can do is impossible. */
static bool fit_to_device(struct bj_stream *stream)
{
    uint32_t told = stream->attempting ? stream->pace.begin_points : 0;
    const struct bj_dac_caps *caps = &stream->dac->caps;
    const char *broken = bj_promise_caps_now(&stream->first_caps, caps);
    if (broken) {
        bj_engine_broke(stream, broken);
        return false;
    }
    int64_t target = stream->config.target_buffer_ns;
    int64_t least = stream->config.min_buffer_ns;
    bj_pace_init(&stream->pace, caps, stream->true_pps,
                 target ? target : caps->target_buffer_ns,
                 least ? least : caps->min_buffer_ns);
    if (told > stream->pace.begin_points) {
        stream->pace.begin_points = told;
    }
    atomic_store_explicit(&stream->stats.capacity_points, caps->capacity_points,
                          memory_order_relaxed);
    return true;
}

void bj_engine_note_rate(struct bj_stream *stream)
{
    double true_pps = bj_dac_true_pps(stream->dac, stream->pps);
    if (true_pps == stream->true_pps) {
        return;
    }
    stream->pending_true_pps *= true_pps / stream->true_pps;
    stream->true_pps = true_pps;
    bj_level_set_rate(&stream->level, stream->now_ns, true_pps);
    bj_dac_clock_set_rate(&stream->clock, stream->now_ns, true_pps);
    bj_safety_set_rate(&stream->safety, true_pps);
    atomic_store_explicit(&stream->stats.true_pps, true_pps, memory_order_relaxed);
    (void)fit_to_device(stream);
}

void bj_engine_connect(struct bj_stream *stream)
{
    if (stream->attempting || stream->now_ns < stream->retry_ns) {
        return;
    }
    if (stream->backoff_ns == 0) {
        stream->backoff_ns = FIRST_BACKOFF_NS;
    }
    if (!fit_to_device(stream)) {
        return;
    }
    stream->attempting = true;
    bj_dac_clock_connect(&stream->clock);
    enum bj_status status = stream->driver->connect(stream->dac, stream->now_ns,
                                                    stream->pps, stream->pace.begin_points);
    if (status != BJ_OK) {
        bj_engine_lost(stream, status);
    }
}

void bj_engine_faulted(struct bj_stream *stream)
{
    bool first = stream->phase == BJ_STREAM_CONNECTING;
    bool promised = first && stream->arm_when_connected;
    bj_engine_disarm_self(stream);
    bj_engine_drop_points(stream);
    stream->phase = BJ_STREAM_FAULT;
    bj_engine_watch_faults(stream); /* this one, before the light that clears it */
    stream->arm_when_connected = promised;
    bj_engine_arm_as_promised(stream);
}

void bj_engine_connected(struct bj_stream *stream)
{
    bool anew = stream->phase != BJ_STREAM_FAULT;
    if (stream->phase == BJ_STREAM_RECONNECTING) {
        bj_stats_add(&stream->stats, BJ_COUNT_RECONNECTS, 1);
    }
    if (anew) {
        stream->connected_ns = stream->now_ns;
        stream->problem[0] = '\0';
    }
    if (!fit_to_device(stream)) {
        return;
    }
    stream->restarts = (struct bj_restarts){0};
    stream->phase = BJ_STREAM_STREAMING;
    stream->taken_ns = 0;
    stream->restarted = true;
    stream->confirmed = false;
    if (anew) {
        bj_engine_arm_as_promised(stream);
    }
}

/* ---- leaving
 * ----------------------------------------------------------------------------------- */

void bj_engine_close(struct bj_stream *stream, enum bj_run result)
{
    bool connected = stream->attempting;
    if (stream->armed) {
        bj_engine_darken(stream);
    }
    drop_pending(stream);
    stream->closing_as = result;
    stream->phase = BJ_STREAM_CLOSING;
    stream->phase_deadline_ns = stream->now_ns + CLOSE_TIMEOUT_NS;
    if (!connected) {
        over(stream, result);
        return;
    }
    stream->driver->stop(stream->dac, stream->now_ns);
    stream->told = true;
}

void bj_engine_closing(struct bj_stream *stream)
{
    if (stream->status.state == BJ_DAC_STOPPED ||
        stream->status.state == BJ_DAC_CONNECTING ||
        stream->now_ns >= stream->phase_deadline_ns) {
        over(stream, stream->closing_as);
    }
}
