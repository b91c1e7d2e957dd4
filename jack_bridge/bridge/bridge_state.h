/* SPDX-License-Identifier: MIT
 *
 * What a running bridge consists of; bridge.c, bridge_build.c and bridge_report.c share it.
 */
#ifndef BRIDGE_STATE_H
#define BRIDGE_STATE_H

#include "bridge/projector.h"
#include "jack/jack_errand.h"
#include "jack/jack_supervisor.h"

struct bj_bridge {
    const struct bj_options *options;
    struct bj_log *log;
    int wake_fd;
    struct bj_transports via;

    struct bj_supervisor supervisor;
    struct bj_connections connections;
    struct bj_connection_list made; /* to our ports, when last asked */
    struct bj_message_queue jack_messages;

    struct bj_errand *errand;            /* what the server is asked now; NULL: nothing */
    bool connections_owed, latency_owed; /* to be asked next */

    const char *sought; /* the DAC that is still looked for; NULL: none */
    char plays_on[200]; /* the DACs, for people */
    size_t projector_count;
    struct bj_projector projectors[BJ_DACS_MAX];

    /* From the first time JACK is there. */
    struct bj_sinks sinks; /* of the projectors; constant from then on */
    uint32_t rate_hz;
    int64_t latency_ns; /* the same for all */

    int64_t awake_ns; /* of the last round; 0: none yet */
    bool wrong_usage; /* the options ask for what a DAC cannot do */
};

#endif
