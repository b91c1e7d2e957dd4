/* SPDX-License-Identifier: MIT */
#include "adapter_usb.h"

#include <stdlib.h>

#define PORT "1-2.3"
#define OPEN_NS (2 * BJ_NS_PER_MS)

void *adapter_usb_begin(struct adapter_usb *adapter, struct bj_dac_config *dac)
{
    if (!adapter->plug)
        adapter->plug = adapter->device;
    if (adapter->way)
        return adapter->way->begin(adapter, dac);
    adapter->usb = fake_usb_create();
    if (!adapter->device || !adapter->usb) {
        adapter_usb_destroy(adapter);
        return NULL;
    }
    adapter_usb_advance(adapter, CONFORMANCE_START_NS);
    fake_usb_plug(adapter->usb, PORT, adapter->plug);
    fake_usb_set_open_delay(adapter->usb, OPEN_NS);
    adapter->plugged = true;
    dac->via.usb = fake_usb_base(adapter->usb);
    return adapter;
}

void adapter_usb_destroy(void *instance)
{
    struct adapter_usb *adapter = instance;

    fake_usb_destroy(adapter->usb);
    adapter->free_device(adapter->device);
    free(adapter);
}

void adapter_usb_tell(struct adapter_usb *adapter, int64_t time_ns,
                      const struct bj_point *seen)
{
    if (adapter->way)
        adapter->way->tell(adapter, time_ns, seen);
    else
        adapter->seen(adapter->suite, time_ns, seen);
}

void adapter_usb_advance(void *instance, int64_t now_ns)
{
    struct adapter_usb *adapter = instance;

    adapter->now_ns = now_ns;
    adapter->run(adapter->device, now_ns);
    fake_usb_advance(adapter->usb, now_ns);
}

int64_t adapter_usb_next_event_ns(void *instance)
{
    struct adapter_usb *adapter = instance;

    return fake_usb_next_event_ns(adapter->usb);
}

bool adapter_usb_ready(void *instance, const struct bj_wait *wait)
{
    struct adapter_usb *adapter = instance;

    return fake_usb_ready(adapter->usb, wait);
}

void adapter_usb_unplug(void *instance)
{
    struct adapter_usb *adapter = instance;

    fake_usb_unplug(adapter->usb, PORT);
    adapter->plugged = false;
}

void adapter_usb_plug(void *instance)
{
    struct adapter_usb *adapter = instance;

    adapter->babble(adapter, false);
    if (!adapter->plugged)
        fake_usb_plug(adapter->usb, PORT, adapter->plug);
    adapter->plugged = true;
}

void adapter_usb_make_hostile(void *instance)
{
    struct adapter_usb *adapter = instance;

    adapter->babble(adapter, true);
}

int adapter_usb_open_handles(const void *instance)
{
    const struct adapter_usb *adapter = instance;

    return fake_usb_open_handles(adapter->usb);
}
