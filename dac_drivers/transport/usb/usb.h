/* SPDX-License-Identifier: MIT
 *
 * The real bj_usb, over libusb's asynchronous interface. The functions are in
 * <beamjack/dacs.h>; this is where to read how it is built.
 *
 *   engine thread          bus thread (usb_watch)         device thread (usb_device)
 *   open  ──── session ──▶ starts ──────────────────────▶ opens, claims
 *   submit, cancel ─────────── requests (usb_queue) ─────▶ libusb
 *   finished ◀──────────────── results  (usb_queue) ────── callbacks
 *   list  ◀─── usb_list ── scans the bus
 *
 * A handle is an eventfd that is readable whenever there is news.
 */
#ifndef BJ_USB_H
#define BJ_USB_H

#include "transport/usb/usb_watch.h"

#endif
