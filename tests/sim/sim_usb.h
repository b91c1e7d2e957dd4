/* SPDX-License-Identifier: MIT
 *
 * A simulated USB device, seen from the host controller's side, packet by packet.
 *
 * A device model implements these operations over its own state, with time as an argument
 * and without any I/O. Two carriers exist: tests/support/fake_usb (in memory, virtual time,
 * bj_usb_ops on the other side) and tests/support/usb_testbed (the kernel's side of usbfs,
 * so that unmodified libusb talks to it). The carriers cut transfers into packets, keep the
 * order on each endpoint, and know claims, time-outs and cancelling; the model knows only
 * what a device can know. Faults of the device (stalls, silence, leaving) are its own.
 */
#ifndef SIM_USB_H
#define SIM_USB_H

#include <beamjack/driver.h>

struct sim_usb;

#define SIM_USB_NAK (-1)   /* not now: offered or asked again later */
#define SIM_USB_STALL (-2) /* halted, until clear_halt */
#define SIM_USB_PACKET 512

struct sim_usb_endpoint {
    uint8_t interface, alternate;
    uint8_t address; /* bit 7: IN */
    uint8_t type;    /* bmAttributes: 1 isochronous, 2 bulk, 3 interrupt */
    uint16_t packet_size;
    uint8_t interval;
};

struct sim_usb_descriptor {
    uint16_t vendor_id, product_id, release;
    uint8_t max_packet_0, max_power;
    const char *manufacturer, *product, *serial; /* NULL: none */
    const struct sim_usb_endpoint *endpoints;    /* in the order of the descriptors */
    int endpoint_count;
    int interfaces, alternates[BJ_USB_INTERFACES]; /* how many of each interface */
};

struct sim_usb_ops {
    /* The host selected an alternate setting, also the first time and on release (0). */
    void (*select)(struct sim_usb *device, uint8_t interface, uint8_t alternate,
                   int64_t now_ns);

    /* A packet for the device, at most packet_size bytes, 0 allowed. 0: taken; or NAK or
     * STALL. */
    int (*out)(struct sim_usb *device, uint8_t endpoint, const void *bytes, size_t size,
               int64_t now_ns);

    /* A packet from the device. Its size, 0 allowed; or NAK or STALL. */
    int (*in)(struct sim_usb *device, uint8_t endpoint, void *bytes, size_t size,
              int64_t now_ns);

    void (*clear_halt)(struct sim_usb *device, uint8_t endpoint, int64_t now_ns);

    /* When the device next does something by itself, BJ_NEVER = only when spoken to. */
    int64_t (*next_event_ns)(struct sim_usb *device, int64_t now_ns);

    /* Power goes: everything as after plugging in again. */
    void (*unplug)(struct sim_usb *device, int64_t now_ns);
};

struct sim_usb {
    const struct sim_usb_ops *ops;
    const struct sim_usb_descriptor *descriptor;
};

#endif
