/* SPDX-License-Identifier: MIT */
#include "jack/jack_client.h"

#include "jack/mailbox.h"

#include <jack/jack.h>

#define WORDS_MAX 16

/* libjack's log functions know no user pointer: the only mutable state of the program
 * outside of an object, apart from the signal handlers'. */
static _Atomic(struct bj_mailbox *) target;
static atomic_uint said[WORDS_MAX]; /* what was said; 0: free */

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

    for (int k = 0; k < WORDS_MAX; k++) {
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
    struct bj_mailbox *box = atomic_load(&target);

    if (box && is_new(text))
        bj_mailbox_post(box, BJ_OK, false, text);
}

static void on_info(const char *text)
{
    (void)text;
}

void bj_jack_log_to(struct bj_mailbox *box)
{
    atomic_store(&target, box);
    for (int k = 0; k < WORDS_MAX; k++)
        atomic_store(&said[k], 0);
    jack_set_error_function(on_error);
    jack_set_info_function(on_info);
}
