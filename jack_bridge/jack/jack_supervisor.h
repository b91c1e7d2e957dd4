/* SPDX-License-Identifier: MIT
 *
 * Keeps one JACK client: opens it, notices when the server ended, was killed or hangs, and
 * opens another when the server is back. Whatever may wait for a server (opening, closing)
 * happens on helper threads, so the caller never waits.
 */
#ifndef JACK_SUPERVISOR_H
#define JACK_SUPERVISOR_H

#include "jack/jack_client.h"

#define BJ_JACK_HANG_NS BJ_NS_PER_S /* no cycle for this long: the server is lost */

/* A server that has not answered a new client for this long is taken for hung. */
#define BJ_JACK_ANSWER_NS (4 * BJ_NS_PER_S)

struct bj_attempt;

struct bj_supervisor {
    struct bj_jack_config config;
    struct bj_jack *jack;       /* NULL: not there */
    struct bj_attempt *attempt; /* NULL: none under way */
    int64_t opened_ns, retry_ns, backoff_ns;
    int64_t stepped_ns,
        awake_ns;        /* the last call; the first one after a gap between them */
    uint32_t failures;   /* since the last success */
    uint32_t returns;    /* successes after the first */
    uint64_t past_xruns; /* of the clients before this one */
    bool ever_open;
    atomic_int *helpers; /* running; outlives the supervisor if they do */
    char why[400];       /* of the last loss or failure, with the remedy */
};

enum bj_supervisor_news {
    BJ_SUPERVISOR_NOTHING,
    BJ_SUPERVISOR_OPENED, /* supervisor->jack is there and waits to be started */
    BJ_SUPERVISOR_LOST,   /* the client is gone; its events and view with it */
    BJ_SUPERVISOR_FAILED, /* a try to open; the next follows by itself */
};

/* False: no memory. */
bool bj_supervisor_init(struct bj_supervisor *supervisor,
                        const struct bj_jack_config *config);

/* Main thread, at least twice a second: after a gap of BJ_JACK_HANG_NS the server has that
 * time again, since nobody knows whose silence it was. `events` are those just taken from
 * the client. Lowers *deadline_ns to when
 * it wants to be called again; config.wake_fd is woken when a try is over. */
enum bj_supervisor_news bj_supervisor_step(struct bj_supervisor *supervisor,
                                           unsigned events, int64_t now_ns,
                                           int64_t *deadline_ns);

/* Closes the client, waiting a second at most. False: a helper still hangs in libjack;
 * leave the process with _exit. */
bool bj_supervisor_finish(struct bj_supervisor *supervisor);

/* 0.25 s, then twice the last, up to 3 s. */
int64_t bj_backoff_next_ns(int64_t last_ns);

#endif
