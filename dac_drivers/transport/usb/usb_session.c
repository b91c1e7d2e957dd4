/* SPDX-License-Identifier: MIT */
#include "transport/usb/usb_session.h"

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

enum bj_status bj_usb_session_init(struct bj_usb_session *session)
{
    memset(session, 0, sizeof *session);
    session->news_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    session->kick_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    bj_usb_session_reset(session);
    return session->news_fd < 0 || session->kick_fd < 0 ? bj_system_status(errno) : BJ_OK;
}

void bj_usb_session_finish(struct bj_usb_session *session)
{
    if (session->news_fd >= 0)
        close(session->news_fd);
    if (session->kick_fd >= 0)
        close(session->kick_fd);
    session->news_fd = session->kick_fd = -1;
}

void bj_usb_session_reset(struct bj_usb_session *session)
{
    bj_usb_drain(session->news_fd);
    bj_usb_queue_init(&session->requests);
    bj_usb_queue_init(&session->results);
    atomic_store(&session->result, BJ_WOULD_BLOCK);
    atomic_store(&session->closing, false);
    atomic_store(&session->gone, false);
    session->free = ALL_FREE;
    session->given = -1;
    memset(session->quiet_in, 0, sizeof session->quiet_in);
    memset(session->quiet_out, 0, sizeof session->quiet_out);
}

/* ---- Engine's side ------------------------------------------------------------------- */

enum bj_status bj_usb_session_open_result(struct bj_usb_session *session)
{
    int result = atomic_load_explicit(&session->result, memory_order_acquire);

    if (result == BJ_WOULD_BLOCK) {
        bj_usb_drain(session->news_fd);
        result = atomic_load_explicit(&session->result, memory_order_acquire);
    }
    return (enum bj_status)result;
}

static bool *quiet(struct bj_usb_session *session, uint8_t endpoint)
{
    return endpoint & 0x80 ? &session->quiet_in[endpoint & 15]
                           : &session->quiet_out[endpoint & 15];
}

/* There is room: at most a submit, a cancel and a clear for each slot and endpoint. */
static void request(struct bj_usb_session *session, uint32_t entry)
{
    bool pushed = bj_usb_queue_push(&session->requests, entry);

    (void)pushed;
    bj_usb_signal(session->kick_fd);
}

static int take_slot(struct bj_usb_session *session)
{
    for (int slot = 0; slot < BJ_USB_TRANSFERS; slot++) {
        if (!(session->free & 1u << slot))
            continue;
        session->free &= ~(1u << slot);
        return slot;
    }
    return -1;
}

enum bj_status bj_usb_session_submit(struct bj_usb_session *session,
                                     const struct bj_usb_transfer *transfer)
{
    int number;
    struct bj_usb_slot *slot;

    if (transfer->size < 1 || transfer->size > BJ_USB_TRANSFER_BYTES ||
        (!(transfer->endpoint & 0x80) && transfer->bytes == NULL) ||
        atomic_load_explicit(&session->result, memory_order_relaxed) != BJ_OK)
        return BJ_BAD_ARGUMENT;
    if (atomic_load_explicit(&session->gone, memory_order_acquire))
        return BJ_DISCONNECTED;
    number = take_slot(session);
    if (number < 0)
        return BJ_WOULD_BLOCK;
    slot = &session->slots[number];
    slot->wanted = *transfer;
    if (!(transfer->endpoint & 0x80))
        memcpy(slot->bytes, transfer->bytes, transfer->size);
    *quiet(session, transfer->endpoint) = false;
    request(session, BJ_USB_SUBMIT | (uint32_t)number);
    return BJ_OK;
}

static bool next_result(struct bj_usb_session *session, struct bj_usb_result *result)
{
    uint32_t number;

    if (!bj_usb_queue_pop(&session->results, &number))
        return false;
    const struct bj_usb_slot *slot = &session->slots[number];
    session->given = (int)number;
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

enum bj_status bj_usb_session_finished(struct bj_usb_session *session,
                                       struct bj_usb_result *result)
{
    if (session->given >= 0)
        session->free |= 1u << session->given;
    session->given = -1;
    if (next_result(session, result))
        return BJ_OK;
    bj_usb_drain(session->news_fd);
    bool gone = atomic_load_explicit(&session->gone, memory_order_acquire);
    if (next_result(session, result))
        return BJ_OK;
    return gone && session->free == ALL_FREE ? BJ_DISCONNECTED : BJ_WOULD_BLOCK;
}

void bj_usb_session_cancel(struct bj_usb_session *session, uint8_t endpoint)
{
    if (atomic_load_explicit(&session->result, memory_order_acquire) != BJ_OK ||
        *quiet(session, endpoint))
        return;
    *quiet(session, endpoint) = true;
    request(session, BJ_USB_CANCEL | endpoint);
}

void bj_usb_session_clear_halt(struct bj_usb_session *session, uint8_t endpoint)
{
    if (atomic_load_explicit(&session->result, memory_order_acquire) == BJ_OK)
        request(session, BJ_USB_CLEAR | endpoint);
}

void bj_usb_session_close(struct bj_usb_session *session)
{
    atomic_store_explicit(&session->closing, true, memory_order_release);
    bj_usb_signal(session->kick_fd);
}

/* ---- The other side ------------------------------------------------------------------ */

void bj_usb_session_news(struct bj_usb_session *session)
{
    bj_usb_signal(session->news_fd);
}

void bj_usb_session_opened(struct bj_usb_session *session, enum bj_status result)
{
    atomic_store_explicit(&session->result, result, memory_order_release);
    bj_usb_session_news(session);
}

void bj_usb_session_over(struct bj_usb_session *session, uint32_t slot)
{
    bool pushed = bj_usb_queue_push(&session->results, slot);

    assert(pushed); /* there are fewer slots than room */
    (void)pushed;
}

void bj_usb_session_lost(struct bj_usb_session *session)
{
    atomic_store_explicit(&session->gone, true, memory_order_release);
    bj_usb_session_news(session);
}
