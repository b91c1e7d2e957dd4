/* SPDX-License-Identifier: MIT
 *
 * The rows of USB drivers through the real transport and unmodified libusb, in real time.
 *
 * The same adapter and the same device as in memory; the device runs on threads of the
 * testbed (usb_testbed.h), and what comes out waits here for the suite's thread.
 */
#ifndef CONFORMANCE_ADAPTER_LIBUSB_H
#define CONFORMANCE_ADAPTER_LIBUSB_H

#include "adapter_usb.h"

/* What a busy machine of two cores may do to any thread on the way: less than a driver
 * keeps queued, so that one that plays its queue out in the dark is seen. */
#define ADAPTER_LIBUSB_LATE_NS (15 * BJ_NS_PER_MS)
#define ADAPTER_LIBUSB_OPEN_NS (50 * BJ_NS_PER_MS) /* more to do */
/* What plays until a command is there that throws the rest away, at 30000 points/s. */
#define ADAPTER_LIBUSB_UNSURE_POINTS 450
/* Of the moments a case tries, so that it takes seconds; not even, as cases take turns. */
#define ADAPTER_LIBUSB_STRIDE 11

/* Whether it is a row whose adapter is an adapter_usb. */
bool adapter_libusb_can(const struct conformance_row *row);

/* The row, the long way. */
struct conformance_row adapter_libusb_row(const struct conformance_row *in_memory);

#endif
