/* SPDX-License-Identifier: MIT */
#include "transport/usb/usb.h"

#include <beamjack/dacs.h>

#include <sched.h>
#include <stdlib.h>

struct real_usb {
    struct bj_usb base;
    struct bj_usb_watch watch;
};

static struct bj_usb_watch *watch_of(struct bj_usb *base)
{
    return &((struct real_usb *)base)->watch;
}

static struct bj_usb_session *session_of(struct bj_usb *base, int handle)
{
    struct bj_usb_watch *watch = watch_of(base);

    for (int i = 0; i < BJ_USB_HANDLES; i++)
        if (watch->sessions[i].news_fd == handle)
            return &watch->sessions[i];
    return NULL; /* no handle of this transport */
}

static size_t list(struct bj_usb *base, uint16_t vendor_id, uint16_t product_id,
                   struct bj_usb_device *devices, size_t room)
{
    struct bj_usb_watch *watch = watch_of(base);
    size_t count = bj_usb_list_read(&watch->list, vendor_id, product_id, devices, room);

    if (atomic_load(&watch->idle) || atomic_load(&watch->list.fresh))
        bj_usb_signal(watch->kick_fd);
    return count;
}

static struct bj_usb_session *take_session(struct bj_usb_watch *watch)
{
    for (int i = 0; i < BJ_USB_HANDLES; i++) {
        int is_free = BJ_USB_FREE;
        if (atomic_compare_exchange_strong(&watch->sessions[i].stage, &is_free,
                                           BJ_USB_TAKEN))
            return &watch->sessions[i];
    }
    return NULL;
}

static enum bj_status open_device(struct bj_usb *base, const struct bj_usb_target *target,
                                  int *handle)
{
    struct bj_usb_watch *watch = watch_of(base);
    struct sched_param param = {0};
    struct bj_usb_session *session;

    if (target->interfaces < 0 || target->interfaces > BJ_USB_INTERFACES)
        return BJ_BAD_ARGUMENT;
    session = take_session(watch);
    if (session == NULL)
        return BJ_WOULD_BLOCK;
    session->target = *target;
    session->policy = sched_getscheduler(0);
    session->priority = sched_getparam(0, &param) == 0 ? param.sched_priority : 0;
    *handle = session->news_fd;
    atomic_store_explicit(&session->stage, BJ_USB_REQUESTED, memory_order_release);
    bj_usb_signal(watch->kick_fd);
    return BJ_OK;
}

static enum bj_status open_result(struct bj_usb *base, int handle)
{
    struct bj_usb_session *session = session_of(base, handle);

    return session ? bj_usb_session_open_result(session) : BJ_BAD_ARGUMENT;
}

static enum bj_status submit(struct bj_usb *base, int handle,
                             const struct bj_usb_transfer *transfer)
{
    struct bj_usb_session *session = session_of(base, handle);

    return session ? bj_usb_session_submit(session, transfer) : BJ_BAD_ARGUMENT;
}

static enum bj_status finished(struct bj_usb *base, int handle,
                               struct bj_usb_result *result)
{
    struct bj_usb_session *session = session_of(base, handle);

    return session ? bj_usb_session_finished(session, result) : BJ_BAD_ARGUMENT;
}

static void cancel(struct bj_usb *base, int handle, uint8_t endpoint)
{
    struct bj_usb_session *session = session_of(base, handle);

    if (session)
        bj_usb_session_cancel(session, endpoint);
}

static void clear_halt(struct bj_usb *base, int handle, uint8_t endpoint)
{
    struct bj_usb_session *session = session_of(base, handle);

    if (session)
        bj_usb_session_clear_halt(session, endpoint);
}

static void close_device(struct bj_usb *base, int handle)
{
    struct bj_usb_session *session = session_of(base, handle);

    if (session == NULL)
        return;
    bj_usb_session_close(session);
    bj_usb_signal(watch_of(base)->kick_fd);
}

static const struct bj_usb_ops ops = {
    .list = list,
    .open = open_device,
    .open_result = open_result,
    .submit = submit,
    .finished = finished,
    .cancel = cancel,
    .clear_halt = clear_halt,
    .close = close_device,
};

enum bj_status bj_usb_create(struct bj_usb **usb)
{
    struct real_usb *real;
    enum bj_status status;

    if (usb == NULL)
        return BJ_BAD_ARGUMENT;
    *usb = NULL;
    real = calloc(1, sizeof *real);
    status = real == NULL ? BJ_NO_MEMORY : bj_usb_watch_start(&real->watch);
    if (status != BJ_OK) {
        free(real);
        return status;
    }
    real->base.ops = &ops;
    *usb = &real->base;
    return BJ_OK;
}

void bj_usb_destroy(struct bj_usb *usb)
{
    if (usb != NULL && bj_usb_watch_end(watch_of(usb)))
        free(usb);
}
