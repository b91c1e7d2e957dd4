/* SPDX-License-Identifier: MIT */
#include "transport/usb/usb_link.h"

#include "session/system_error.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define ALL_FREE UINT32_MAX

_Static_assert(BJ_USB_TRANSFERS == 32, "one bit of `free` each");

void bj_usb_signal(int fd)
{
    const uint64_t one = 1;
    ssize_t size = write(fd, &one, sizeof one);

    (void)size; /* full means: readable already */
}

void bj_usb_drain(int fd)
{
    uint64_t count;
    ssize_t size = read(fd, &count, sizeof count);

    (void)size;
}

/* ---- Life ---------------------------------------------------------------------------- */

enum bj_status bj_usb_link_init(struct bj_usb_link *link)
{
    memset(link, 0, sizeof *link);
    link->news_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    link->kick_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    bj_usb_link_reset(link);
    return link->news_fd < 0 || link->kick_fd < 0 ? bj_system_status(errno) : BJ_OK;
}

void bj_usb_link_finish(struct bj_usb_link *link)
{
    if (link->news_fd >= 0)
        close(link->news_fd);
    if (link->kick_fd >= 0)
        close(link->kick_fd);
    link->news_fd = link->kick_fd = -1;
}

void bj_usb_link_reset(struct bj_usb_link *link)
{
    bj_usb_drain(link->news_fd);
    bj_usb_queue_init(&link->requests);
    bj_usb_queue_init(&link->results);
    atomic_store(&link->result, BJ_WOULD_BLOCK);
    atomic_store(&link->closing, false);
    atomic_store(&link->gone, false);
    link->free = ALL_FREE;
    link->given = -1;
    memset(link->quiet_in, 0, sizeof link->quiet_in);
    memset(link->quiet_out, 0, sizeof link->quiet_out);
}

/* ---- Engine's side ------------------------------------------------------------------- */

enum bj_status bj_usb_link_open_result(struct bj_usb_link *link)
{
    int result = atomic_load_explicit(&link->result, memory_order_acquire);

    if (result == BJ_WOULD_BLOCK) {
        bj_usb_drain(link->news_fd);
        result = atomic_load_explicit(&link->result, memory_order_acquire);
    }
    return (enum bj_status)result;
}

static bool *quiet(struct bj_usb_link *link, uint8_t endpoint)
{
    return endpoint & 0x80 ? &link->quiet_in[endpoint & 15]
                           : &link->quiet_out[endpoint & 15];
}

/* There is room: at most a submit, a cancel and a clear for each slot and endpoint. */
static void request(struct bj_usb_link *link, uint32_t entry)
{
    bool pushed = bj_usb_queue_push(&link->requests, entry);

    (void)pushed;
    bj_usb_signal(link->kick_fd);
}

static int take_slot(struct bj_usb_link *link)
{
    for (int slot = 0; slot < BJ_USB_TRANSFERS; slot++) {
        if (!(link->free & 1u << slot))
            continue;
        link->free &= ~(1u << slot);
        return slot;
    }
    return -1;
}

enum bj_status bj_usb_link_submit(struct bj_usb_link *link,
                                  const struct bj_usb_transfer *transfer)
{
    int number;
    struct bj_usb_slot *slot;

    if (transfer->size < 1 || transfer->size > BJ_USB_TRANSFER_BYTES ||
        (!(transfer->endpoint & 0x80) && transfer->bytes == NULL) ||
        atomic_load_explicit(&link->result, memory_order_relaxed) != BJ_OK)
        return BJ_BAD_ARGUMENT;
    if (atomic_load_explicit(&link->gone, memory_order_acquire))
        return BJ_DISCONNECTED;
    number = take_slot(link);
    if (number < 0)
        return BJ_WOULD_BLOCK;
    slot = &link->slots[number];
    slot->wanted = *transfer;
    if (!(transfer->endpoint & 0x80))
        memcpy(slot->bytes, transfer->bytes, transfer->size);
    *quiet(link, transfer->endpoint) = false;
    request(link, BJ_USB_SUBMIT | (uint32_t)number);
    return BJ_OK;
}

static bool next_result(struct bj_usb_link *link, struct bj_usb_result *result)
{
    uint32_t number;

    if (!bj_usb_queue_pop(&link->results, &number))
        return false;
    const struct bj_usb_slot *slot = &link->slots[number];
    link->given = (int)number;
    *result = (struct bj_usb_result){
        .tag = slot->wanted.tag,
        .endpoint = slot->wanted.endpoint,
        .status = slot->status,
        .size = slot->moved,
        .bytes = slot->wanted.endpoint & 0x80 ? slot->bytes : NULL,
        .begun_ns = slot->begun_ns,
        .finished_ns = slot->finished_ns,
    };
    return true;
}

enum bj_status bj_usb_link_finished(struct bj_usb_link *link, struct bj_usb_result *result)
{
    if (link->given >= 0)
        link->free |= 1u << link->given;
    link->given = -1;
    if (next_result(link, result))
        return BJ_OK;
    bj_usb_drain(link->news_fd);
    bool gone = atomic_load_explicit(&link->gone, memory_order_acquire);
    if (next_result(link, result))
        return BJ_OK;
    return gone && link->free == ALL_FREE ? BJ_DISCONNECTED : BJ_WOULD_BLOCK;
}

void bj_usb_link_cancel(struct bj_usb_link *link, uint8_t endpoint)
{
    if (atomic_load_explicit(&link->result, memory_order_acquire) != BJ_OK ||
        *quiet(link, endpoint))
        return;
    *quiet(link, endpoint) = true;
    request(link, BJ_USB_CANCEL | endpoint);
}

void bj_usb_link_clear_halt(struct bj_usb_link *link, uint8_t endpoint)
{
    if (atomic_load_explicit(&link->result, memory_order_acquire) == BJ_OK)
        request(link, BJ_USB_CLEAR | endpoint);
}

void bj_usb_link_close(struct bj_usb_link *link)
{
    atomic_store_explicit(&link->closing, true, memory_order_release);
    bj_usb_signal(link->kick_fd);
}

/* ---- The other side ------------------------------------------------------------------ */

void bj_usb_link_news(struct bj_usb_link *link)
{
    bj_usb_signal(link->news_fd);
}

void bj_usb_link_opened(struct bj_usb_link *link, enum bj_status result)
{
    atomic_store_explicit(&link->result, result, memory_order_release);
    bj_usb_link_news(link);
}

void bj_usb_link_over(struct bj_usb_link *link, uint32_t slot)
{
    bool pushed = bj_usb_queue_push(&link->results, slot);

    assert(pushed); /* there are fewer slots than room */
    (void)pushed;
}

void bj_usb_link_lost(struct bj_usb_link *link)
{
    atomic_store_explicit(&link->gone, true, memory_order_release);
    bj_usb_link_news(link);
}
