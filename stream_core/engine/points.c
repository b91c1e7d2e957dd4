/* SPDX-License-Identifier: MIT */
#include "engine/points.h"

#include "beam/intensity.h"
#include "engine/play_time.h"
#include "engine/session.h"

/* ---- fill ---------------------------------------------------------------------------- */

static struct bj_play_time play_time(const struct bj_stream *stream)
{
    return bj_play_time_of(&stream->level, &stream->clock,
                           stream->device.dac->caps.reports_level);
}

static struct bj_fill_request make_request(const struct bj_stream *stream,
                                           const struct bj_plan *plan)
{
    double low = bj_level_low(&stream->level);
    struct bj_play_time play = play_time(stream);
    return (struct bj_fill_request){
        .now_ns = stream->turn.now_ns,
        .start = stream->batch.position_points,
        .pps = stream->pps,
        .true_pps = stream->true_pps,
        .min_points = plan->min_points,
        .target_points = plan->target_points,
        .buffered_points = (uint32_t)low,
        .buffered_ns = (int64_t)(low / stream->true_pps * 1e9),
        .play_ns = play.ns,
        .play_sd_ns = play.sd_ns,
        .play_pps = play.pps,
        .follows_pps = stream->device.dac->caps.follows_pps,
        .play_known = play.known,
        .play_settled = play.settled,
        .device_queued_points = stream->level.queued_points,
        .restarted = stream->producer.restarted,
        .remeasured = stream->producer.remeasured,
    };
}

struct bj_made bj_points_fill(struct bj_stream *stream, const struct bj_plan *plan)
{
    struct bj_fill_request request = make_request(stream, plan);
    struct bj_made made =
        bj_producer_make(&stream->producer, &request, stream->batch.points);
    if (made.recovered) {
        bj_safety_restart(&stream->safety);
    }
    bj_stats_add(&stream->stats, BJ_COUNT_POINTS_FROM_FILL, made.from_producer);
    bj_stats_add(&stream->stats, BJ_COUNT_UNDERRUNS, made.underrun);
    return made;
}

bool bj_points_end(struct bj_stream *stream)
{
    struct bj_fill_request request = make_request(stream, &(struct bj_plan){0});
    return bj_producer_ends(&stream->producer, &request, stream->batch.points);
}

struct bj_made bj_points_rest(struct bj_stream *stream, uint32_t count)
{
    bj_producer_rest(&stream->producer, stream->batch.points, count);
    return (struct bj_made){.points = count, .topped_up = true};
}

/* ---- shape --------------------------------------------------------------------------- */

/* At the nominal rate, unless the producer wants another and the DAC can be told. */
static void set_rate(struct bj_stream *stream, const struct bj_made *made)
{
    struct bj_batch *batch = &stream->batch;
    batch->pps = stream->pps;
    batch->true_pps = stream->true_pps;
    if (made->wanted_pps > 0 && stream->device.dac->caps.follows_pps) {
        double by_its_clock =
            made->wanted_pps * stream->true_pps / stream->clock.fit.line.hz;
        batch->pps = bj_steer_choose(&stream->steer, stream->device.dac, stream->pps,
                                     by_its_clock, made->points, &batch->true_pps);
    }
}

void bj_points_shape(struct bj_stream *stream, const struct bj_made *made)
{
    struct bj_point *points = stream->batch.points;
    set_rate(stream, made);
    bj_shaper_run(bj_shape_buffer_newest(&stream->shape), points, made->points);
    if (stream->config.intensity == BJ_INTENSITY_COLOUR ||
        !stream->device.dac->caps.intensity_line) {
        bj_intensity_into_colour(points, made->points);
    }
}

/* ---- safety -------------------------------------------------------------------------- */

/* A chunk may play at a rate of its own: what rests then, rests for longer or shorter. */
void bj_points_make_safe(struct bj_stream *stream, const struct bj_made *made)
{
    if (made->points == 0) {
        return; /* what was written last is still the newest */
    }
    bj_safety_set_rate(&stream->safety, stream->batch.true_pps);
    enum bj_dark dark = bj_safety_run(&stream->safety, stream->batch.points, made->points);
    bool silent = dark > BJ_DARK_SILENCE && made->topped_up;
    bj_batch_made(&stream->batch, made->points, silent ? BJ_DARK_SILENCE : dark);
}

/* ---- write --------------------------------------------------------------------------- */

static void note_taken(struct bj_stream *stream, uint32_t taken)
{
    int64_t now_ns = stream->turn.now_ns;
    bj_absence_took_points(&stream->absence, now_ns);
    bj_batch_took(&stream->batch, taken);
    bj_level_wrote(&stream->level, taken);
    bj_dac_clock_wrote(&stream->clock, now_ns, taken, stream->batch.true_pps);
    bj_stats_add(&stream->stats, BJ_COUNT_POINTS_WRITTEN, taken);
    bj_stats_add(&stream->stats, BJ_COUNT_CHUNKS, 1);
}

bool bj_points_write(struct bj_stream *stream)
{
    struct bj_device *device = &stream->device;
    while (stream->batch.count > 0 && device->held) {
        if (device->status.room_points == 0) {
            return false;
        }
        struct bj_chunk chunk =
            bj_batch_chunk(&stream->batch, (int64_t)play_time(stream).ns);
        uint32_t taken;
        enum bj_status status =
            bj_device_write(device, stream->turn.now_ns, &chunk, &taken);
        if (status == BJ_WOULD_BLOCK) {
            return false;
        }
        if (status != BJ_OK) {
            bj_engine_lost(stream, status);
            return false;
        }
        note_taken(stream, taken);
    }
    return true;
}
