/* SPDX-License-Identifier: MIT */
#include "engine/producer.h"

void bj_producer_init(struct bj_producer *producer, const struct bj_stream_config *config,
                      struct bj_point *last_chunk)
{
    *producer = (struct bj_producer){
        .fill = config->fill, .user = config->fill_user, .restarted = true};
    bj_underrun_init(&producer->underrun, config->underrun, config->park_x, config->park_y,
                     last_chunk);
}

void bj_producer_restart(struct bj_producer *producer)
{
    producer->restarted = true;
}

void bj_producer_remeasured(struct bj_producer *producer)
{
    producer->remeasured = true;
}

static void note_given(struct bj_producer *producer, const struct bj_fill_request *request,
                       const struct bj_point *points, uint32_t count)
{
    producer->filled_once = true;
    producer->starving = false;
    producer->restarted = producer->remeasured = false;
    producer->covered_until_ns =
        (int64_t)request->play_ns + (int64_t)(count / request->true_pps * 1e9);
    bj_underrun_remember(&producer->underrun, points, count);
}

/* The gap takes time, and so what follows is due later than the producer thinks. */
static void top_up(struct bj_producer *producer, const struct bj_fill_request *request,
                   struct bj_point *points, struct bj_made *made)
{
    int64_t uncovered_ns = (int64_t)request->play_ns - producer->covered_until_ns;
    uint32_t from = made->points;
    bj_underrun_make(&producer->underrun, uncovered_ns > BJ_SILENCE_LIMIT_NS, points + from,
                     request->min_points - from);
    made->points = request->min_points;
    made->topped_up = true;
    made->underrun = producer->filled_once && !producer->starving;
    producer->starving |= made->underrun;
    producer->restarted = true;
}

struct bj_made bj_producer_make(struct bj_producer *producer,
                                const struct bj_fill_request *request,
                                struct bj_point *points)
{
    struct bj_fill_result result = producer->fill(producer->user, request, points);
    if (result.kind == BJ_END) {
        return (struct bj_made){.ends = true};
    }
    struct bj_made made = {.points = 0};
    if (result.kind == BJ_FILLED) {
        uint32_t most = request->target_points;
        made.points = made.from_producer = result.points < most ? result.points : most;
        made.wanted_pps = result.wanted_pps;
    }
    if (made.points > 0) {
        made.recovered = producer->starving;
        note_given(producer, request, points, made.points);
    }
    if (made.points >= request->min_points) {
        return made;
    }
    if (producer->underrun.policy == BJ_STOP && producer->filled_once) {
        made.underrun = made.ends = true;
        return made;
    }
    top_up(producer, request, points, &made);
    return made;
}

bool bj_producer_ends(struct bj_producer *producer, const struct bj_fill_request *request,
                      struct bj_point *points)
{
    return producer->fill(producer->user, request, points).kind == BJ_END;
}

void bj_producer_rest(struct bj_producer *producer, struct bj_point *points, uint32_t count)
{
    bj_underrun_make(&producer->underrun, true, points, count);
}
