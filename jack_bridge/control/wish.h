/* SPDX-License-Identifier: MIT
 *
 * What the thread that hears the operator cannot do itself and asks of the main thread: to
 * arm, which depends on JACK and the DACs, and the status. One wish at a time. A wish that
 * was withdrawn is never granted later.
 */
#ifndef WISH_H
#define WISH_H

#include "options/orders.h"

#include <pthread.h>
#include <stdbool.h>

#define BJ_WISH_ANSWER_SIZE 32768

struct bj_wish {
    pthread_mutex_t mutex; /* held for a copy of the answer at most */
    enum { BJ_WISH_IDLE, BJ_WISH_ASKED, BJ_WISH_TAKEN, BJ_WISH_ANSWERED } state;
    enum bj_order order;
    bool granted;
    size_t size;
    char answer[BJ_WISH_ANSWER_SIZE];
};

void bj_wish_init(struct bj_wish *wish);
void bj_wish_finish(struct bj_wish *wish);

/* The asking thread. False: another is under way. */
bool bj_wish_ask(struct bj_wish *wish, enum bj_order order);

/* The asking thread. True: nobody has heard it, and nobody will. */
bool bj_wish_withdraw(struct bj_wish *wish);

/* The asking thread. The answer, when there is one: copies it, and another may follow. */
bool bj_wish_collect(struct bj_wish *wish, bool *granted, char *answer, size_t *size);

/* Main thread. BJ_ORDER_NONE: there is none. */
enum bj_order bj_wish_take(struct bj_wish *wish);

/* Main thread, to the one it took. */
void bj_wish_answer(struct bj_wish *wish, bool granted, const char *text, size_t size);

#endif
