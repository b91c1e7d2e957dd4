/* SPDX-License-Identifier: MIT
 *
 * One step, in the order of the flow: controls, driver, level and clock, plan, fill, shape,
 * safety, write, publish. bj_stream_step at the end tells it.
 */
#include "engine/arming.h"
#include "engine/drain.h"
#include "engine/driver_events.h"
#include "engine/points.h"
#include "engine/publish.h"
#include "engine/session.h"

/* So often at least, so that a gap is recognised as one. */
#define PULSE_NS (250 * BJ_NS_PER_MS)
#define LATE_NS (2 * BJ_NS_PER_MS)
/* More than fill any buffer at once; a step stays short whatever the producer does. */
#define MAX_CHUNKS_PER_STEP 64
#define MAX_ROUNDS_PER_STEP 16

static bool is_waiting(const struct bj_stream *stream)
{
    return stream->life.phase == BJ_STREAM_CONNECTING ||
           stream->life.phase == BJ_STREAM_RECONNECTING;
}

/* ---- controls ------------------------------------------------------------------------ */

static void take_connections(struct bj_stream *stream, const struct bj_asked *asked)
{
    bj_safety_connections(&stream->safety, asked->position_connected,
                          (uint64_t)(asked->lag_s * stream->true_pps));
    if (!asked->position_connected) {
        bj_batch_blank(&stream->batch, BJ_DARK_UNCONNECTED);
    }
}

static void take_controls(struct bj_stream *stream)
{
    struct bj_asked asked = bj_controls_take(&stream->controls);
    bj_engine_take_arming(stream, &asked);
    if (asked.connections_changed) {
        take_connections(stream, &asked);
    }
    if (asked.stop && stream->life.phase != BJ_STREAM_CLOSING) {
        bj_engine_close(stream, BJ_RUN_STOPPED);
    }
}

/* ---- driver, level and clock --------------------------------------------------------- */

/* A device that reports nothing has run dry when our own count says so: what comes next is
 * not due when the count thought. */
static void watch_count(struct bj_stream *stream)
{
    bool silent = !stream->device.dac->caps.reports_level;
    bool dry = silent && stream->level.playing && stream->clock.points > 0 &&
               bj_level_low(&stream->level) <= 0;
    if (dry && !stream->life.modelled_dry && stream->life.phase == BJ_STREAM_STREAMING) {
        bj_safety_restart(&stream->safety);
        bj_producer_restart(&stream->producer);
    }
    stream->life.modelled_dry = dry;
}

static void note_level(struct bj_stream *stream)
{
    bool playing = stream->device.status.state == BJ_DAC_PLAYING;
    if (playing != stream->level.playing) {
        bj_level_set_playing(&stream->level, stream->turn.now_ns, playing);
    }
    watch_count(stream);
}

/* Counts once the light had begun: before that, waiting is no interruption. */
static void watch_points(struct bj_stream *stream)
{
    if (stream->life.phase == BJ_STREAM_STREAMING && stream->arming.armed) {
        int64_t away_ns = bj_absence_of_points(&stream->absence, stream->turn.now_ns);
        if (away_ns > 0) {
            bj_engine_was_away(stream, "it took no points", away_ns);
        }
    }
}

static void serve(struct bj_stream *stream, struct bj_wait *wait)
{
    enum bj_status status = bj_device_service(&stream->device, stream->turn.now_ns, wait);
    if (status != BJ_OK) {
        bj_engine_lost(stream, status);
        return;
    }
    bj_engine_note_state(stream);
    if (stream->device.held) {
        bj_engine_watch_faults(stream);
        note_level(stream);
        watch_points(stream);
    }
}

/* ---- plan, fill, shape, safety, write ------------------------------------------------ */

static void fill_nothing(struct bj_stream *stream)
{
    if (bj_points_end(stream)) {
        bj_engine_close(stream, BJ_RUN_ENDED);
    }
}

/* What was made before is late by then. */
static void hold_back(struct bj_stream *stream, struct bj_wait *wait)
{
    if (stream->batch.count > 0) {
        bj_engine_drop_points(stream);
    }
    bj_wait_until(wait, stream->restarts.hold_until_ns);
    fill_nothing(stream);
}

/* A device may throw away each chunk as it comes. */
static bool must_rest(struct bj_stream *stream, struct bj_wait *wait)
{
    if (bj_restarts_hopeless(&stream->restarts)) {
        bj_engine_hopeless(stream);
        return true;
    }
    if (bj_restarts_hold(&stream->restarts, stream->turn.now_ns)) {
        hold_back(stream, wait);
        return true;
    }
    return false;
}

/* It plays nothing, holds nothing and takes nothing, perhaps for long. */
static bool is_shut(const struct bj_stream *stream)
{
    const struct bj_dac_status *status = &stream->device.status;
    return status->state != BJ_DAC_PLAYING && status->room_points == 0 &&
           bj_level_low(&stream->level) <= 0;
}

/* Returns false when no points are due now. */
static bool plan_next(struct bj_stream *stream, struct bj_plan *plan, struct bj_wait *wait)
{
    if (stream->turn.ask_again_ns != BJ_NEVER) {
        bj_wait_until(wait, stream->turn.ask_again_ns);
        return false;
    }
    *plan = bj_pace_plan(&stream->pace, &stream->level, &stream->device.status);
    if (plan->target_points == 0) {
        bj_wait_until(wait, plan->wake_ns);
    }
    return plan->target_points > 0;
}

/* First what was made before, then one chunk after the other until none is due. */
static void make_points(struct bj_stream *stream, struct bj_wait *wait)
{
    struct bj_turn *turn = &stream->turn;
    for (; turn->chunks < MAX_CHUNKS_PER_STEP; turn->chunks++) {
        struct bj_plan plan;
        if (!bj_points_write(stream) || stream->life.phase != BJ_STREAM_STREAMING ||
            must_rest(stream, wait) || !plan_next(stream, &plan, wait)) {
            return;
        }
        struct bj_made made = bj_points_fill(stream, &plan);
        bj_points_shape(stream, &made);
        bj_points_make_safe(stream, &made);
        if (made.ends) {
            bj_engine_begin_drain(stream);
        } else if (made.points < plan.target_points) {
            turn->ask_again_ns = bj_pace_retry_ns(&stream->pace, &stream->level);
        }
    }
    bj_wait_until(wait, turn->now_ns);
}

static void stream_points(struct bj_stream *stream, struct bj_wait *wait)
{
    if (must_rest(stream, wait)) {
        return;
    }
    if (is_shut(stream) && bj_points_end(stream)) {
        bj_engine_begin_drain(stream);
    } else {
        make_points(stream, wait);
    }
    if (stream->life.phase == BJ_STREAM_DRAINING) {
        bj_engine_drain(stream, wait);
    }
}

static void act(struct bj_stream *stream, struct bj_wait *wait)
{
    switch (stream->life.phase) {
    case BJ_STREAM_STREAMING:
        stream_points(stream, wait);
        break;
    case BJ_STREAM_DRAINING:
        bj_engine_drain(stream, wait);
        break;
    case BJ_STREAM_CLOSING:
        bj_engine_closing(stream);
        bj_wait_until(wait, stream->life.deadline_ns);
        break;
    case BJ_STREAM_CONNECTING:
    case BJ_STREAM_RECONNECTING:
        bj_wait_until(wait, stream->device.held ? BJ_NEVER : stream->life.retry_ns);
        fill_nothing(stream);
        break;
    case BJ_STREAM_FAULT:
        if (stream->arming.armed) {
            bj_wait_until(wait, stream->arming.fault_deadline_ns + 1);
        }
        fill_nothing(stream);
        break;
    case BJ_STREAM_DONE:
        break;
    }
}

/* ---- the step ------------------------------------------------------------------------ */

static void add_waits(struct bj_wait *wait, const struct bj_wait *more)
{
    bj_wait_until(wait, more->deadline_ns);
    for (int k = 0; k < more->count; k++) {
        bj_wait_handle(wait, more->handles[k].handle, more->handles[k].events);
    }
}

/* What the driver has done is news to the plan, and what it was told is news to the driver:
 * by turns, until there is none. So each wait holds for how things are at the end. */
static void settle(struct bj_stream *stream, struct bj_wait *wait)
{
    struct bj_device *device = &stream->device;
    struct bj_wait driver_wait;
    int round = 0;
    do {
        bj_wait_init(wait);
        bj_wait_init(&driver_wait);
        device->told = false;
        if (device->held) {
            serve(stream, &driver_wait);
        }
        act(stream, wait);
        round++;
    } while (device->told && device->held && round < MAX_ROUNDS_PER_STEP);
    if (device->held) {
        add_waits(wait, &driver_wait);
    } else { /* its handles are closed by now */
        bj_wait_until(wait, stream->life.retry_ns);
    }
    if (device->told && device->held) {
        bj_wait_until(wait, stream->turn.now_ns);
    }
}

static void begin_step(struct bj_stream *stream, int64_t now_ns)
{
    struct bj_turn *turn = &stream->turn;
    turn->now_ns = now_ns > turn->now_ns ? now_ns : turn->now_ns;
    turn->chunks = 0;
    turn->ask_again_ns = BJ_NEVER;
    bj_messages_begin_step(&stream->messages, turn->now_ns);
    bj_device_begin_step(&stream->device);
    if (turn->expected_ns != BJ_NEVER && turn->now_ns > turn->expected_ns + LATE_NS) {
        bj_stats_add(&stream->stats, BJ_COUNT_LATE_WAKES, 1);
    }
}

static void watch_steps(struct bj_stream *stream)
{
    int64_t away_ns = bj_absence_of_steps(&stream->absence, stream->turn.now_ns);
    if (away_ns > 0) {
        bj_engine_was_away(
            stream, "this program stood still (stopped, suspended or kept from running)",
            away_ns);
    }
}

enum bj_run bj_stream_step(struct bj_stream *stream, int64_t now_ns, struct bj_wait *wait)
{
    if (!stream || !wait) {
        return BJ_RUN_DISCONNECTED;
    }
    bj_wait_init(wait);
    if (stream->life.result != BJ_RUN_GOING) {
        return stream->life.result;
    }
    begin_step(stream, now_ns);
    watch_steps(stream);
    bj_level_advance(&stream->level, stream->turn.now_ns);
    take_controls(stream);
    if (is_waiting(stream)) {
        bj_engine_connect(stream);
    }
    settle(stream, wait); /* driver, level and clock; plan, fill, shape, safety, write */
    bj_messages_tell_dries(&stream->messages, stream->turn.now_ns);
    bj_wait_until(wait, stream->turn.now_ns + PULSE_NS);
    bj_engine_publish(stream);
    stream->turn.expected_ns = wait->deadline_ns;
    return stream->life.result;
}
