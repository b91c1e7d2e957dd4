/* SPDX-License-Identifier: MIT */
#include "transport/usb/usb_poll.h"

#include "transport/usb/usb_session.h"

static void LIBUSB_CALL fd_added(int fd, short events, void *user)
{
    (void)fd, (void)events;
    ((struct bj_usb_poll *)user)->changed = true;
}

static void LIBUSB_CALL fd_removed(int fd, void *user)
{
    (void)fd;
    ((struct bj_usb_poll *)user)->changed = true;
}

void bj_usb_poll_init(struct bj_usb_poll *poll, libusb_context *context, int kick_fd)
{
    *poll = (struct bj_usb_poll){.context = context, .kick_fd = kick_fd, .changed = true};
    if (context != NULL)
        libusb_set_pollfd_notifiers(context, fd_added, fd_removed, poll);
}

void bj_usb_poll_finish(struct bj_usb_poll *poll)
{
    if (poll->context != NULL)
        libusb_set_pollfd_notifiers(poll->context, NULL, NULL, NULL);
    poll->context = NULL;
    poll->changed = true;
}

static void collect(struct bj_usb_poll *poll)
{
    const struct libusb_pollfd **list =
        poll->context != NULL ? libusb_get_pollfds(poll->context) : NULL;

    poll->changed = false;
    poll->fds[0] = (struct pollfd){.fd = poll->kick_fd, .events = POLLIN};
    poll->count = 1;
    for (int i = 0; list != NULL && list[i] != NULL && poll->count < BJ_USB_POLL_FDS; i++)
        poll->fds[poll->count++] =
            (struct pollfd){.fd = list[i]->fd, .events = list[i]->events};
    libusb_free_pollfds(list);
}

/* Where libusb has no timer descriptor it tells when it wants to be called. */
static int shorten(struct bj_usb_poll *poll, int timeout_ms)
{
    struct timeval left;
    int left_ms;

    if (poll->context == NULL || libusb_get_next_timeout(poll->context, &left) != 1)
        return timeout_ms;
    left_ms = (int)(left.tv_sec * 1000 + (left.tv_usec + 999) / 1000);
    return timeout_ms < 0 || left_ms < timeout_ms ? left_ms : timeout_ms;
}

void bj_usb_poll_wait(struct bj_usb_poll *poll_, int timeout_ms)
{
    struct timeval now = {0, 0};

    if (poll_->changed)
        collect(poll_);
    (void)poll(poll_->fds, (nfds_t)poll_->count, shorten(poll_, timeout_ms));
    if (poll_->fds[0].revents & POLLIN)
        bj_usb_drain(poll_->kick_fd);
    if (poll_->context != NULL)
        (void)libusb_handle_events_timeout_completed(poll_->context, &now, NULL);
}
