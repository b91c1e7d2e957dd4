/* SPDX-License-Identifier: MIT
 *
 * An opened simulated LaserShark on USB in memory, without a driver.
 */
#ifndef SHARK_WIRE_RIG_H
#define SHARK_WIRE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake_usb.h"
#include "sim_lasershark.h"

#define RIG_PORT "1-1"
#define RIG_MS BJ_NS_PER_MS

struct wire_rig {
    struct fake_usb *fake;
    struct bj_usb *usb;
    struct sim_usb *device;
    int handle;
    int64_t now_ns;
};

static inline void rig_at(struct wire_rig *rig, int64_t now_ns)
{
    rig->now_ns = now_ns;
    sim_shark_advance(rig->device, now_ns);
    fake_usb_advance(rig->fake, now_ns);
}

/* Event by event, as transfers in memory want it. */
static inline void rig_pass(struct wire_rig *rig, int64_t ns)
{
    int64_t end_ns = rig->now_ns + ns;

    while (rig->now_ns < end_ns) {
        int64_t next_ns = fake_usb_next_event_ns(rig->fake);
        rig_at(rig, next_ns < end_ns ? next_ns : end_ns);
    }
}

static inline void rig_open(struct wire_rig *rig, struct sim_shark_config config)
{
    const struct bj_usb_target target = {.vendor_id = 0x1fc9,
                                         .product_id = 0x04d8,
                                         .port = RIG_PORT,
                                         .interfaces = 2,
                                         .interface = {{0, 0}, {1, 1}}};

    *rig = (struct wire_rig){.fake = fake_usb_create()};
    rig->usb = fake_usb_base(rig->fake);
    rig->device = sim_lasershark_create(&config);
    fake_usb_plug(rig->fake, RIG_PORT, rig->device);
    assert_int_equal(rig->usb->ops->open(rig->usb, &target, &rig->handle), BJ_OK);
    assert_int_equal(rig->usb->ops->open_result(rig->usb, rig->handle), BJ_OK);
}

static inline void rig_close(struct wire_rig *rig)
{
    rig->usb->ops->close(rig->usb, rig->handle);
    fake_usb_destroy(rig->fake);
    sim_shark_destroy(rig->device);
}

#endif
