/* SPDX-License-Identifier: MIT
 *
 * A simulated device on USB, for several rows: in memory and in virtual time, or where
 * the row says so by another way (rig_libusb.h).
 */
#ifndef CONFORMANCE_RIG_USB_H
#define CONFORMANCE_RIG_USB_H

#include "conformance.h"
#include "fake_usb.h"

struct rig_usb;

/* Another way from the driver to the device than through memory. */
struct rig_usb_way {
    void *(*begin)(struct rig_usb *rig, struct bj_dac_config *dac);
    void (*tell)(struct rig_usb *rig, int64_t time_ns, const struct bj_point *seen);
};

/* Begins a row's own rig, which calloc made. */
struct rig_usb {
    conformance_seen *seen;
    void *suite;
    const struct rig_usb_way *way; /* NULL: in memory */
    int64_t now_ns;
    struct fake_usb *usb;          /* in memory */
    void *bus;                     /* of another way */
    struct sim_usb *device, *plug; /* the device, and what of it is plugged in */
    bool plugged;
    /* Of the device: catches up; frees it; makes it say random bytes, or no more. */
    void (*run)(struct sim_usb *device, int64_t now_ns);
    void (*free_device)(struct sim_usb *device);
    void (*babble)(struct rig_usb *rig, bool on);
};

/* Plugs the device in and fills in the way there. Returns the rig; NULL: no device, or no
 * memory. */
void *rig_usb_begin(struct rig_usb *rig, struct bj_dac_config *dac);

/* For the device's observer: a point comes out, as an observer sees it. */
void rig_usb_tell(struct rig_usb *rig, int64_t time_ns, const struct bj_point *seen);

/* Each as the member of the same name of a row. */
void rig_usb_destroy(void *instance);
void rig_usb_advance(void *instance, int64_t now_ns);
int64_t rig_usb_next_event_ns(void *instance);
bool rig_usb_ready(void *instance, const struct bj_wait *wait);
void rig_usb_unplug(void *instance);
void rig_usb_plug(void *instance);
void rig_usb_make_hostile(void *instance);
int rig_usb_open_handles(const void *instance);

/* All of them, for a row. */
#define RIG_USB_SLOTS                                                                      \
    .destroy = rig_usb_destroy, .advance = rig_usb_advance,                                \
    .next_event_ns = rig_usb_next_event_ns, .ready = rig_usb_ready,                        \
    .unplug = rig_usb_unplug, .plug = rig_usb_plug, .make_hostile = rig_usb_make_hostile,  \
    .open_handles = rig_usb_open_handles

#endif
