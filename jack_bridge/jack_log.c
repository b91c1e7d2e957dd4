/* SPDX-License-Identifier: MIT */
#include "jack_client.h"

#include "mailbox.h"

#include <jack/jack.h>

#define WORDS_MAX 20

/* libjack's log functions know no user pointer: the only mutable state of the program
 * outside of an object, apart from the signal handlers'. */
static _Atomic(struct bj_mailbox *) target;
static atomic_uint budget;

static void on_error(const char *text)
{
    struct bj_mailbox *box = atomic_load(&target);
    unsigned left = atomic_load(&budget);

    if (!box || left == 0 || !atomic_compare_exchange_strong(&budget, &left, left - 1))
        return;
    bj_mailbox_post(box, BJ_OK, false, text);
}

static void on_info(const char *text)
{
    (void)text;
}

void bj_jack_log_to(struct bj_mailbox *box)
{
    atomic_store(&target, box);
    atomic_store(&budget, WORDS_MAX);
    jack_set_error_function(on_error);
    jack_set_info_function(on_info);
}
