/* SPDX-License-Identifier: MIT */
#include "engine/publish.h"

static bool has_dac(const struct bj_stream *stream)
{
    enum bj_dac_state state = stream->device.status.state;
    return stream->device.held && stream->life.phase != BJ_STREAM_CONNECTING &&
           stream->life.phase != BJ_STREAM_RECONNECTING &&
           stream->life.phase != BJ_STREAM_DONE && state != BJ_DAC_CONNECTING &&
           state != BJ_DAC_STOPPED;
}

/* The state of now comes first, then what became of the points written last. */
static enum bj_dark why_dark(const struct bj_stream *stream)
{
    if (!has_dac(stream)) {
        return BJ_DARK_AWAY;
    }
    if (stream->life.phase == BJ_STREAM_FAULT ||
        stream->device.status.state == BJ_DAC_FAULT) {
        return BJ_DARK_FAULT;
    }
    if (!stream->arming.armed) {
        return BJ_DARK_DISARMED;
    }
    if (stream->life.phase == BJ_STREAM_STREAMING &&
        bj_restarts_hold(&stream->restarts, stream->turn.now_ns)) {
        return BJ_DARK_RESTARTING;
    }
    if (!stream->safety.position_connected) {
        return BJ_DARK_UNCONNECTED;
    }
    if (stream->batch.written_dark == BJ_DARK_NO && bj_level_high(&stream->level) < 1) {
        return BJ_DARK_SILENCE;
    }
    bool made_before = stream->batch.written_dark == BJ_DARK_DISARMED ||
                       stream->batch.written_dark == BJ_DARK_UNCONNECTED;
    return made_before ? BJ_DARK_SETTLING : stream->batch.written_dark;
}

void bj_engine_publish(struct bj_stream *stream)
{
    struct bj_stats_board *board = &stream->stats;
    atomic_store_explicit(&board->dark, why_dark(stream), memory_order_relaxed);
    bj_stats_set(board, BJ_COUNT_DWELL_POINTS, stream->safety.dwell_darkened);
    bj_stats_set(board, BJ_COUNT_INVALID_POINTS, stream->safety.invalid);
    /* whoever sees it finds the messages that were told before it */
    atomic_store_explicit(&board->state, stream->life.phase, memory_order_release);
    atomic_store_explicit(&board->armed, stream->arming.armed, memory_order_relaxed);
    atomic_store_explicit(&board->buffered_points, (uint32_t)bj_level_low(&stream->level),
                          memory_order_relaxed);
    atomic_store_explicit(&board->buffered_max_points,
                          (uint32_t)bj_level_high(&stream->level), memory_order_relaxed);
    atomic_store_explicit(&board->buffered_least_points,
                          (uint32_t)bj_level_least(&stream->level), memory_order_relaxed);
    atomic_store_explicit(&board->device_queued_points, stream->level.queued_points,
                          memory_order_relaxed);
}
