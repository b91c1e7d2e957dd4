/* SPDX-License-Identifier: MIT */
#include "signals.h"

#include "mailbox.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#define DARK_NS (50 * BJ_NS_PER_MS)

static sigset_t ours(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR2);
    return set;
}

/* Gives the engine a moment to put the light out. */
static void leave_at_once(struct bj_signals *signals)
{
    const struct timespec moment = {.tv_nsec = DARK_NS};

    signals->leave(atomic_load(&signals->terminal));
    nanosleep(&moment, NULL);
    _exit(1);
}

static void end(struct bj_signals *signals, const struct bj_sinks *sinks)
{
    if (sinks)
        bj_sinks_disarm(sinks);
    if (atomic_exchange(&signals->quit, true)) {
        if (sinks)
            bj_sinks_stop(sinks);
        leave_at_once(signals);
    }
}

static void act(struct bj_signals *signals, int number)
{
    const struct bj_sinks *sinks = atomic_load(&signals->sinks);

    switch (number) {
    case SIGINT:
    case SIGTERM:
        end(signals, sinks);
        break;
    case SIGUSR2:
        if (sinks)
            bj_sinks_disarm(sinks);
        atomic_store(&signals->disarmed, true);
        break;
    case SIGHUP:
        atomic_store(&signals->reread, true);
        break;
    }
    bj_wake_fd(signals->wake_fd);
}

static void *run(void *arg)
{
    const sigset_t set = ours();
    int number;

    pthread_setname_np(pthread_self(), "beamjack-signal");
    for (;;)
        if (sigwait(&set, &number) == 0)
            act(arg, number);
    return NULL;
}

bool bj_signals_start(struct bj_signals *signals, int wake_fd,
                      void (*leave)(void *terminal))
{
    const sigset_t set = ours();

    *signals = (struct bj_signals){.wake_fd = wake_fd, .leave = leave};
    signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return pthread_create(&signals->thread, NULL, run, signals) == 0;
}

void bj_signals_stop(struct bj_signals *signals)
{
    pthread_cancel(signals->thread);
    pthread_join(signals->thread, NULL);
}
