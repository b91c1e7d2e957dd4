/* SPDX-License-Identifier: MIT
 *
 * The thread that hears the operator: keys, signals and the control socket. It disarms and
 * stops by itself, at once, whatever the main thread is doing; to arm and for the status it
 * asks the main thread. A hang-up of the view's terminal is dark and out.
 */
#ifndef OPERATOR_H
#define OPERATOR_H

#include "control/control.h"
#include "control/keys.h"
#include "control/request.h"
#include "jack/sinks.h"
#include "view/terminal.h"

#include <pthread.h>
#include <stdatomic.h>

struct bj_operator {
    /* Set before the start. */
    int wake_fd; /* the main thread's, woken after whatever concerns it */
    bool panic_keys;
    bool headless; /* a hang-up means: read the configuration again */

    /* From here to the main thread. */
    atomic_bool quit;   /* somebody wants the end */
    atomic_bool reread; /* reset by whoever acted on it */
    atomic_bool help;   /* the view shows it */
    atomic_uint disarms;
    _Atomic(const char *) news; /* why it ends or went dark, NULL: nothing to say */
    struct bj_request request;

    /* From the main thread to here. */
    _Atomic(const struct bj_sinks *) sinks;
    _Atomic(struct bj_terminal *) terminal;
    _Atomic(struct bj_control *) control;

    /* Of the thread. */
    pthread_t thread;
    bool running;
    int signal_fd, call_fd;
    atomic_bool over;
    bool ends_seen, wants_arm;
    int64_t end_ns, look_ns, request_ns;
    int asker; /* the client whose request is under way; -1: a key's, or none is */
    char answer[BJ_REQUEST_ANSWER_SIZE];
    struct bj_keys keys;
    const struct bj_terminal *heard; /* the terminal that `keys` belongs to */
};

/* Main thread, before any other exists: they inherit the blocked signals. The fields of the
 * first group are set, the rest is zero. False: errno says why. */
bool bj_operator_start(struct bj_operator *op);

/* Main thread. Hands over what it hears with; each once. */
void bj_operator_view(struct bj_operator *op, struct bj_terminal *terminal);
void bj_operator_control(struct bj_operator *op, struct bj_control *control);
void bj_operator_sinks(struct bj_operator *op, const struct bj_sinks *sinks);

/* Main thread, after it took a request and answered it. */
void bj_operator_answered(struct bj_operator *op);

/* Main thread, last of all. */
void bj_operator_stop(struct bj_operator *op);

#endif
