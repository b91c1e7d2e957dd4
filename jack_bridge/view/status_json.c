/* SPDX-License-Identifier: MIT */
#include "view/status_json.h"

#include "options/utf8.h"
#include "view/dark_reason.h"

#include <math.h>

const char *bj_status_state(enum bj_stream_state state)
{
    static const char *const names[] = {
        [BJ_STREAM_CONNECTING] = "connecting",
        [BJ_STREAM_STREAMING] = "streaming",
        [BJ_STREAM_FAULT] = "fault",
        [BJ_STREAM_DRAINING] = "draining",
        [BJ_STREAM_RECONNECTING] = "reconnecting",
        [BJ_STREAM_CLOSING] = "closing",
        [BJ_STREAM_DONE] = "done",
    };

    return names[state];
}

static int64_t points_ns(const struct bj_status_report *report, uint32_t points)
{
    return report->stream.pps ? (int64_t)points * BJ_NS_PER_S / report->stream.pps : 0;
}

int64_t bj_status_buffered_ns(const struct bj_status_report *report)
{
    return points_ns(report, report->stream.buffered_points);
}

int64_t bj_status_spare_ns(const struct bj_status_report *report)
{
    return points_ns(report, report->stream.buffered_least_points);
}

int64_t bj_status_locked_ns(const struct bj_status_report *report)
{
    const struct bj_feed_stats *feed = &report->feed;
    bool known = feed->locked && feed->last_jump_ns != BJ_NEVER;

    return known && report->now_ns > feed->last_jump_ns
               ? report->now_ns - feed->last_jump_ns
               : 0;
}

/* ---- JSON --------------------------------------------------------------------------------- */

void bj_json_string(FILE *out, const char *text)
{
    fputc('"', out);
    while (*text) {
        size_t size = bj_utf8_size(text);
        unsigned char c = (unsigned char)*text;

        if (size == 0)
            fputs("\\ufffd", out);
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            fprintf(out, "\\u%04x", c);
        else
            fwrite(text, 1, size, out);
        text += size ? size : 1;
    }
    fputc('"', out);
}

static void text(FILE *out, const char *key, const char *value)
{
    fprintf(out, ",\"%s\":", key);
    bj_json_string(out, value);
}

static void truth(FILE *out, const char *key, bool value)
{
    fprintf(out, ",\"%s\":%s", key, value ? "true" : "false");
}

static void count(FILE *out, const char *key, uint64_t value)
{
    fprintf(out, ",\"%s\":%llu", key, (unsigned long long)value);
}

static void number(FILE *out, const char *key, double value)
{
    fprintf(out, ",\"%s\":%.3f", key, isfinite(value) ? value : 0);
}

static double ms(int64_t ns)
{
    return (double)ns / BJ_NS_PER_MS;
}

static void stream_part(FILE *out, const struct bj_stats *stats)
{
    truth(out, "lit", stats->lit);
    count(out, "underruns", stats->underruns);
    count(out, "device_underruns", stats->device_underruns);
    count(out, "points_written", stats->points_written);
    count(out, "points_from_fill", stats->points_from_fill);
    count(out, "flushed_points", stats->flushed_points);
    count(out, "dwell_points", stats->dwell_points);
    count(out, "late_wakes", stats->late_wakes);
    count(out, "reconnects", stats->reconnects);
    count(out, "faults", stats->faults);
}

static void feed_part(FILE *out, const struct bj_feed_stats *stats)
{
    truth(out, "feed_running", stats->running);
    number(out, "feed_ms", ms(stats->buffered_ns));
    truth(out, "locked", stats->locked);
    number(out, "ratio_ppm", stats->ratio_ppm);
    number(out, "latency_error_ms", stats->latency_error_ns / BJ_NS_PER_MS);
    count(out, "frames_pushed", stats->frames_pushed);
    count(out, "start_frames", stats->frames_at_start);
    count(out, "lost_frames", stats->frames_lost);
    count(out, "invalid_frames", stats->frames_invalid);
    count(out, "jumps", stats->jumps);
    count(out, "silences", stats->silences);
}

bool bj_status_json(FILE *out, const struct bj_status_report *report)
{
    char letters[BJ_CHANNELS + 1];

    bj_port_letters(report->connected, letters);
    fprintf(out, "{\"state\":\"%s\"",
            report->searching ? "searching" : bj_status_state(report->stream.state));
    truth(out, "armed", report->stream.armed);
    text(out, "dark", bj_dark_reason(report));
    text(out, "dac", report->dac);
    count(out, "pps", report->stream.pps);
    number(out, "true_pps", report->stream.true_pps);
    truth(out, "jack", report->jack_running);
    text(out, "client", report->client);
    text(out, "connected", letters);
    count(out, "jack_rate", report->jack_rate_hz);
    count(out, "jack_period", report->period_frames);
    truth(out, "freewheel", report->freewheeling);
    count(out, "xruns", report->xruns);
    count(out, "jack_returns", report->jack_returns);
    number(out, "latency_ms", ms(report->latency_ns));
    number(out, "buffered_ms", ms(bj_status_buffered_ns(report)));
    number(out, "spare_ms", ms(bj_status_spare_ns(report)));
    number(out, "locked_s", (double)bj_status_locked_ns(report) / BJ_NS_PER_S);
    text(out, "scheduler", report->scheduler);
    stream_part(out, &report->stream);
    feed_part(out, &report->feed);
    fputs("}\n", out);
    return fflush(out) == 0 && !ferror(out);
}
