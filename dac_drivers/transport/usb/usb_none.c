/* SPDX-License-Identifier: MIT
 *
 * In place of usb.c where libusb is missing.
 */
#include <beamjack/dacs.h>

#include <stddef.h>

enum bj_status bj_usb_create(struct bj_usb **usb)
{
    if (usb == NULL)
        return BJ_BAD_ARGUMENT;
    *usb = NULL;
    return BJ_UNSUPPORTED;
}

void bj_usb_destroy(struct bj_usb *usb)
{
    (void)usb;
}
