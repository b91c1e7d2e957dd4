/* SPDX-License-Identifier: MIT */
#include "engine/absence.h"

#include "engine/arming.h"
#include "engine/words.h"

#include <stdio.h>

static bool is_too_long(int64_t since_ns, int64_t now_ns)
{
    return since_ns > 0 && now_ns - since_ns > BJ_AWAY_LIMIT_NS;
}

static void lose(struct bj_stream *stream, const char *who, int64_t since_ns)
{
    char text[BJ_PROBLEM_SIZE];
    double away_s = (double)(stream->now_ns - since_ns) / 1e9;
    bool promised = stream->armed || stream->arm_when_connected;
    bj_engine_forget_arms(stream);
    if (!promised) {
        return;
    }
    if (!stream->config.rearm) {
        bj_engine_disarm_self(stream);
    }
    snprintf(text, sizeof text, "%.120s: %s for %.1f s; %s", stream->dac->name, who, away_s,
             stream->config.rearm ? "still armed, as asked for" : "disarmed");
    bj_engine_say(stream, text);
}

void bj_engine_watch_steps(struct bj_stream *stream)
{
    int64_t since_ns = stream->stepped_ns;
    stream->stepped_ns = stream->now_ns;
    if (is_too_long(since_ns, stream->now_ns)) {
        lose(stream, "this program stood still (stopped, suspended or kept from running)",
             since_ns);
        stream->taken_ns = 0;
    }
}

/* Counts once the light had begun: before that, waiting is no interruption. */
void bj_engine_watch_points(struct bj_stream *stream)
{
    bool streaming = stream->phase == BJ_STREAM_STREAMING;
    if (streaming && stream->armed && is_too_long(stream->taken_ns, stream->now_ns)) {
        lose(stream, "it took no points", stream->taken_ns);
        stream->taken_ns = 0;
    }
}
