/* SPDX-License-Identifier: MIT
 *
 * What happens in a JACK process cycle, without JACK: everything the process thread
 * touches.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include "jack/sinks.h"

#include <stdatomic.h>

struct bj_process {
    /* Set before attach, constant while attached. */
    const struct bj_sinks *sinks;

    /* Written by other threads. */
    atomic_bool attached;       /* points may flow */
    atomic_bool freewheeling;   /* cycles come faster than time: nothing may flow */
    atomic_bool unplayable;     /* at this rate nothing may flow, either */
    atomic_bool metering;       /* somebody looks at the peaks */
    atomic_uint connected;      /* a bit per channel that has a source */
    _Atomic int64_t control_ns; /* when the control thread was awake; BJ_NEVER: not yet */

    /* Written by the process thread. */
    atomic_bool inside;
    _Atomic uint64_t cycles;
    _Atomic int64_t last_cycle_ns;    /* BJ_NEVER before the first */
    _Atomic float peaks[BJ_CHANNELS]; /* since last read, from every 16th sample */
    bool was_held;
    int64_t missed_ns; /* control_ns, when that was found to be too long ago */
};

void bj_process_init(struct bj_process *process);

/* Any thread. JACK's rate from now on; while it cannot be played, the light is lost. */
void bj_process_set_rate(struct bj_process *process, uint32_t rate_hz);

/* Control thread. From now on cycles reach the feeds and the streams; `sinks` stays as it
 * is until detach. */
void bj_process_attach(struct bj_process *process, const struct bj_sinks *sinks);

/* Control thread. True: no cycle touches the sinks any more, and none will,
 * though the callback may go on being called. False: a cycle is under way, call again. */
bool bj_process_detach(struct bj_process *process);

/* JACK process thread, BJ_RT. The light is lost when this thread or the control thread was
 * away for over BJ_AWAY_LIMIT_NS, and while freewheeling or at a rate that cannot be
 * played. `buffers` in channel order, `now_ns` from its first line, `late_ns` as for
 * bj_feed_push. */
BJ_RT void bj_process_cycle(struct bj_process *process,
                            const float *const buffers[BJ_CHANNELS], uint32_t frames,
                            int64_t now_ns, int64_t late_ns);

/* Control thread. The largest absolute value of a channel since the last call. */
float bj_process_take_peak(struct bj_process *process, enum bj_channel channel);

#endif
