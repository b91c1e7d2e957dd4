/* SPDX-License-Identifier: MIT
 *
 * What each signal means to a running bridge. None ends it by itself but SIGKILL: they are
 * read from a file descriptor by the thread that hears the operator.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

enum bj_signal {
    BJ_SIGNAL_NONE,
    BJ_SIGNAL_END,     /* dark, and out in order */
    BJ_SIGNAL_ABORT,   /* Ctrl-\: dark, and out by this signal at once */
    BJ_SIGNAL_DISARM,  /* dark */
    BJ_SIGNAL_HANG_UP, /* out if there was a terminal, else the configuration again */
    BJ_SIGNAL_SUSPEND, /* Ctrl-Z: dark, then stop */
    BJ_SIGNAL_RESUME,
};

/* Main thread, before any other exists: they inherit the blocked signals. Writing to a pipe
 * or beyond a size is an error from then on, not a signal. Returns a descriptor, -1 if none
 * is left. */
int bj_signals_open(void);

/* The next signal that waits, 0 if none. */
int bj_signals_next(int fd);

enum bj_signal bj_signals_meaning(int number);

/* A crash of the program calls `last` once before it ends: only what is allowed in a
 * handler. NULL: no more. */
void bj_signals_before_crash(void (*last)(void *user), void *user);

/* Ends the process by this signal as if nobody had caught it. */
_Noreturn void bj_signals_die_by(int number);

#endif
