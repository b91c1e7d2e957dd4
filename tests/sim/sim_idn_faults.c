/* SPDX-License-Identifier: MIT */
#include "sim_idn_device.h"

#include <string.h>

static void reboot(struct sim_idn_device *device, int64_t silent_ns)
{
    sim_idn_drop_connections(device);
    for (int k = 0; k < device->config.service_count; k++) {
        device->services[k].inlet.expecting = false;
    }
    sim_datagrams_clear(&device->in);
    sim_datagrams_clear(&device->out);
    device->down_until_ns = device->now_ns + silent_ns;
}

static void rival(struct sim_idn_device *device, bool comes)
{
    for (int k = 0; k < device->config.service_count; k++) {
        struct sim_idn_service *service = &device->services[k];
        if (comes && service->owner < 0) {
            service->owner = SIM_IDN_RIVAL_OWNER;
        } else if (!comes && service->owner == SIM_IDN_RIVAL_OWNER) {
            service->owner = -1;
        }
    }
}

static void discard(struct sim_idn_device *device)
{
    for (int k = 0; k < device->config.service_count; k++) {
        sim_idn_inlet_discard(&device->services[k].inlet);
    }
}

static void stall(struct sim_idn_device *device, int64_t for_ns)
{
    sim_datagrams_stall(&device->in, device->now_ns + for_ns);
    sim_datagrams_stall(&device->out, device->now_ns + for_ns);
}

/* Streams of those who were there end, too. */
static void exclude(struct sim_idn_device *device, bool excluded)
{
    device->excluded = excluded;
    if (excluded) {
        sim_idn_drop_connections(device);
    }
}

static void hide(struct sim_idn_device *device, bool hidden)
{
    device->hidden = hidden;
    if (hidden) {
        sim_idn_drop_connections(device);
    }
}

static void apply(struct sim_idn_device *device, enum sim_idn_fault fault, int64_t value)
{
    device->counters.faults++;
    switch (fault) {
    case SIM_IDN_REBOOT:
        reboot(device, value);
        break;
    case SIM_IDN_SILENT:
        device->silent_until_ns = device->now_ns + value;
        break;
    case SIM_IDN_STALL:
        stall(device, value);
        break;
    case SIM_IDN_DROP:
        sim_datagrams_drop(&device->in, value);
        break;
    case SIM_IDN_FORGET:
        sim_idn_drop_connections(device);
        break;
    case SIM_IDN_DISCARD:
        discard(device);
        break;
    case SIM_IDN_HIDE:
        hide(device, value != 0);
        break;
    case SIM_IDN_SLOW_MAP:
        device->map_delay_ns = value;
        break;
    case SIM_IDN_STATUS:
        device->status_bits = (uint8_t)value;
        break;
    case SIM_IDN_RIVAL:
        rival(device, value != 0);
        break;
    case SIM_IDN_OCCUPY:
        device->full = value != 0;
        break;
    case SIM_IDN_EXCLUDE:
        exclude(device, value != 0);
        break;
    case SIM_IDN_GARBAGE:
        device->garbage = value;
        break;
    case SIM_IDN_NOBODY:
        memset(device->config.unit, 0, sizeof device->config.unit);
        break;
    case SIM_IDN_FAULTS:
        break;
    }
}

void sim_idn_fault(struct sim_host *host, int64_t now_ns, enum sim_idn_fault fault,
                   int64_t value)
{
    sim_idn_advance(host, now_ns);
    apply(sim_idn_device(host), fault, value);
}

bool sim_idn_fault_at(struct sim_host *host, int64_t at_ns, enum sim_idn_fault fault,
                      int64_t value)
{
    return sim_schedule_add(&sim_idn_device(host)->schedule, at_ns, (int)fault, value);
}

void sim_idn_apply_scheduled(struct sim_idn_device *device)
{
    struct sim_scheduled due;

    while (sim_schedule_take(&device->schedule, device->now_ns, &due)) {
        apply(device, (enum sim_idn_fault)due.what, due.value);
    }
}
