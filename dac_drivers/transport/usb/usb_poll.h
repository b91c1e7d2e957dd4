/* SPDX-License-Identifier: MIT
 *
 * Waits for a libusb context and an eventfd at once, on the thread that owns both.
 */
#ifndef BJ_USB_POLL_H
#define BJ_USB_POLL_H

#include <libusb.h>
#include <poll.h>
#include <stdbool.h>

#define BJ_USB_POLL_FDS 32

struct bj_usb_poll {
    libusb_context *context; /* NULL: only the eventfd */
    int kick_fd;
    bool changed; /* libusb's descriptors are to be asked for again */
    int count;
    struct pollfd fds[BJ_USB_POLL_FDS];
};

void bj_usb_poll_init(struct bj_usb_poll *poll, libusb_context *context, int kick_fd);

/* Waits at most so long, -1 = for ever; clears the eventfd; lets libusb do what is due. */
void bj_usb_poll_wait(struct bj_usb_poll *poll, int timeout_ms);

/* Before the context goes. */
void bj_usb_poll_finish(struct bj_usb_poll *poll);

#endif
