/* SPDX-License-Identifier: MIT
 *
 * A simulated device's descriptors as bytes.
 */
#ifndef USB_DESCRIPTORS_H
#define USB_DESCRIPTORS_H

#include "sim_usb.h"

#define USB_DESCRIPTORS_SIZE 512

/* The device descriptor and behind it the one configuration. Returns the size. */
size_t usb_descriptors(const struct sim_usb_descriptor *from,
                       uint8_t bytes[USB_DESCRIPTORS_SIZE]);

/* Of a hub with one port, as it lies between a root hub and a device. */
size_t usb_hub_descriptors(uint8_t bytes[USB_DESCRIPTORS_SIZE]);

#endif
