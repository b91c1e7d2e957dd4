/* SPDX-License-Identifier: MIT
 *
 * SIGINT and SIGTERM: end; a second one: end at once. SIGUSR2: disarm. SIGHUP: read the
 * configuration again. A thread of its own waits for them, so they work whatever the main
 * thread is doing, and act in ordinary code.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include "sinks.h"

#include <pthread.h>
#include <stdatomic.h>

struct bj_signals {
    pthread_t thread;
    int wake_fd;                            /* written to after each */
    atomic_bool quit, disarmed, reread;     /* reset by whoever acted on them */
    _Atomic(const struct bj_sinks *) sinks; /* disarmed, and stopped, at once, or NULL */
    void (*leave)(void *terminal);          /* before a hasty exit, with `terminal` */
    _Atomic(void *) terminal;
};

/* Before any other thread exists: they inherit the blocked signals. False: no thread. */
bool bj_signals_start(struct bj_signals *signals, int wake_fd,
                      void (*leave)(void *terminal));
void bj_signals_stop(struct bj_signals *signals);

#endif
