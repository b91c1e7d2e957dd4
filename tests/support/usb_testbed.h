/* SPDX-License-Identifier: MIT
 *
 * USB in real time for unmodified libusb: umockdev carries its system calls here, and this
 * is the kernel's side of usbfs over device models (sim_usb.h).
 *
 * A program that uses it links usb-testbed, which brings umockdev's preload library; from
 * usb_testbed_create on, all threads of the program see the emulated /sys and /dev only.
 * One testbed per process. SIGHUP is ignored from then on.
 *
 * Device models run on threads of the testbed: lock it to look at them. What they and the
 * bus do happens, for them, when it is due, however late those threads are.
 */
#ifndef USB_TESTBED_H
#define USB_TESTBED_H

#include "usb_pipes.h"

struct usb_testbed;

struct usb_testbed *usb_testbed_create(void);
void usb_testbed_destroy(struct usb_testbed *bed); /* devices belong to the caller */

/* "1-2", or "1-2.3" behind a hub that comes along. Told to everybody who watches the bus.
 */
void usb_testbed_plug(struct usb_testbed *bed, const char *port, struct sim_usb *device);
void usb_testbed_unplug(struct usb_testbed *bed, const char *port);

/* Before plugging in: open fails with EACCES, root or not. Holds for the next device. */
void usb_testbed_deny_next(struct usb_testbed *bed);
/* Another program has claimed it. */
void usb_testbed_set_busy(struct usb_testbed *bed, const char *port, bool busy);
/* As in usb_pipes.h. */
void usb_testbed_hold(struct usb_testbed *bed, const char *port, uint8_t endpoint,
                      bool held);
void usb_testbed_break(struct usb_testbed *bed, const char *port, uint8_t endpoint,
                       size_t after, enum usb_end end);
/* Taking transfers back hangs: they stay under way when they are cancelled. */
void usb_testbed_stick(struct usb_testbed *bed, const char *port, bool stuck);

/* The models stand still between the two. */
void usb_testbed_lock(struct usb_testbed *bed);
void usb_testbed_unlock(struct usb_testbed *bed);

/* While locked: bus and devices come up to now, which is returned. */
int64_t usb_testbed_catch_up(struct usb_testbed *bed);

int64_t usb_testbed_now_ns(void); /* CLOCK_BOOTTIME, as bj_clock_ns */

/* How many handles of libusb are open on all devices. */
int usb_testbed_clients(struct usb_testbed *bed);

#endif
