/* SPDX-License-Identifier: MIT */
#include "control/signals.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const struct {
    int number;
    enum bj_signal meaning;
} meanings[] = {
    {SIGINT, BJ_SIGNAL_END},     {SIGTERM, BJ_SIGNAL_END},     {SIGUSR1, BJ_SIGNAL_END},
    {SIGALRM, BJ_SIGNAL_END},    {SIGVTALRM, BJ_SIGNAL_END},   {SIGPROF, BJ_SIGNAL_END},
    {SIGPOLL, BJ_SIGNAL_END},    {SIGPWR, BJ_SIGNAL_END},      {SIGXCPU, BJ_SIGNAL_END},
    {SIGSTKFLT, BJ_SIGNAL_END},  {SIGQUIT, BJ_SIGNAL_ABORT},   {SIGUSR2, BJ_SIGNAL_DISARM},
    {SIGHUP, BJ_SIGNAL_HANG_UP}, {SIGTSTP, BJ_SIGNAL_SUSPEND}, {SIGCONT, BJ_SIGNAL_RESUME},
    {SIGTTIN, BJ_SIGNAL_NONE},   {SIGTTOU, BJ_SIGNAL_NONE},
};

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A handler knows no user pointer. */
static struct {
    void (*_Atomic last)(void *user);
    _Atomic(void *) user;
} crash;

int bj_signals_open(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigemptyset(&set);
    for (size_t k = 0; k < COUNT(meanings); k++)
        sigaddset(&set, meanings[k].number);
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
        sigaddset(&set, number);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int bj_signals_next(int fd)
{
    struct signalfd_siginfo signal;

    return read(fd, &signal, sizeof signal) == sizeof signal ? (int)signal.ssi_signo : 0;
}

enum bj_signal bj_signals_meaning(int number)
{
    for (size_t k = 0; k < COUNT(meanings); k++)
        if (meanings[k].number == number)
            return meanings[k].meaning;
    return BJ_SIGNAL_END;
}

/* ---- Crashes -------------------------------------------------------------------------------- */

/* The default action is in force again when it runs: another crash in here ends it. */
static void on_crash(int number)
{
    void (*last)(void *user) = atomic_exchange(&crash.last, NULL);

    if (last)
        last(atomic_load(&crash.user));
    raise(number);
}

void bj_signals_before_crash(void (*last)(void *user), void *user)
{
    struct sigaction action = {.sa_handler = on_crash,
                               .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};

    atomic_store(&crash.user, user);
    atomic_store(&crash.last, last);
    sigemptyset(&action.sa_mask);
    if (!last)
        action = (struct sigaction){.sa_handler = SIG_DFL};
    for (size_t k = 0; k < COUNT(crashes); k++)
        sigaction(crashes[k], &action, NULL);
}

void bj_signals_die_by(int number)
{
    sigset_t set;

    signal(number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
    _exit(128 + number);
}
