/* SPDX-License-Identifier: MIT
 *
 * One JACK client: its ports, callbacks and connections. The jack_*.c files are the only
 * ones that include <jack/...>. Callbacks copy or signal; all that acts is called from
 * outside.
 *
 * Every function that asks the server may wait for it as long as the server is stopped.
 */
#ifndef JACK_CLIENT_H
#define JACK_CLIENT_H

#include "jack/jack_config.h"
#include "jack/process.h"
#include "options/connections.h"

struct bj_jack;

/* What the client saw. */
struct bj_jack_view {
    const char *name; /* the real one */
    uint32_t rate_hz, period_frames;
    uint64_t cycles, xruns;
    int64_t last_cycle_ns; /* BJ_NEVER before the first */
    bool freewheeling, realtime;
    int priority; /* of JACK's own client thread; 0: not real-time */
};

/* The server's name, as asked for or as the environment says. */
const char *bj_jack_server_name(const struct bj_jack_config *config);

/* Opens a client and registers its ports; no cycle runs yet. Any thread. NULL: `why`, with
 * the remedy. */
struct bj_jack *bj_jack_open(const struct bj_jack_config *config, char *why,
                             size_t why_size);

/* Cycles, when there are some, go to `sinks`, which outlive the client and do not change;
 * `latency_ns` is what the ports report. Asks nobody. */
void bj_jack_attach(struct bj_jack *jack, const struct bj_sinks *sinks, int64_t latency_ns);

/* Takes part in the graph. False: `why`. */
bool bj_jack_start(struct bj_jack *jack, char *why, size_t why_size);

/* From now on nothing touches the sinks, whatever JACK still does. Never asks the
 * server. */
void bj_jack_detach(struct bj_jack *jack);

/* Detaches, waits for what is still asked of the server, leaves it and frees the client.
 * Any thread; NULL is fine. */
void bj_jack_close(struct bj_jack *jack);

/* Takes the events since the last call. */
unsigned bj_jack_events(struct bj_jack *jack);

struct bj_jack_view bj_jack_view(const struct bj_jack *jack);

/* Why the server went, in its own words; empty if it said nothing. */
const char *bj_jack_reason(const struct bj_jack *jack);

struct bj_process *bj_jack_process(struct bj_jack *jack);

/* The connections of our ports now; tells the process thread which channels are driven. */
void bj_jack_connections(struct bj_jack *jack, struct bj_connection_list *list);

/* Output ports of audio of all clients, in the server's order, NULL at the end. Free with
 * bj_jack_free_sources. NULL: none. */
const char **bj_jack_sources(struct bj_jack *jack);
void bj_jack_free_sources(const char **sources);

/* Makes a connection; one that is there already is fine. False: refused. */
bool bj_jack_connect(struct bj_jack *jack, const char *source, enum bj_channel channel);

/* The rate changed: have the latency asked for anew. Not from a callback. */
void bj_jack_recompute_latency(struct bj_jack *jack);

/* libjack's own messages go to `queue`, each sentence once and not many, instead of stderr.
 * NULL: nowhere. For the whole process; `queue` must live until another call. */
struct bj_message_queue;
void bj_jack_log_to(struct bj_message_queue *queue);

#endif
