/* SPDX-License-Identifier: MIT */
#include "rig_usb.h"

#include <stdlib.h>

#define PORT "1-2.3"
#define OPEN_NS (2 * BJ_NS_PER_MS)

void *rig_usb_begin(struct rig_usb *rig, struct bj_dac_config *dac)
{
    if (!rig->plug)
        rig->plug = rig->device;
    if (rig->way)
        return rig->way->begin(rig, dac);
    rig->usb = fake_usb_create();
    if (!rig->device || !rig->usb) {
        rig_usb_destroy(rig);
        return NULL;
    }
    rig_usb_advance(rig, CONFORMANCE_START_NS);
    fake_usb_plug(rig->usb, PORT, rig->plug);
    fake_usb_set_open_delay(rig->usb, OPEN_NS);
    rig->plugged = true;
    dac->via.usb = fake_usb_base(rig->usb);
    return rig;
}

void rig_usb_destroy(void *instance)
{
    struct rig_usb *rig = instance;

    fake_usb_destroy(rig->usb);
    rig->free_device(rig->device);
    free(rig);
}

void rig_usb_tell(struct rig_usb *rig, int64_t time_ns, const struct bj_point *seen)
{
    if (rig->way)
        rig->way->tell(rig, time_ns, seen);
    else
        rig->seen(rig->suite, time_ns, seen);
}

void rig_usb_advance(void *instance, int64_t now_ns)
{
    struct rig_usb *rig = instance;

    rig->now_ns = now_ns;
    rig->run(rig->device, now_ns);
    fake_usb_advance(rig->usb, now_ns);
}

int64_t rig_usb_next_event_ns(void *instance)
{
    struct rig_usb *rig = instance;

    return fake_usb_next_event_ns(rig->usb);
}

bool rig_usb_ready(void *instance, const struct bj_wait *wait)
{
    struct rig_usb *rig = instance;

    return fake_usb_ready(rig->usb, wait);
}

void rig_usb_unplug(void *instance)
{
    struct rig_usb *rig = instance;

    fake_usb_unplug(rig->usb, PORT);
    rig->plugged = false;
}

void rig_usb_plug(void *instance)
{
    struct rig_usb *rig = instance;

    rig->babble(rig, false);
    if (!rig->plugged)
        fake_usb_plug(rig->usb, PORT, rig->plug);
    rig->plugged = true;
}

void rig_usb_make_hostile(void *instance)
{
    struct rig_usb *rig = instance;

    rig->babble(rig, true);
}

int rig_usb_open_handles(const void *instance)
{
    const struct rig_usb *rig = instance;

    return fake_usb_open_handles(rig->usb);
}
