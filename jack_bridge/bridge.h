/* SPDX-License-Identifier: MIT
 *
 * What a running bridge consists of, and how it reacts: JACK came, JACK went, links
 * changed. Main thread.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include "dac_choice.h"
#include "engine_thread.h"
#include "jack_supervisor.h"
#include "latency.h"
#include "log.h"
#include "mailbox.h"
#include "options.h"
#include "status_json.h"

struct bj_bridge {
    const struct bj_options *options;
    struct bj_log *log;
    int wake_fd;
    struct bj_transports via;
    struct bj_dac_info dac;

    struct bj_supervisor supervisor;
    struct bj_connections connections;
    struct bj_links links; /* of our ports, at the last look */
    struct bj_mailbox jack_words, engine_words;

    /* From the first time JACK is there. */
    struct bj_latency latency;
    uint32_t rate_hz;
    struct bj_waiter *waiter;
    struct bj_feed *feed;
    struct bj_stream *stream;
    struct bj_engine_thread engine;

    bool engine_told, reached; /* scheduler reported; the DAC was there once */
    bool wrong_usage;          /* the options ask for what this DAC cannot do */
    bool armed_told;
    enum bj_stream_state state_told;
};

/* `bridge->supervisor.jack` has just come: builds the engine the first time, joins the
 * graph, makes the connections. False: said why, and it is hopeless. */
bool bj_bridge_join(struct bj_bridge *bridge);

/* JACK is gone: dark, and what was linked is remembered. */
void bj_bridge_part(struct bj_bridge *bridge);

/* What the callbacks signalled. */
void bj_bridge_events(struct bj_bridge *bridge, unsigned events);

/* Says what the engine and libjack have to tell. False: the DAC could not be reached at the
 * start, which ends the run. */
bool bj_bridge_listen(struct bj_bridge *bridge);

/* Dark, stopped, everything freed. False: leave the process with _exit. */
bool bj_bridge_finish(struct bj_bridge *bridge);

struct bj_status_report bj_bridge_report(struct bj_bridge *bridge, char *scheduler,
                                         size_t scheduler_size);

#endif
