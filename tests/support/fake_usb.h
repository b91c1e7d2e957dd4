/* SPDX-License-Identifier: MIT
 *
 * USB in memory and in virtual time: drivers on one side, device models (sim_usb.h) on the
 * other, no libusb.
 *
 * Opening takes as long as the test says, transfers as long as the device lets them wait.
 * What the bus itself does wrong is set per port: no permission, claimed by somebody else,
 * hold an endpoint, break a transfer, unplug.
 *
 * Time is what the test says last. Everything has a fixed limit and asserts beyond it.
 */
#ifndef FAKE_USB_H
#define FAKE_USB_H

#include "usb_pipes.h"

#define FAKE_USB_PORTS 8
#define FAKE_USB_HANDLES 8

struct fake_usb;

struct fake_usb *fake_usb_create(void);
void fake_usb_destroy(
    struct fake_usb *usb); /* NULL is fine; devices belong to the caller */

/* What drivers and discovery get. */
struct bj_usb *fake_usb_base(struct fake_usb *usb);

/* Puts a device into a socket ("1-2.3"), takes it away with all its transfers. */
void fake_usb_plug(struct fake_usb *usb, const char *port, struct sim_usb *device);
void fake_usb_unplug(struct fake_usb *usb, const char *port);

/* BJ_NO_PERMISSION: it can be seen and not opened. Ends with unplugging, as all below. */
void fake_usb_set_access(struct fake_usb *usb, const char *port, enum bj_status access);
/* Another program has claimed it. */
void fake_usb_set_busy(struct fake_usb *usb, const char *port, bool busy);
/* Nothing moves on this endpoint; transfers can time out and be cancelled. */
void fake_usb_hold(struct fake_usb *usb, const char *port, uint8_t endpoint, bool held);
/* Taking transfers back hangs: neither a cancel nor a time-out ends them. */
void fake_usb_stick(struct fake_usb *usb, const char *port, bool stuck);
/* As usb_pipes_break. */
void fake_usb_break(struct fake_usb *usb, const char *port, uint8_t endpoint, size_t after,
                    enum usb_end end);

/* How long opening takes from now on; BJ_NEVER: it hangs. */
void fake_usb_set_open_delay(struct fake_usb *usb, int64_t delay_ns);

/* Moves time, and whatever moves with it. */
void fake_usb_advance(struct fake_usb *usb, int64_t now_ns);

/* When something happens by itself next: a device acts, a transfer times out. */
int64_t fake_usb_next_event_ns(struct fake_usb *usb);

/* Whether a handle somebody waits for is ready now. */
bool fake_usb_ready(struct fake_usb *usb, const struct bj_wait *wait);

int fake_usb_open_handles(const struct fake_usb *usb); /* not closed by their users */

#endif
