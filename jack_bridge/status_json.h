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
    int64_t now_ns;
    const char *dac, *client, *scheduler; /* never NULL */
    bool searching; /* the DACs are not found yet: no stream, no JACK */
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

/* The least that waited in the DAC of late: L could be shorter by this, less a margin. */
int64_t bj_status_spare_ns(const struct bj_status_report *report);

/* How long L has held without a jump; 0 while it does not. */
int64_t bj_status_locked_ns(const struct bj_status_report *report);

/* One object on one line. False: could not be written. */
bool bj_status_json(FILE *out, const struct bj_status_report *report);

/* A JSON string with its quotes; what is no UTF-8 becomes U+FFFD. */
void bj_json_string(FILE *out, const char *text);

#endif
