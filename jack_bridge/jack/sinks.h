/* SPDX-License-Identifier: MIT
 *
 * Where the frames of one JACK client go: a feed and a stream for each projector. All of
 * them get the same frames; what concerns the light concerns all.
 */
#ifndef SINKS_H
#define SINKS_H

#include "options/option_table.h"

#include <beamjack/core.h>

struct bj_sinks {
    bool rearm; /* a loss does not disarm */
    size_t count;
    struct bj_sink {
        struct bj_feed *feed;
        struct bj_stream *stream;
    } items[BJ_DACS_MAX];
};

/* JACK process thread, BJ_RT. Pushes to every feed and wakes each engine that waits for
 * frames. */
BJ_RT void bj_sinks_push(const struct bj_sinks *sinks,
                         const float *const channels[BJ_CHANNELS], uint32_t frames,
                         int64_t now_ns, int64_t late_ns);

/* Any thread, BJ_RT. */
void bj_sinks_restart(const struct bj_sinks *sinks);
void bj_sinks_disarm(const struct bj_sinks *sinks);
void bj_sinks_lose(const struct bj_sinks *sinks); /* what light depends on: disarms */
void bj_sinks_stop(const struct bj_sinks *sinks);

#endif
