/* SPDX-License-Identifier: MIT
 *
 * What the jack_*.c files share about one client.
 */
#ifndef JACK_INTERNAL_H
#define JACK_INTERNAL_H

#include "jack/jack_config.h"
#include "jack/process.h"

#include <jack/jack.h>

#define BJ_REASON_SIZE 128

struct bj_jack {
    jack_client_t *client;
    jack_port_t *ports[BJ_CHANNELS];
    struct bj_jack_config config;

    struct bj_process process;

    /* From the callbacks to everybody. */
    atomic_uint events;
    atomic_bool gone;
    atomic_uint rate_hz, period_frames;
    _Atomic uint64_t xruns;
    _Atomic int64_t latency_ns;
    char reason[BJ_REASON_SIZE]; /* written once, before BJ_JACK_GONE */

    atomic_bool busy; /* a helper asks the server something; not to be closed */
};

/* Before activation. False: JACK refuses a callback. */
bool bj_jack_set_callbacks(struct bj_jack *jack);

/* After activation: aliases and metadata. Failures do not matter. */
void bj_jack_decorate(struct bj_jack *jack);

#endif
