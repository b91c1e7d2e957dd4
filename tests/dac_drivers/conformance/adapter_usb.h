/* SPDX-License-Identifier: MIT
 *
 * A simulated device on USB, for several rows: in memory and in virtual time, or where
 * the row says so by another way (adapter_libusb.h).
 */
#ifndef CONFORMANCE_ADAPTER_USB_H
#define CONFORMANCE_ADAPTER_USB_H

#include "conformance.h"
#include "fake_usb.h"

struct adapter_usb;

/* Another way from the driver to the device than through memory. */
struct adapter_usb_way {
    void *(*begin)(struct adapter_usb *adapter, struct bj_dac_config *dac);
    void (*tell)(struct adapter_usb *adapter, int64_t time_ns, const struct bj_point *seen);
};

/* Begins a row's own adapter, which calloc made. */
struct adapter_usb {
    conformance_seen *seen;
    void *suite;
    const struct adapter_usb_way *way; /* NULL: in memory */
    int64_t now_ns;
    struct fake_usb *usb;          /* in memory */
    void *bus;                     /* of another way */
    struct sim_usb *device, *plug; /* the device, and what of it is plugged in */
    bool plugged;
    /* Of the device: catches up; frees it; makes it say random bytes, or no more. */
    void (*run)(struct sim_usb *device, int64_t now_ns);
    void (*free_device)(struct sim_usb *device);
    void (*babble)(struct adapter_usb *adapter, bool on);
};

/* Plugs the device in and fills in the way there. Returns the adapter; NULL: no device, or
 * no memory. */
void *adapter_usb_begin(struct adapter_usb *adapter, struct bj_dac_config *dac);

/* For the device's observer: a point comes out, as an observer sees it. */
void adapter_usb_tell(struct adapter_usb *adapter, int64_t time_ns,
                      const struct bj_point *seen);

/* Each as the member of the same name of a row. */
void adapter_usb_destroy(void *instance);
void adapter_usb_advance(void *instance, int64_t now_ns);
int64_t adapter_usb_next_event_ns(void *instance);
bool adapter_usb_ready(void *instance, const struct bj_wait *wait);
void adapter_usb_unplug(void *instance);
void adapter_usb_plug(void *instance);
void adapter_usb_make_hostile(void *instance);
int adapter_usb_open_handles(const void *instance);

/* All of them, for a row. */
#define ADAPTER_USB_SLOTS                                                                  \
    .destroy = adapter_usb_destroy, .advance = adapter_usb_advance,                        \
    .next_event_ns = adapter_usb_next_event_ns, .ready = adapter_usb_ready,                \
    .unplug = adapter_usb_unplug, .plug = adapter_usb_plug,                                \
    .make_hostile = adapter_usb_make_hostile, .open_handles = adapter_usb_open_handles

#endif
