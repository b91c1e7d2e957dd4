/* SPDX-License-Identifier: MIT */
#include "engine/driver_events.h"

#include "engine/promises.h"

#include <stdio.h>

static void tell_remeasured(struct bj_stream *stream)
{
    char text[BJ_DAC_NAME_SIZE + 160];
    snprintf(text, sizeof text,
             "%s: its clock jumped and is measured anew, a moment is dark; if that comes "
             "again, look at its cable and at what else loads the computer",
             stream->device.dac->name);
    bj_producer_remeasured(&stream->producer);
    bj_messages_tell(&stream->messages, BJ_PROTOCOL, false, text);
}

static void on_level(void *engine, const struct bj_level_report *report)
{
    struct bj_stream *stream = engine;
    const char *broken = bj_promise_report(report, stream->turn.now_ns);
    if (broken) {
        stream->device.broken = broken; /* and lost, once the slot has returned */
        return;
    }
    uint32_t misfits = stream->clock.fit.misfits;
    bj_level_report(&stream->level, report);
    if (bj_dac_clock_report(&stream->clock, report)) {
        bj_producer_restart(&stream->producer);
    }
    if (stream->clock.fit.misfits != misfits) {
        tell_remeasured(stream);
    }
    if (report->playing && !stream->life.confirmed) {
        stream->life.confirmed = true; /* the play time is known from here on */
        bj_producer_restart(&stream->producer);
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
    int64_t now_ns = stream->turn.now_ns;
    lost_points = dry ? lost_points : at_least(stream, lost_points);
    bj_stats_add(&stream->stats, BJ_COUNT_FLUSHED_POINTS, lost_points);
    if (dry && stream->life.phase == BJ_STREAM_STREAMING) {
        bj_stats_add(&stream->stats, BJ_COUNT_DEVICE_UNDERRUNS, 1);
        bj_messages_ran_dry(&stream->messages);
    }
    bj_restarts_note(&stream->restarts, now_ns,
                     stream->life.confirmed ||
                         stream->device.status.state == BJ_DAC_PLAYING);
    bj_level_empty(&stream->level, now_ns);
    bj_dac_clock_emptied(&stream->clock, lost_points);
    bj_safety_restart(&stream->safety);
    bj_batch_lost_written(&stream->batch);
    bj_producer_restart(&stream->producer);
    stream->life.confirmed = false;
    stream->life.drained = stream->life.phase == BJ_STREAM_DRAINING;
}

static void on_notice(void *engine, enum bj_status status, const char *text)
{
    struct bj_stream *stream = engine;
    bj_messages_tell(&stream->messages, status, false, text ? text : bj_strerror(status));
}

const struct bj_dac_events bj_engine_events = {
    .level = on_level,
    .emptied = on_emptied,
    .notice = on_notice,
};

void bj_engine_drop_queue(struct bj_stream *stream)
{
    bj_stats_add(&stream->stats, BJ_COUNT_FLUSHED_POINTS, at_least(stream, 0));
    bj_level_empty(&stream->level, stream->turn.now_ns);
}

void bj_engine_drop_batch(struct bj_stream *stream)
{
    bj_stats_add(&stream->stats, BJ_COUNT_FLUSHED_POINTS, bj_batch_drop(&stream->batch));
}

void bj_engine_drop_points(struct bj_stream *stream)
{
    bj_engine_drop_batch(stream);
    bj_engine_drop_queue(stream);
}
