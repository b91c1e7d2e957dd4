/* SPDX-License-Identifier: MIT */
#include "engine/arming.h"

#include "engine/words.h"

#include <stdio.h>

#define FAULT_CLEARS_WITHIN_NS (2 * BJ_NS_PER_S)

static void blank_pending(struct bj_stream *stream, enum bj_dark dark)
{
    bj_safety_blank(stream->points + stream->pending_at, stream->pending);
    stream->pending_dark = stream->written_dark = dark;
}

void bj_engine_darken(struct bj_stream *stream)
{
    stream->armed = false;
    bj_safety_disarm(&stream->safety);
    blank_pending(stream, BJ_DARK_DISARMED);
    bj_restarts_wish(&stream->restarts);
    stream->driver->shutter(stream->dac, stream->now_ns, false);
    stream->told = true;
}

static void disarm(struct bj_stream *stream)
{
    if (stream->armed) {
        bj_engine_darken(stream);
    }
    stream->arm_when_connected = false;
}

static void arm(struct bj_stream *stream)
{
    stream->armed = true;
    stream->taken_ns = 0;
    stream->fault_arm_deadline_ns = stream->now_ns + FAULT_CLEARS_WITHIN_NS;
    bj_safety_arm(&stream->safety);
    stream->driver->shutter(stream->dac, stream->now_ns, true);
    stream->told = true;
}

void bj_engine_forget_arms(struct bj_stream *stream)
{
    atomic_fetch_and(&stream->arm_word, ~BJ_ARM_BIT);
}

void bj_engine_disarm_self(struct bj_stream *stream)
{
    disarm(stream);
    bj_engine_forget_arms(stream);
}

void bj_engine_arm_as_promised(struct bj_stream *stream)
{
    bj_engine_forget_arms(stream);
    if (stream->arm_when_connected) {
        stream->arm_when_connected = false;
        arm(stream);
    }
}

static bool light_is_possible(const struct bj_stream *stream)
{
    return stream->phase == BJ_STREAM_STREAMING || stream->phase == BJ_STREAM_FAULT;
}

/* The promise of a first start or of a rearm holds; it is no answer to a key. */
static void refuse_arm(struct bj_stream *stream)
{
    char text[BJ_PROBLEM_SIZE];
    bool ending = stream->phase == BJ_STREAM_DRAINING || stream->phase == BJ_STREAM_CLOSING;
    snprintf(text, sizeof text, "not armed: %.160s %s", stream->dac->name,
             ending ? "is about to end" : "is not connected; arm when it is");
    bj_engine_say(stream, text);
}

void bj_engine_take_arming(struct bj_stream *stream)
{
    uint32_t word = atomic_fetch_and(&stream->arm_word, ~BJ_ARM_BIT);
    if (word >> 1 != stream->disarms_seen) {
        stream->disarms_seen = word >> 1;
        disarm(stream);
    }
    if (!(word & BJ_ARM_BIT) || stream->armed) {
        return;
    }
    if (light_is_possible(stream)) {
        arm(stream);
    } else {
        refuse_arm(stream);
    }
}

void bj_engine_take_connections(struct bj_stream *stream)
{
    uint64_t word = atomic_load(&stream->connections);
    if (word == stream->connections_seen) {
        return;
    }
    stream->connections_seen = word;
    double lag_s = (double)(word >> 24) / 1e6;
    bool connected = word & 1;
    bj_safety_connections(&stream->safety, connected, (uint64_t)(lag_s * stream->true_pps));
    if (!connected) {
        blank_pending(stream, BJ_DARK_UNCONNECTED);
    }
}

void bj_engine_watch_faults(struct bj_stream *stream)
{
    if (stream->status.fault_count != stream->faults_seen) {
        stream->faults_seen = stream->status.fault_count;
        bj_stats_add(&stream->stats, BJ_COUNT_FAULTS, 1);
        bj_engine_disarm_self(stream);
    }
    if (stream->armed && stream->phase == BJ_STREAM_FAULT &&
        stream->now_ns > stream->fault_arm_deadline_ns) {
        bj_engine_disarm_self(stream);
    }
}
