/* SPDX-License-Identifier: MIT */
#include "engine/arming.h"

#include <stdio.h>

#define FAULT_CLEARS_WITHIN_NS (2 * BJ_NS_PER_S)

/* ---- to the dark: bj_stream_disarm counts, the next step takes it, and so on down ---- */

/* In the order of the flow: what comes, what is made, what the device holds. */
static void go_dark(struct bj_stream *stream)
{
    stream->arming.armed = false;
    bj_safety_disarm(&stream->safety);
    bj_batch_blank(&stream->batch, BJ_DARK_DISARMED);
    bj_restarts_expect(&stream->restarts);
    bj_device_shutter(&stream->device, stream->turn.now_ns, false);
}

void bj_engine_disarm(struct bj_stream *stream)
{
    if (stream->arming.armed) {
        go_dark(stream);
    }
    stream->arming.promised = false;
}

void bj_engine_disarm_self(struct bj_stream *stream)
{
    bj_engine_disarm(stream);
    bj_controls_forget_arms(&stream->controls);
}

void bj_engine_lose_light(struct bj_stream *stream, bool keep_promise)
{
    struct bj_arming *arming = &stream->arming;
    arming->promised = (arming->armed || arming->promised) && keep_promise;
    arming->armed = false;
    bj_safety_disarm(&stream->safety);
    bj_controls_forget_arms(&stream->controls);
}

/* ---- to the light -------------------------------------------------------------------- */

static void arm(struct bj_stream *stream)
{
    int64_t now_ns = stream->turn.now_ns;
    stream->arming.armed = true;
    stream->arming.fault_deadline_ns = now_ns + FAULT_CLEARS_WITHIN_NS;
    bj_absence_begin(&stream->absence);
    bj_safety_arm(&stream->safety);
    bj_device_shutter(&stream->device, now_ns, true);
}

void bj_engine_arm_as_promised(struct bj_stream *stream)
{
    bj_controls_forget_arms(&stream->controls);
    if (stream->arming.promised) {
        stream->arming.promised = false;
        arm(stream);
    }
}

static bool light_is_possible(const struct bj_stream *stream)
{
    return stream->life.phase == BJ_STREAM_STREAMING ||
           stream->life.phase == BJ_STREAM_FAULT;
}

/* The promise of a first start or of a rearm holds; it is no answer to a key. */
static void refuse_arm(struct bj_stream *stream)
{
    char text[BJ_PROBLEM_SIZE];
    enum bj_stream_state phase = stream->life.phase;
    bool ending = phase == BJ_STREAM_DRAINING || phase == BJ_STREAM_CLOSING;
    snprintf(text, sizeof text, "not armed: %.160s %s", stream->device.dac->name,
             ending ? "is about to end" : "is not connected; arm when it is");
    bj_messages_say(&stream->messages, text);
}

void bj_engine_take_arming(struct bj_stream *stream, const struct bj_asked *asked)
{
    if (asked->disarm) {
        bj_engine_disarm(stream);
    }
    if (!asked->arm || stream->arming.armed) {
        return;
    }
    if (light_is_possible(stream)) {
        arm(stream);
    } else {
        refuse_arm(stream);
    }
}

/* ---- what costs the light unasked ---------------------------------------------------- */

void bj_engine_watch_faults(struct bj_stream *stream)
{
    struct bj_arming *arming = &stream->arming;
    if (stream->device.status.fault_count != arming->faults_seen) {
        arming->faults_seen = stream->device.status.fault_count;
        bj_stats_add(&stream->stats, BJ_COUNT_FAULTS, 1);
        bj_engine_disarm_self(stream);
    }
    if (arming->armed && stream->life.phase == BJ_STREAM_FAULT &&
        stream->turn.now_ns > arming->fault_deadline_ns) {
        bj_engine_disarm_self(stream);
    }
}

void bj_engine_was_away(struct bj_stream *stream, const char *who, int64_t away_ns)
{
    char text[BJ_PROBLEM_SIZE];
    bool rearm = stream->config.rearm;
    bool promised = stream->arming.armed || stream->arming.promised;
    bj_controls_forget_arms(&stream->controls);
    if (!promised) {
        return;
    }
    if (!rearm) {
        bj_engine_disarm_self(stream);
    }
    snprintf(text, sizeof text, "%.120s: %s for %.1f s; %s", stream->device.dac->name, who,
             (double)away_ns / 1e9, rearm ? "still armed, as asked for" : "disarmed");
    bj_messages_say(&stream->messages, text);
}
