/* SPDX-License-Identifier: MIT */
#include "engine/absence.h"
#include "engine/arming.h"
#include "engine/connection.h"
#include "engine/publish.h"
#include "engine/words.h"

/* So often at least, so that a gap is recognised as one. */
#define PULSE_NS (250 * BJ_NS_PER_MS)
#define LATE_NS (2 * BJ_NS_PER_MS)
#define STABLE_NS BJ_NS_PER_S
#define FIRST_BACKOFF_NS (100 * BJ_NS_PER_MS)
#define DARK_TAIL_NS BJ_NS_PER_MS
/* Of the DAC's clock, before the feed steers by it gently. */
#define SETTLED_SAMPLES 40u
/* More than fill any buffer at once; a step stays short whatever the producer does. */
#define MAX_CHUNKS_PER_STEP 64
#define MAX_ROUNDS_PER_STEP 16

static void count_late(struct bj_stream *stream)
{
    if (stream->expected_ns != BJ_NEVER && stream->now_ns > stream->expected_ns + LATE_NS) {
        bj_stats_add(&stream->stats, BJ_COUNT_LATE_WAKES, 1);
    }
}

/* ---- a chunk, in flow order: fill, shape, safety, pace, driver
 * ------------------------------ */

/* When the next point to be written leaves the DAC, as far as the level tells. */
static double modelled_play_ns(const struct bj_stream *stream)
{
    return (double)stream->now_ns + bj_level_low(&stream->level) / stream->true_pps * 1e9;
}

static int64_t play_ns(const struct bj_stream *stream)
{
    return (int64_t)(bj_dac_clock_known(&stream->clock)
                         ? bj_dac_clock_play_ns(&stream->clock, 0)
                         : modelled_play_ns(stream));
}

/* A DAC that reports is measured; one that does not plays by our own count. */
static void tell_time(const struct bj_stream *stream, struct bj_fill_request *request)
{
    bool reports = stream->dac->caps.reports_level;
    bool measured = bj_dac_clock_known(&stream->clock);
    request->follows_pps = stream->dac->caps.follows_pps;
    request->play_ns = modelled_play_ns(stream);
    request->play_pps = stream->true_pps;
    request->play_known = request->play_settled = !reports && stream->level.playing;
    if (measured) {
        request->play_ns = bj_dac_clock_play_ns(&stream->clock, 0);
        request->play_sd_ns = bj_clock_fit_sd_ns(&stream->clock.fit);
        request->play_pps = stream->clock.fit.line.hz;
        request->play_known = true;
        request->play_settled = stream->clock.fit.samples >= SETTLED_SAMPLES;
    }
}

static struct bj_fill_request make_request(const struct bj_stream *stream,
                                           const struct bj_plan *plan)
{
    double low = bj_level_low(&stream->level);
    struct bj_fill_request request = {
        .now_ns = stream->now_ns,
        .start = stream->position_points,
        .pps = stream->pps,
        .true_pps = stream->true_pps,
        .min_points = plan->min_points,
        .target_points = plan->target_points,
        .buffered_points = (uint32_t)low,
        .buffered_ns = (int64_t)(low / stream->true_pps * 1e9),
        .device_queued_points = stream->level.queued_points,
        .restarted = stream->restarted,
        .remeasured = stream->remeasured,
    };
    tell_time(stream, &request);
    return request;
}

/* Nothing can be taken: the producer keeps up with time by itself, or ends. */
static bool producer_ends(struct bj_stream *stream)
{
    struct bj_fill_request request = make_request(stream, &(struct bj_plan){0});
    struct bj_fill_result result =
        stream->config.fill(stream->config.fill_user, &request, stream->points);
    return result.kind == BJ_END;
}

static void fill_nothing(struct bj_stream *stream)
{
    if (producer_ends(stream)) {
        bj_engine_close(stream, BJ_RUN_ENDED);
    }
}

static void begin_drain(struct bj_stream *stream)
{
    stream->phase = BJ_STREAM_DRAINING;
    stream->phase_deadline_ns = stream->now_ns + stream->config.drain_timeout_ns;
}

static void note_recovery(struct bj_stream *stream)
{
    if (stream->starving) {
        stream->starving = false;
        bj_safety_restart(&stream->safety);
    }
    stream->filled_once = true;
    stream->restarted = stream->remeasured = false;
}

/* The gap takes time, and so what follows is due later than the producer thinks. */
static void top_up(struct bj_stream *stream, uint32_t from, uint32_t to)
{
    bool silent = play_ns(stream) - stream->covered_until_ns > BJ_SILENCE_LIMIT_NS;
    bj_underrun_make(&stream->underrun, silent, stream->points + from, to - from);
    stream->restarted = stream->topped_up = true;
    if (stream->filled_once && !stream->starving) {
        stream->starving = true;
        bj_stats_add(&stream->stats, BJ_COUNT_UNDERRUNS, 1);
    }
}

/* Returns how many points are ready in the buffer. */
static uint32_t fill(struct bj_stream *stream, const struct bj_plan *plan)
{
    struct bj_fill_request request = make_request(stream, plan);
    struct bj_fill_result result =
        stream->config.fill(stream->config.fill_user, &request, stream->points);
    uint32_t count = result.kind == BJ_FILLED ? result.points : 0;
    stream->wanted_pps = result.kind == BJ_FILLED ? result.wanted_pps : 0;
    stream->topped_up = false;
    count = count < plan->target_points ? count : plan->target_points;
    if (result.kind == BJ_END) {
        begin_drain(stream);
        return 0;
    }
    if (count > 0) {
        note_recovery(stream);
        bj_underrun_remember(&stream->underrun, stream->points, count);
        bj_stats_add(&stream->stats, BJ_COUNT_POINTS_FROM_FILL, count);
        stream->covered_until_ns =
            play_ns(stream) + (int64_t)(count / stream->true_pps * 1e9);
    }
    if (count >= plan->min_points) {
        return count;
    }
    if (stream->config.underrun == BJ_STOP && stream->filled_once) {
        bj_stats_add(&stream->stats, BJ_COUNT_UNDERRUNS, 1);
        begin_drain(stream);
        return count;
    }
    top_up(stream, count, plan->min_points);
    return plan->min_points;
}

/* At the nominal rate, unless the producer wants another and the DAC can be told. */
static void set_pace(struct bj_stream *stream, double wanted_pps, uint32_t count)
{
    stream->pending_pps = stream->pps;
    stream->pending_true_pps = stream->true_pps;
    if (wanted_pps > 0 && stream->dac->caps.follows_pps) {
        double by_its_clock = wanted_pps * stream->true_pps / stream->clock.fit.line.hz;
        stream->pending_pps =
            bj_steer_choose(&stream->steer, stream->dac, stream->pps, by_its_clock, count,
                            &stream->pending_true_pps);
    }
}

static void make_safe(struct bj_stream *stream, uint32_t count)
{
    if (count == 0) {
        return; /* what was written last is still the newest */
    }
    bj_shaper_run(bj_shape_mailbox_newest(&stream->shape), stream->points, count);
    if (stream->config.intensity == BJ_INTENSITY_COLOUR ||
        !stream->dac->caps.intensity_line) {
        bj_intensity_into_colour(stream->points, count);
    }
    bj_safety_set_rate(&stream->safety, stream->pending_true_pps);
    enum bj_dark dark = bj_safety_run(&stream->safety, stream->points, count);
    bool silent = dark > BJ_DARK_SILENCE && stream->topped_up;
    stream->pending_dark = silent ? BJ_DARK_SILENCE : dark;
    stream->pending_at = 0;
    stream->pending = count;
    stream->position_points += count;
}

/* Offers what is pending. Returns false when the driver takes no more now. One refusal in
 * spite of room may be news to the driver; the next one in the same step is not. */
static bool offer(struct bj_stream *stream)
{
    while (stream->pending > 0 && stream->attempting) {
        if (stream->status.room_points == 0) {
            return false;
        }
        struct bj_chunk chunk = {
            .points = stream->points + stream->pending_at,
            .count = stream->pending,
            .pps = stream->pending_pps,
            .start = stream->position_points - stream->pending,
            .play_ns = play_ns(stream),
        };
        uint32_t taken = 0;
        enum bj_status status =
            stream->driver->write(stream->dac, stream->now_ns, &chunk, &taken);
        if (status == BJ_WOULD_BLOCK) {
            stream->told |= !stream->refused;
            stream->refused = true;
            return false;
        }
        if (status != BJ_OK) {
            bj_engine_lost(stream, status);
            return false;
        }
        const char *broken = bj_promise_taken(chunk.count, taken);
        if (broken) {
            bj_engine_broke(stream, broken);
            return false;
        }
        stream->told = true;
        stream->taken_ns = stream->now_ns;
        stream->written_dark = stream->pending_dark;
        stream->pending -= taken;
        stream->pending_at += taken;
        bj_level_wrote(&stream->level, taken);
        bj_dac_clock_wrote(&stream->clock, stream->now_ns, taken, stream->pending_true_pps);
        uint32_t *room = &stream->status.room_points;
        *room -= taken < *room ? taken : *room;
        bj_stats_add(&stream->stats, BJ_COUNT_POINTS_WRITTEN, taken);
        bj_stats_add(&stream->stats, BJ_COUNT_CHUNKS, 1);
    }
    return true;
}

/* ---- the phases
 * ------------------------------------------------------------------------------ */

/* What was made before is late by then. */
static void hold_back(struct bj_stream *stream, struct bj_wait *wait)
{
    if (stream->pending > 0) {
        bj_engine_drop_points(stream);
    }
    bj_wait_until(wait, stream->restarts.hold_until_ns);
    fill_nothing(stream);
}

/* It plays nothing, holds nothing and takes nothing, perhaps for long. */
static bool is_shut(const struct bj_stream *stream)
{
    return stream->status.state != BJ_DAC_PLAYING && stream->status.room_points == 0 &&
           bj_level_low(&stream->level) <= 0;
}

/* A device may throw away each chunk as it comes. */
static bool must_rest(struct bj_stream *stream, struct bj_wait *wait)
{
    if (bj_restarts_hopeless(&stream->restarts)) {
        bj_engine_hopeless(stream);
        return true;
    }
    if (bj_restarts_hold(&stream->restarts, stream->now_ns)) {
        hold_back(stream, wait);
        return true;
    }
    return false;
}

static void pump(struct bj_stream *stream, struct bj_wait *wait)
{
    if (must_rest(stream, wait)) {
        return;
    }
    if (is_shut(stream) && producer_ends(stream)) {
        begin_drain(stream);
        return;
    }
    for (; stream->chunks < MAX_CHUNKS_PER_STEP; stream->chunks++) {
        if (!offer(stream) || stream->phase != BJ_STREAM_STREAMING ||
            must_rest(stream, wait)) {
            return;
        }
        if (stream->ask_again_ns != BJ_NEVER) {
            bj_wait_until(wait, stream->ask_again_ns);
            return;
        }
        struct bj_plan plan = bj_pace_plan(&stream->pace, &stream->level, &stream->status);
        if (plan.target_points == 0) {
            bj_wait_until(wait, plan.wake_ns);
            return;
        }
        uint32_t ready = fill(stream, &plan);
        set_pace(stream, stream->wanted_pps, ready);
        make_safe(stream, ready);
        if (ready < plan.target_points) {
            stream->ask_again_ns = bj_pace_retry_ns(&stream->pace, &stream->level);
        }
    }
    bj_wait_until(wait, stream->now_ns);
}

/* A device that has not begun yet needs enough to begin at all. */
static uint32_t missing_to_begin(const struct bj_stream *stream)
{
    double low = bj_level_low(&stream->level);
    bool stuck = stream->status.state == BJ_DAC_READY && !stream->drained && low >= 1;
    return stuck && low < stream->pace.begin_points
               ? (uint32_t)(stream->pace.begin_points - low) + 1
               : 0;
}

/* The end rests dark. Returns false when the tail is complete. */
static bool make_tail(struct bj_stream *stream)
{
    uint32_t least = (uint32_t)(DARK_TAIL_NS / 1e9 * stream->true_pps) + 1;
    uint32_t count = stream->tailed ? missing_to_begin(stream) : least;
    uint32_t most = stream->pace.max_chunk;
    if (count == 0) {
        return false;
    }
    stream->tailed = stream->topped_up = true;
    count = count < most ? count : most;
    bj_underrun_make(&stream->underrun, true, stream->points, count);
    set_pace(stream, 0, count);
    make_safe(stream, count);
    return true;
}

static bool has_drained(const struct bj_stream *stream)
{
    return stream->pending == 0 && (stream->drained || bj_level_drained(&stream->level));
}

static void drain(struct bj_stream *stream, struct bj_wait *wait)
{
    while (offer(stream) && stream->phase == BJ_STREAM_DRAINING && make_tail(stream)) {
    }
    if (stream->phase != BJ_STREAM_DRAINING) {
        return;
    }
    if (has_drained(stream) || stream->now_ns >= stream->phase_deadline_ns) {
        bj_engine_close(stream, BJ_RUN_ENDED);
        return;
    }
    if (stream->pending == 0) { /* else the driver says when it takes more */
        bj_wait_until(wait, bj_level_drained_ns(&stream->level));
    }
    bj_wait_until(wait, stream->phase_deadline_ns);
}

/* A device that reports nothing has run dry when our own count says so: what comes next is
 * not due when the count thought. */
static void watch_count(struct bj_stream *stream)
{
    bool silent = !stream->dac->caps.reports_level;
    bool dry = silent && stream->level.playing && stream->clock.points > 0 &&
               bj_level_low(&stream->level) <= 0;
    if (dry && !stream->modelled_dry && stream->phase == BJ_STREAM_STREAMING) {
        bj_safety_restart(&stream->safety);
        stream->restarted = true;
    }
    stream->modelled_dry = dry;
}

/* An attempt is no connection, and one that fails at once is none to rely on. */
static bool is_stable(const struct bj_stream *stream)
{
    bool connected =
        stream->phase != BJ_STREAM_CONNECTING && stream->phase != BJ_STREAM_RECONNECTING;
    return connected && stream->now_ns - stream->connected_ns > STABLE_NS;
}

static void note_status(struct bj_stream *stream)
{
    bj_engine_watch_faults(stream);
    bool playing = stream->status.state == BJ_DAC_PLAYING;
    if (playing != stream->level.playing) {
        bj_level_set_playing(&stream->level, stream->now_ns, playing);
    }
    watch_count(stream);
    if (is_stable(stream)) {
        stream->backoff_ns = FIRST_BACKOFF_NS;
    }
}

static void enter_phase(struct bj_stream *stream)
{
    bool takes =
        stream->status.state == BJ_DAC_READY || stream->status.state == BJ_DAC_PLAYING;
    bool waits = stream->phase == BJ_STREAM_CONNECTING ||
                 stream->phase == BJ_STREAM_RECONNECTING ||
                 stream->phase == BJ_STREAM_FAULT;
    if (takes && waits) {
        bj_engine_connected(stream);
    } else if (stream->status.state == BJ_DAC_FAULT &&
               stream->phase == BJ_STREAM_DRAINING) {
        bj_engine_close(stream, BJ_RUN_ENDED);
    } else if (stream->status.state == BJ_DAC_FAULT && stream->phase != BJ_STREAM_FAULT &&
               stream->phase != BJ_STREAM_CLOSING) {
        bj_engine_faulted(stream);
    }
}

static void serve(struct bj_stream *stream, struct bj_wait *wait)
{
    enum bj_status status =
        stream->driver->service(stream->dac, stream->now_ns, &stream->status, wait);
    if (status != BJ_OK) {
        bj_engine_lost(stream, status);
        return;
    }
    const char *broken = bj_promise_service(&stream->status, wait);
    if (broken || stream->broken) {
        bj_engine_broke(stream, broken ? broken : stream->broken);
        return;
    }
    bj_engine_note_rate(stream);
    enter_phase(stream);
    if (stream->attempting) {
        note_status(stream);
        bj_engine_watch_points(stream);
    }
}

static void act(struct bj_stream *stream, struct bj_wait *wait)
{
    switch (stream->phase) {
    case BJ_STREAM_STREAMING:
        pump(stream, wait);
        if (stream->phase == BJ_STREAM_DRAINING) {
            drain(stream, wait);
        }
        break;
    case BJ_STREAM_DRAINING:
        drain(stream, wait);
        break;
    case BJ_STREAM_CLOSING:
        bj_engine_closing(stream);
        bj_wait_until(wait, stream->phase_deadline_ns);
        break;
    case BJ_STREAM_CONNECTING:
    case BJ_STREAM_RECONNECTING:
        bj_wait_until(wait, stream->attempting ? BJ_NEVER : stream->retry_ns);
        fill_nothing(stream);
        break;
    case BJ_STREAM_FAULT:
        if (stream->armed) {
            bj_wait_until(wait, stream->fault_arm_deadline_ns + 1);
        }
        fill_nothing(stream);
        break;
    case BJ_STREAM_DONE:
        break;
    }
}

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
    struct bj_wait driver_wait;
    int round = 0;
    do {
        bj_wait_init(wait);
        bj_wait_init(&driver_wait);
        stream->told = false;
        if (stream->attempting) {
            serve(stream, &driver_wait);
        }
        act(stream, wait);
        round++;
    } while (stream->told && stream->attempting && round < MAX_ROUNDS_PER_STEP);
    if (stream->attempting) {
        add_waits(wait, &driver_wait);
    } else { /* its handles are closed by now */
        bj_wait_until(wait, stream->retry_ns);
    }
    if (stream->told && stream->attempting) {
        bj_wait_until(wait, stream->now_ns);
    }
}

/* What other threads asked for. */
static void take_controls(struct bj_stream *stream)
{
    bj_engine_take_arming(stream);
    bj_engine_take_connections(stream);
    if (atomic_load(&stream->stop_requested) && stream->phase != BJ_STREAM_CLOSING) {
        bj_engine_close(stream, BJ_RUN_STOPPED);
    }
}

enum bj_run bj_stream_step(struct bj_stream *stream, int64_t now_ns, struct bj_wait *wait)
{
    if (!stream || !wait) {
        return BJ_RUN_DISCONNECTED;
    }
    bj_wait_init(wait);
    if (stream->result != BJ_RUN_GOING) {
        return stream->result;
    }
    stream->now_ns = now_ns > stream->now_ns ? now_ns : stream->now_ns;
    stream->noticed = stream->refused = false;
    stream->chunks = 0;
    stream->ask_again_ns = BJ_NEVER;
    count_late(stream);
    bj_engine_watch_steps(stream);
    bj_level_advance(&stream->level, stream->now_ns);
    take_controls(stream);
    if (stream->phase == BJ_STREAM_CONNECTING || stream->phase == BJ_STREAM_RECONNECTING) {
        bj_engine_connect(stream);
    }
    settle(stream, wait);
    bj_engine_tell_dries(stream);
    bj_wait_until(wait, stream->now_ns + PULSE_NS);
    bj_engine_publish(stream);
    stream->expected_ns = wait->deadline_ns;
    return stream->result;
}
