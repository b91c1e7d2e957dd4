/* SPDX-License-Identifier: MIT */
#include "jack/mailbox.h"

#include <string.h>
#include <unistd.h>

void bj_wake_fd(int fd)
{
    const uint64_t one = 1;
    ssize_t written = write(fd, &one, sizeof one);

    (void)written; /* full means that it is awake already */
}

void bj_mailbox_init(struct bj_mailbox *box, int wake_fd)
{
    memset(box, 0, sizeof *box);
    box->wake_fd = wake_fd;
    atomic_flag_clear(&box->writing);
}

void bj_mailbox_post(struct bj_mailbox *box, enum bj_status status, bool final,
                     const char *text)
{
    unsigned posted;
    struct bj_letter *letter;

    if (atomic_flag_test_and_set_explicit(&box->writing, memory_order_acquire)) {
        atomic_fetch_add(&box->dropped, 1);
        return;
    }
    posted = atomic_load_explicit(&box->posted, memory_order_relaxed);
    if (posted - atomic_load_explicit(&box->taken, memory_order_acquire) <
        BJ_MAILBOX_ROOM) {
        letter = &box->letters[posted % BJ_MAILBOX_ROOM];
        letter->status = status;
        letter->final = final;
        strncpy(letter->text, text, sizeof letter->text - 1);
        letter->text[sizeof letter->text - 1] = '\0';
        atomic_store_explicit(&box->posted, posted + 1, memory_order_release);
    } else {
        atomic_fetch_add(&box->dropped, 1);
    }
    atomic_flag_clear_explicit(&box->writing, memory_order_release);
    bj_wake_fd(box->wake_fd);
}

void bj_mailbox_error(void *user, enum bj_status status, bool final, const char *text)
{
    bj_mailbox_post(user, status, final, text);
}

bool bj_mailbox_take(struct bj_mailbox *box, struct bj_letter *letter)
{
    unsigned taken = atomic_load_explicit(&box->taken, memory_order_relaxed);

    if (taken == atomic_load_explicit(&box->posted, memory_order_acquire))
        return false;
    *letter = box->letters[taken % BJ_MAILBOX_ROOM];
    atomic_store_explicit(&box->taken, taken + 1, memory_order_release);
    return true;
}

unsigned bj_mailbox_take_dropped(struct bj_mailbox *box)
{
    return atomic_exchange(&box->dropped, 0);
}
