/* SPDX-License-Identifier: MIT
 *
 * The state of a running bridge at one moment, as the terminal and --status-json show it.
 */
#ifndef STATUS_JSON_H
#define STATUS_JSON_H

#include "port_map.h"

#include <stdio.h>

struct bj_status_report {
    struct bj_stats stream;
    struct bj_feed_stats feed;
    const char *dac, *client, *scheduler; /* never NULL */
    bool jack_running, freewheeling;
    uint32_t jack_rate_hz, period_frames;
    uint64_t xruns, jack_returns;
    int64_t latency_ns;
    unsigned connected; /* a bit per channel */
    float peaks[BJ_CHANNELS];
};

const char *bj_status_state(enum bj_stream_state state); /* "streaming" */

int64_t
bj_status_buffered_ns(const struct bj_status_report *report); /* in the DAC, at least */

/* How far the rate the DAC really makes is from the one it was asked for. */
double bj_status_ratio_ppm(const struct bj_status_report *report);

/* One object on one line. False: could not be written. */
bool bj_status_json(FILE *out, const struct bj_status_report *report);

/* A JSON string with its quotes. */
void bj_json_string(FILE *out, const char *text);

#endif
