/* SPDX-License-Identifier: MIT */
#include "jack/message_queue.h"

#include <string.h>
#include <unistd.h>

void bj_wake_fd(int fd)
{
    const uint64_t one = 1;
    ssize_t written = write(fd, &one, sizeof one);

    (void)written; /* full means that it is awake already */
}

void bj_message_queue_init(struct bj_message_queue *queue, int wake_fd)
{
    memset(queue, 0, sizeof *queue);
    queue->wake_fd = wake_fd;
    atomic_flag_clear(&queue->writing);
}

void bj_message_queue_post(struct bj_message_queue *queue, enum bj_status status,
                           bool final, const char *text)
{
    unsigned posted;
    struct bj_message *message;

    if (atomic_flag_test_and_set_explicit(&queue->writing, memory_order_acquire)) {
        atomic_fetch_add(&queue->dropped, 1);
        return;
    }
    posted = atomic_load_explicit(&queue->posted, memory_order_relaxed);
    if (posted - atomic_load_explicit(&queue->taken, memory_order_acquire) <
        BJ_MESSAGE_QUEUE_SIZE) {
        message = &queue->messages[posted % BJ_MESSAGE_QUEUE_SIZE];
        message->status = status;
        message->final = final;
        strncpy(message->text, text, sizeof message->text - 1);
        message->text[sizeof message->text - 1] = '\0';
        atomic_store_explicit(&queue->posted, posted + 1, memory_order_release);
    } else {
        atomic_fetch_add(&queue->dropped, 1);
    }
    atomic_flag_clear_explicit(&queue->writing, memory_order_release);
    bj_wake_fd(queue->wake_fd);
}

void bj_message_queue_error(void *user, enum bj_status status, bool final, const char *text)
{
    bj_message_queue_post(user, status, final, text);
}

bool bj_message_queue_take(struct bj_message_queue *queue, struct bj_message *message)
{
    unsigned taken = atomic_load_explicit(&queue->taken, memory_order_relaxed);

    if (taken == atomic_load_explicit(&queue->posted, memory_order_acquire))
        return false;
    *message = queue->messages[taken % BJ_MESSAGE_QUEUE_SIZE];
    atomic_store_explicit(&queue->taken, taken + 1, memory_order_release);
    return true;
}

unsigned bj_message_queue_take_dropped(struct bj_message_queue *queue)
{
    return atomic_exchange(&queue->dropped, 0);
}
