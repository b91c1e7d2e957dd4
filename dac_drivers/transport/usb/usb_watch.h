/* SPDX-License-Identifier: MIT
 *
 * The thread that watches the bus: who is there, who came, who left. It also starts and
 * joins the threads of opened devices, so that nobody else has to.
 */
#ifndef BJ_USB_WATCH_H
#define BJ_USB_WATCH_H

#include "transport/usb/usb_list.h"
#include "transport/usb/usb_session.h"

#define BJ_USB_HANDLES 16

struct bj_usb_watch {
    int kick_fd; /* wakes it: somebody asked, opened or closed, a thread ended */
    pthread_t thread;
    _Atomic bool ending;
    _Atomic bool idle; /* nobody asked for a while: it does not look by itself */
    struct bj_usb_list list;
    struct bj_usb_session sessions[BJ_USB_HANDLES];
};

/* Main thread. BJ_NO_MEMORY. */
enum bj_status bj_usb_watch_start(struct bj_usb_watch *watch);

/* Main thread; all handles are closed or will never be used again. False: a device still
 * hangs after 2 s and its thread may touch all this for ever. */
bool bj_usb_watch_end(struct bj_usb_watch *watch);

#endif
