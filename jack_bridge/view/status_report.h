/* SPDX-License-Identifier: MIT
 *
 * The state of a running bridge at one moment, as the terminal and --status-json show it.
 */
#ifndef STATUS_REPORT_H
#define STATUS_REPORT_H

#include "options/port_map.h"

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

#endif
