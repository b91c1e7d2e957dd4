/* SPDX-License-Identifier: MIT
 *
 * The thread of one USB device: everything that libusb may lock, allocate or wait for.
 *
 * It opens the device, claims its interfaces, runs the transfers that come through the
 * session, and lets go when the session is closed or the device is gone. A libusb context
 * of its own keeps one hung device from holding up another.
 */
#ifndef BJ_USB_DEVICE_H
#define BJ_USB_DEVICE_H

#include "transport/usb/usb_session.h"

#include <libusb.h>

/* Starts the thread; it ends after the session is closed, sets stage BJ_USB_ENDED and
 * signals `ended_fd`. BJ_NO_MEMORY: no thread. */
enum bj_status bj_usb_device_start(struct bj_usb_session *session, int ended_fd);

/* "1-2.3"; a root hub is "1-0". */
void bj_usb_port_name(libusb_device *device, char port[BJ_USB_PORT_SIZE]);

/* The thread is not in the way of signals, nor of what opens it. Restored by the second. */
void bj_usb_block_signals(void *saved);
void bj_usb_restore_signals(const void *saved);

#endif
