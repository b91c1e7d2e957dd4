/* SPDX-License-Identifier: MIT */
#include "engine/drain.h"

#include "engine/points.h"
#include "engine/session.h"

#define DARK_TAIL_NS BJ_NS_PER_MS

void bj_engine_begin_drain(struct bj_stream *stream)
{
    stream->life.phase = BJ_STREAM_DRAINING;
    stream->life.deadline_ns = stream->turn.now_ns + stream->config.drain_timeout_ns;
}

/* A device that has not begun yet needs enough to begin at all. */
static uint32_t missing_to_begin(const struct bj_stream *stream)
{
    double low = bj_level_low(&stream->level);
    bool stuck =
        stream->device.status.state == BJ_DAC_READY && !stream->life.drained && low >= 1;
    return stuck && low < stream->pace.begin_points
               ? (uint32_t)(stream->pace.begin_points - low) + 1
               : 0;
}

/* The end rests dark. Returns false when the tail is complete. */
static bool make_tail(struct bj_stream *stream)
{
    uint32_t least = (uint32_t)(DARK_TAIL_NS / 1e9 * stream->true_pps) + 1;
    uint32_t count = stream->life.tailed ? missing_to_begin(stream) : least;
    uint32_t most = stream->pace.max_chunk;
    if (count == 0) {
        return false;
    }
    stream->life.tailed = true;
    struct bj_made made = bj_points_rest(stream, count < most ? count : most);
    bj_points_shape(stream, &made);
    bj_points_make_safe(stream, &made);
    return true;
}

static bool has_drained(const struct bj_stream *stream)
{
    return stream->batch.count == 0 &&
           (stream->life.drained || bj_level_drained(&stream->level));
}

void bj_engine_drain(struct bj_stream *stream, struct bj_wait *wait)
{
    while (bj_points_write(stream) && stream->life.phase == BJ_STREAM_DRAINING &&
           make_tail(stream)) {
    }
    if (stream->life.phase != BJ_STREAM_DRAINING) {
        return;
    }
    if (has_drained(stream) || stream->turn.now_ns >= stream->life.deadline_ns) {
        bj_engine_close(stream, BJ_RUN_ENDED);
        return;
    }
    if (stream->batch.count == 0) { /* else the driver says when it takes more */
        bj_wait_until(wait, bj_level_drained_ns(&stream->level));
    }
    bj_wait_until(wait, stream->life.deadline_ns);
}
