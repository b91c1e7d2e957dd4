/* SPDX-License-Identifier: MIT */
#include "control/wish.h"

#include <string.h>

void bj_wish_init(struct bj_wish *wish)
{
    pthread_mutex_init(&wish->mutex, NULL);
    wish->state = BJ_WISH_IDLE;
}

void bj_wish_finish(struct bj_wish *wish)
{
    pthread_mutex_destroy(&wish->mutex);
}

bool bj_wish_ask(struct bj_wish *wish, enum bj_order order)
{
    bool free;

    pthread_mutex_lock(&wish->mutex);
    free = wish->state == BJ_WISH_IDLE;
    if (free) {
        wish->state = BJ_WISH_ASKED;
        wish->order = order;
    }
    pthread_mutex_unlock(&wish->mutex);
    return free;
}

bool bj_wish_withdraw(struct bj_wish *wish)
{
    bool unheard;

    pthread_mutex_lock(&wish->mutex);
    unheard = wish->state == BJ_WISH_ASKED;
    if (unheard)
        wish->state = BJ_WISH_IDLE;
    pthread_mutex_unlock(&wish->mutex);
    return unheard;
}

bool bj_wish_collect(struct bj_wish *wish, bool *granted, char *answer, size_t *size)
{
    bool answered;

    pthread_mutex_lock(&wish->mutex);
    answered = wish->state == BJ_WISH_ANSWERED;
    if (answered) {
        *granted = wish->granted;
        *size = wish->size;
        memcpy(answer, wish->answer, wish->size);
        wish->state = BJ_WISH_IDLE;
    }
    pthread_mutex_unlock(&wish->mutex);
    return answered;
}

enum bj_order bj_wish_take(struct bj_wish *wish)
{
    enum bj_order order = BJ_ORDER_NONE;

    pthread_mutex_lock(&wish->mutex);
    if (wish->state == BJ_WISH_ASKED) {
        wish->state = BJ_WISH_TAKEN;
        order = wish->order;
    }
    pthread_mutex_unlock(&wish->mutex);
    return order;
}

void bj_wish_answer(struct bj_wish *wish, bool granted, const char *text, size_t size)
{
    pthread_mutex_lock(&wish->mutex);
    wish->granted = granted;
    wish->size = size < sizeof wish->answer ? size : sizeof wish->answer;
    memcpy(wish->answer, text, wish->size);
    wish->state = BJ_WISH_ANSWERED;
    pthread_mutex_unlock(&wish->mutex);
}
