/* SPDX-License-Identifier: MIT
 *
 * Messages from any thread to the main thread, without waiting or allocating: a writer
 * that finds the queue busy or full drops its message and counts it.
 */
#ifndef MESSAGE_QUEUE_H
#define MESSAGE_QUEUE_H

#include <beamjack/core.h>

#include <stdatomic.h>

#define BJ_MESSAGE_QUEUE_SIZE 16
#define BJ_MESSAGE_TEXT_SIZE 320

struct bj_message {
    enum bj_status status;
    bool final;
    char text[BJ_MESSAGE_TEXT_SIZE];
};

struct bj_message_queue {
    int wake_fd; /* an eventfd, non-blocking */
    atomic_flag writing;
    atomic_uint posted, taken; /* counts, modulo 2^32 */
    atomic_uint dropped;
    struct bj_message messages[BJ_MESSAGE_QUEUE_SIZE];
};

void bj_message_queue_init(struct bj_message_queue *queue, int wake_fd);

/* Any thread, BJ_RT. */
void bj_message_queue_post(struct bj_message_queue *queue, enum bj_status status,
                           bool final, const char *text);

/* A bj_error_fn; `user` is the queue. */
void bj_message_queue_error(void *user, enum bj_status status, bool final,
                            const char *text);

/* Main thread. False: empty. */
bool bj_message_queue_take(struct bj_message_queue *queue, struct bj_message *message);
unsigned bj_message_queue_take_dropped(struct bj_message_queue *queue);

/* Any thread, BJ_RT. Makes poll on the eventfd return. */
void bj_wake_fd(int fd);

#endif
