/* SPDX-License-Identifier: MIT
 *
 * An opened simulated LaserShark on USB in memory, without a driver.
 */
#ifndef SHARK_WIRE_FIXTURE_H
#define SHARK_WIRE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake_usb.h"
#include "sim_lasershark.h"

#define FIXTURE_PORT "1-1"
#define FIXTURE_MS BJ_NS_PER_MS

struct wire_fixture {
    struct fake_usb *fake;
    struct bj_usb *usb;
    struct sim_usb *device;
    int handle;
    int64_t now_ns;
};

static inline void fixture_at(struct wire_fixture *fixture, int64_t now_ns)
{
    fixture->now_ns = now_ns;
    sim_shark_advance(fixture->device, now_ns);
    fake_usb_advance(fixture->fake, now_ns);
}

/* Event by event, as transfers in memory want it. */
static inline void fixture_pass(struct wire_fixture *fixture, int64_t ns)
{
    int64_t end_ns = fixture->now_ns + ns;

    while (fixture->now_ns < end_ns) {
        int64_t next_ns = fake_usb_next_event_ns(fixture->fake);
        fixture_at(fixture, next_ns < end_ns ? next_ns : end_ns);
    }
}

static inline void fixture_open(struct wire_fixture *fixture,
                                struct sim_shark_config config)
{
    const struct bj_usb_target target = {.vendor_id = 0x1fc9,
                                         .product_id = 0x04d8,
                                         .port = FIXTURE_PORT,
                                         .interfaces = 2,
                                         .interface = {{0, 0}, {1, 1}}};

    *fixture = (struct wire_fixture){.fake = fake_usb_create()};
    fixture->usb = fake_usb_base(fixture->fake);
    fixture->device = sim_lasershark_create(&config);
    fake_usb_plug(fixture->fake, FIXTURE_PORT, fixture->device);
    assert_int_equal(fixture->usb->ops->open(fixture->usb, &target, &fixture->handle),
                     BJ_OK);
    assert_int_equal(fixture->usb->ops->open_result(fixture->usb, fixture->handle), BJ_OK);
}

static inline void fixture_close(struct wire_fixture *fixture)
{
    fixture->usb->ops->close(fixture->usb, fixture->handle);
    fake_usb_destroy(fixture->fake);
    sim_shark_destroy(fixture->device);
}

#endif
