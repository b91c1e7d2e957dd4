/* SPDX-License-Identifier: MIT */
#include "jack/jack_client.h"

#include "jack/message_queue.h"

#include <jack/jack.h>

#define MESSAGES_MAX 16

/* libjack's log functions know no user pointer: the only mutable state of the program
 * outside of an object, apart from the signal handlers'. */
static _Atomic(struct bj_message_queue *) target;
static atomic_uint said[MESSAGES_MAX]; /* what was said; 0: free */

static unsigned mark_of(const char *text)
{
    unsigned mark = 2166136261u; /* FNV-1a */

    while (*text)
        mark = (mark ^ (unsigned char)*text++) * 16777619u;
    return mark ? mark : 1;
}

/* Each sentence once, and not too many. */
static bool is_new(const char *text)
{
    unsigned mark = mark_of(text);

    for (int k = 0; k < MESSAGES_MAX; k++) {
        unsigned none = 0;

        if (atomic_compare_exchange_strong(&said[k], &none, mark))
            return true;
        if (none == mark)
            return false;
    }
    return false;
}

static void on_error(const char *text)
{
    struct bj_message_queue *queue = atomic_load(&target);

    if (queue && is_new(text))
        bj_message_queue_post(queue, BJ_OK, false, text);
}

static void on_info(const char *text)
{
    (void)text;
}

void bj_jack_log_to(struct bj_message_queue *queue)
{
    atomic_store(&target, queue);
    for (int k = 0; k < MESSAGES_MAX; k++)
        atomic_store(&said[k], 0);
    jack_set_error_function(on_error);
    jack_set_info_function(on_info);
}
