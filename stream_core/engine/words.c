/* SPDX-License-Identifier: MIT */
#include "engine/words.h"

#include <stdio.h>
#include <string.h>

#define DRY_AGAIN_NS (10 * BJ_NS_PER_S)

static void say(const struct bj_stream *stream, enum bj_status status, bool final,
                const char *text)
{
    if (stream->config.error) {
        stream->config.error(stream->config.error_user, status, final, text);
    }
}

void bj_engine_say(struct bj_stream *stream, const char *text)
{
    say(stream, BJ_OK, false, text);
}

void bj_engine_tell(struct bj_stream *stream, enum bj_status status, bool final,
                    const char *text)
{
    stream->noticed = true;
    bool again = strncmp(stream->problem, text, sizeof stream->problem - 1) == 0;
    snprintf(stream->problem, sizeof stream->problem, "%s", text);
    if (final || !again) {
        say(stream, status, final, text);
    }
}

void bj_engine_tell_loss(struct bj_stream *stream, enum bj_status status, bool final)
{
    char text[BJ_PROBLEM_SIZE];
    if (stream->noticed) {
        snprintf(text, sizeof text, "%s", stream->problem);
    } else {
        snprintf(text, sizeof text, "%.160s: %s%s", stream->dac->name, bj_strerror(status),
                 final ? "" : "; trying again");
    }
    if (final || !stream->noticed) {
        bj_engine_tell(stream, status, final, text);
    }
}

/* ---- running dry ------------------------------------------------------------------------ */

void bj_engine_ran_dry(struct bj_stream *stream)
{
    bj_stats_add(&stream->stats, BJ_COUNT_DEVICE_UNDERRUNS, 1);
    stream->dries++;
}

static void count_dries(const struct bj_stream *stream, char *text, size_t size)
{
    int64_t since_s = (stream->now_ns - stream->dry_told_ns) / BJ_NS_PER_S;
    if (stream->dry_told_ns == 0) {
        snprintf(text, size, "ran dry");
    } else {
        snprintf(text, size, "ran dry %u time%s in %lld s", stream->dries,
                 stream->dries == 1 ? "" : "s", (long long)since_s);
    }
}

void bj_engine_tell_dries(struct bj_stream *stream)
{
    char count[60], text[BJ_PROBLEM_SIZE];
    bool told = stream->dry_told_ns > 0;
    if (stream->dries == 0 ||
        (told && stream->now_ns - stream->dry_told_ns < DRY_AGAIN_NS)) {
        return;
    }
    count_dries(stream, count, sizeof count);
    snprintf(text, sizeof text,
             "%.100s: %s; try a lower --pps or a larger --target-buffer, and see to cable "
             "and network",
             stream->dac->name, count);
    say(stream, BJ_TIMED_OUT, false, text);
    stream->dry_told_ns = stream->now_ns;
    stream->dries = 0;
}
