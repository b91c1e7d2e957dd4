/* SPDX-License-Identifier: MIT
 *
 * The simplest simulated USB device: takes bytes on 0x01, gives bytes on 0x81, as much as a
 * test allows. For tests of the carriers and of the transport, not of any driver.
 */
#ifndef TOY_USB_H
#define TOY_USB_H

#include "sim_usb.h"

#define TOY_VENDOR 0x1209
#define TOY_PRODUCT 0x0001
#define TOY_OUT 0x01
#define TOY_IN 0x81
#define TOY_PACKET 64
#define TOY_BYTES 65536

struct toy_usb {
    struct sim_usb base;
    size_t room;               /* takes this many more bytes, then NAKs */
    bool stalled;              /* until clear_halt */
    size_t heard, said, given; /* bytes in `in`; in `out`; of these collected */
    uint8_t in[TOY_BYTES], out[TOY_BYTES];
    size_t short_packet; /* 0 or: packets of this size instead of 64 */
    int packets, empty_packets, clears, unplugs;
    int selected[8], selects; /* alternates of interface 0 in order */
};

void toy_usb_init(struct toy_usb *toy);
void toy_usb_say(struct toy_usb *toy, const void *bytes, size_t size);

#endif
