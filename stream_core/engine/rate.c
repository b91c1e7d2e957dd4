/* SPDX-License-Identifier: MIT */
#include "engine/rate.h"

void bj_engine_fit_pace(struct bj_stream *stream)
{
    uint32_t told = stream->device.held ? stream->pace.begin_points : 0;
    const struct bj_dac_caps *caps = &stream->device.dac->caps;
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
}

void bj_engine_set_rate(struct bj_stream *stream, double true_pps)
{
    int64_t now_ns = stream->turn.now_ns;
    bj_batch_scale_rate(&stream->batch, true_pps / stream->true_pps);
    stream->true_pps = true_pps;
    bj_level_set_rate(&stream->level, now_ns, true_pps);
    bj_dac_clock_set_rate(&stream->clock, now_ns, true_pps);
    bj_safety_set_rate(&stream->safety, true_pps);
    bj_engine_fit_pace(stream);
    atomic_store_explicit(&stream->stats.true_pps, true_pps, memory_order_relaxed);
}
