/* SPDX-License-Identifier: MIT
 *
 * What asks the JACK server and may never be answered, on a helper thread: one errand at a
 * time for a client. An errand that hangs is left behind together with its client.
 */
#ifndef JACK_ERRAND_H
#define JACK_ERRAND_H

#include "jack/jack_client.h"

enum bj_errand_kind {
    BJ_ERRAND_START,   /* take part in the graph, after bj_jack_attach */
    BJ_ERRAND_CONNECT, /* make connections */
    BJ_ERRAND_LATENCY, /* have the latency asked for anew */
};

struct bj_errand {
    enum bj_errand_kind kind;
    struct bj_jack *jack;
    struct bj_connection_list list; /* CONNECT: to be made */
    bool *made;                     /* which of them were */
    bool good;                      /* START: it does */
    char why[200];                  /* else why not */
    atomic_int stage;
};

/* Main thread. Takes what `list` holds, which may be NULL, over. `running` counts helper
 * threads. NULL: no memory or no thread. */
struct bj_errand *bj_errand_begin(enum bj_errand_kind kind, struct bj_jack *jack,
                                  struct bj_connection_list *list, atomic_int *running);

/* The client's wake_fd is woken then; all is readable. */
bool bj_errand_done(const struct bj_errand *errand);

/* Main thread. Frees it, at once or when it comes to its end. NULL is fine. */
void bj_errand_drop(struct bj_errand *errand);

#endif
