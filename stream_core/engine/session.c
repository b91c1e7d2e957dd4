/* SPDX-License-Identifier: MIT */
#include "engine/session.h"

#include "engine/arming.h"
#include "engine/driver_events.h"
#include "engine/rate.h"

#include <stdio.h>

#define FIRST_BACKOFF_NS (100 * BJ_NS_PER_MS)
#define LONGEST_BACKOFF_NS BJ_NS_PER_S
#define STABLE_NS BJ_NS_PER_S
#define CLOSE_TIMEOUT_NS (500 * BJ_NS_PER_MS)

/* ---- losing -------------------------------------------------------------------------- */

static void over(struct bj_stream *stream, enum bj_run result)
{
    bj_device_release(&stream->device);
    bj_engine_drop_queue(stream);
    stream->life.phase = BJ_STREAM_DONE;
    stream->life.result = result;
}

static bool is_final(enum bj_status status)
{
    return status == BJ_UNSUPPORTED || status == BJ_NO_PERMISSION ||
           status == BJ_BAD_ARGUMENT;
}

static void tell_broken(struct bj_stream *stream)
{
    char text[BJ_PROBLEM_SIZE];
    const char *driver = stream->device.driver->name;
    snprintf(text, sizeof text,
             "%.100s: a fault in the driver '%.20s': %s; connection lost, please report it",
             stream->device.dac->name, driver ? driver : "?", stream->device.broken);
    bj_messages_tell(&stream->messages, BJ_PROTOCOL, false, text);
}

static void try_again_later(struct bj_stream *stream)
{
    struct bj_life *life = &stream->life;
    if (life->phase != BJ_STREAM_CONNECTING) {
        life->phase = BJ_STREAM_RECONNECTING;
    }
    life->retry_ns = stream->turn.now_ns + life->backoff_ns;
    life->backoff_ns *= 2;
    if (life->backoff_ns > LONGEST_BACKOFF_NS) {
        life->backoff_ns = LONGEST_BACKOFF_NS;
    }
}

/* No promise outlives a loss but those that say so. */
void bj_engine_lost(struct bj_stream *stream, enum bj_status status)
{
    bool first = stream->life.phase == BJ_STREAM_CONNECTING;
    bool closing = stream->life.phase == BJ_STREAM_CLOSING;
    bool final = is_final(status) || !stream->config.reconnect || closing;
    if (stream->device.broken) {
        tell_broken(stream);
    }
    if (!closing) {
        bj_messages_tell_loss(&stream->messages, status, final);
    }
    bj_device_release(&stream->device);
    bj_engine_drop_points(stream);
    bj_engine_lose_light(stream, first || stream->config.rearm);
    stream->device.status = (struct bj_dac_status){.state = BJ_DAC_CONNECTING};
    if (final) {
        over(stream, closing ? stream->life.closing_as : BJ_RUN_DISCONNECTED);
    } else {
        try_again_later(stream);
    }
}

void bj_engine_hopeless(struct bj_stream *stream)
{
    char text[BJ_PROBLEM_SIZE];
    snprintf(text, sizeof text,
             "%.140s: plays nothing of what it is given; try a lower --pps, or restart it; "
             "connecting anew",
             stream->device.dac->name);
    bj_messages_tell(&stream->messages, BJ_REFUSED, false, text);
    bj_engine_lost(stream, BJ_REFUSED);
}

/* Returns false: lost, since what the device can do is impossible. */
static bool fit_to_device(struct bj_stream *stream)
{
    if (!bj_device_fits(&stream->device)) {
        bj_engine_lost(stream, BJ_PROTOCOL);
        return false;
    }
    bj_engine_fit_pace(stream);
    return true;
}

/* ---- connecting ---------------------------------------------------------------------- */

void bj_engine_connect(struct bj_stream *stream)
{
    struct bj_life *life = &stream->life;
    int64_t now_ns = stream->turn.now_ns;
    if (stream->device.held || now_ns < life->retry_ns) {
        return;
    }
    if (life->backoff_ns == 0) {
        life->backoff_ns = FIRST_BACKOFF_NS;
    }
    if (!fit_to_device(stream)) {
        return;
    }
    bj_dac_clock_connect(&stream->clock);
    enum bj_status status =
        bj_device_connect(&stream->device, now_ns, stream->pps, stream->pace.begin_points);
    if (status != BJ_OK) {
        bj_engine_lost(stream, status);
    }
}

/* Takes points again after an attempt or a fault. */
static void connected(struct bj_stream *stream)
{
    bool anew = stream->life.phase != BJ_STREAM_FAULT;
    if (stream->life.phase == BJ_STREAM_RECONNECTING) {
        bj_stats_add(&stream->stats, BJ_COUNT_RECONNECTS, 1);
    }
    if (anew) {
        stream->life.connected_ns = stream->turn.now_ns;
        bj_messages_begin_session(&stream->messages);
    }
    if (!fit_to_device(stream)) {
        return;
    }
    stream->restarts = (struct bj_restarts){0};
    stream->life.phase = BJ_STREAM_STREAMING;
    stream->life.confirmed = false;
    bj_absence_begin(&stream->absence);
    bj_producer_restart(&stream->producer);
    if (anew) {
        bj_engine_arm_as_promised(stream);
    }
}

/* Refuses light until the fault is cleared. Who asked for light from the first connection
 * on has it cleared there, once. */
static void faulted(struct bj_stream *stream)
{
    bool first = stream->life.phase == BJ_STREAM_CONNECTING;
    bool promised = first && stream->arming.promised;
    bj_engine_disarm_self(stream);
    bj_engine_drop_points(stream);
    stream->life.phase = BJ_STREAM_FAULT;
    bj_engine_watch_faults(stream); /* this one, before the light that clears it */
    stream->arming.promised = promised;
    bj_engine_arm_as_promised(stream);
}

/* ---- what the device is now ---------------------------------------------------------- */

/* A driver may learn only from the device what its timer makes of the rate. */
static void note_rate(struct bj_stream *stream)
{
    double true_pps = bj_device_true_pps(&stream->device, stream->pps);
    if (true_pps != stream->true_pps) {
        bj_engine_set_rate(stream, true_pps);
        if (!bj_device_fits(&stream->device)) {
            bj_engine_lost(stream, BJ_PROTOCOL);
        }
    }
}

static bool waits_for_device(enum bj_stream_state phase)
{
    return phase == BJ_STREAM_CONNECTING || phase == BJ_STREAM_RECONNECTING ||
           phase == BJ_STREAM_FAULT;
}

static void enter_phase(struct bj_stream *stream)
{
    enum bj_stream_state phase = stream->life.phase;
    bool fault = stream->device.status.state == BJ_DAC_FAULT;
    if (bj_device_takes(&stream->device) && waits_for_device(phase)) {
        connected(stream);
    } else if (fault && phase == BJ_STREAM_DRAINING) {
        bj_engine_close(stream, BJ_RUN_ENDED);
    } else if (fault && phase != BJ_STREAM_FAULT && phase != BJ_STREAM_CLOSING) {
        faulted(stream);
    }
}

/* An attempt is no connection, and one that fails at once is none to rely on. */
static void note_stable(struct bj_stream *stream)
{
    struct bj_life *life = &stream->life;
    bool there =
        life->phase != BJ_STREAM_CONNECTING && life->phase != BJ_STREAM_RECONNECTING;
    if (there && stream->turn.now_ns - life->connected_ns > STABLE_NS) {
        life->backoff_ns = FIRST_BACKOFF_NS;
    }
}

void bj_engine_note_state(struct bj_stream *stream)
{
    note_rate(stream);
    enter_phase(stream);
    if (stream->device.held) {
        note_stable(stream);
    }
}

/* ---- leaving ------------------------------------------------------------------------- */

void bj_engine_close(struct bj_stream *stream, enum bj_run result)
{
    bj_engine_disarm(stream);
    bj_engine_drop_batch(stream);
    stream->life.closing_as = result;
    stream->life.phase = BJ_STREAM_CLOSING;
    stream->life.deadline_ns = stream->turn.now_ns + CLOSE_TIMEOUT_NS;
    if (stream->device.held) {
        bj_device_stop(&stream->device, stream->turn.now_ns);
    } else {
        over(stream, result);
    }
}

void bj_engine_closing(struct bj_stream *stream)
{
    enum bj_dac_state state = stream->device.status.state;
    if (state == BJ_DAC_STOPPED || state == BJ_DAC_CONNECTING ||
        stream->turn.now_ns >= stream->life.deadline_ns) {
        over(stream, stream->life.closing_as);
    }
}
