/* SPDX-License-Identifier: MIT
 *
 * Sentences from any thread to the main thread, without waiting or allocating: a writer
 * that finds the box busy or full drops its sentence and counts it.
 */
#ifndef MAILBOX_H
#define MAILBOX_H

#include <beamjack/core.h>

#include <stdatomic.h>

#define BJ_MAILBOX_ROOM 16
#define BJ_MAILBOX_TEXT 320

struct bj_letter {
    enum bj_status status;
    bool final;
    char text[BJ_MAILBOX_TEXT];
};

struct bj_mailbox {
    int wake_fd; /* an eventfd, non-blocking */
    atomic_flag writing;
    atomic_uint posted, taken; /* counts, modulo 2^32 */
    atomic_uint dropped;
    struct bj_letter letters[BJ_MAILBOX_ROOM];
};

void bj_mailbox_init(struct bj_mailbox *box, int wake_fd);

/* Any thread, BJ_RT. */
void bj_mailbox_post(struct bj_mailbox *box, enum bj_status status, bool final,
                     const char *text);

/* A bj_error_fn; `user` is the box. */
void bj_mailbox_error(void *user, enum bj_status status, bool final, const char *text);

/* Main thread. False: empty. */
bool bj_mailbox_take(struct bj_mailbox *box, struct bj_letter *letter);
unsigned bj_mailbox_take_dropped(struct bj_mailbox *box);

/* Any thread, BJ_RT. Makes poll on the eventfd return. */
void bj_wake_fd(int fd);

#endif
