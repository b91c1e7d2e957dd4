/* SPDX-License-Identifier: MIT
 *
 * What is on the bus, as one thread publishes it and any number of threads read it without
 * waiting.
 */
#ifndef BJ_USB_LIST_H
#define BJ_USB_LIST_H

#include <beamjack/driver.h>

#include <stdatomic.h>

#define BJ_USB_KINDS 8    /* vendor and product pairs anybody may ask for */
#define BJ_USB_EDITIONS 8 /* more than readers that are in the middle of one */

struct bj_usb_list {
    _Atomic uint32_t kinds[BJ_USB_KINDS]; /* vendor << 16 | product, 0 none */
    _Atomic uint32_t asked;               /* rises with every question */
    _Atomic bool fresh;                   /* there is a kind that was never looked for */
    _Atomic int newest;                   /* of the editions */
    struct bj_usb_edition {
        _Atomic int readers;
        size_t count;
        struct bj_usb_device devices[BJ_USB_DEVICES];
    } editions[BJ_USB_EDITIONS];
};

/* Any thread, BJ_RT: as `list` of bj_usb_ops. */
size_t bj_usb_list_read(struct bj_usb_list *list, uint16_t vendor_id, uint16_t product_id,
                        struct bj_usb_device *devices, size_t room);

/* The publisher: whether anybody asked for this kind. */
bool bj_usb_list_wants(const struct bj_usb_list *list, uint16_t vendor_id,
                       uint16_t product_id);

/* The publisher: an edition to fill in, then to publish. NULL: all are being read; later.
 */
struct bj_usb_edition *bj_usb_list_begin(struct bj_usb_list *list);
void bj_usb_list_publish(struct bj_usb_list *list, struct bj_usb_edition *edition);

#endif
