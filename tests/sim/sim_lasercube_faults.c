/* SPDX-License-Identifier: MIT */
#include "sim_lasercube_device.h"

#include <string.h>

#define INTRUDER_NS (10 * BJ_NS_PER_MS)

/* ---- Replies -------------------------------------------------------------------------- */

static size_t spoil(struct sim_lc_device *device, uint8_t bytes[128], size_t size)
{
    if (device->garbage > 0) {
        device->garbage--;
        size = (size_t)sim_random_upto(&device->random, 99) + 1;
        for (size_t n = 0; n < size; n++) {
            bytes[n] = (uint8_t)sim_random_next(&device->random);
        }
    } else if (device->cut > 0) {
        device->cut--;
        size = device->cut & 1
                   ? size + 1
                   : (size_t)sim_random_upto(&device->random, (int64_t)size - 1);
    }
    return size;
}

void sim_lc_send(struct sim_lc_device *device, uint16_t port, struct bj_address to,
                 const uint8_t *bytes, size_t size)
{
    uint8_t spoilt[128] = {0};

    memcpy(spoilt, bytes, size);
    size = spoil(device, spoilt, size);
    if (size > 0) {
        sim_datagrams_put(&device->from_it, port, to, spoilt, size, device->now_ns);
    }
}

/* To whoever sent samples last. */
static void send_stray(struct sim_lc_device *device, int64_t count)
{
    for (; count > 0 && device->client.port != 0; count--) {
        uint8_t bytes[4] = {0x8a};
        for (int n = 1; n < 4; n++) {
            bytes[n] = (uint8_t)sim_random_next(&device->random);
        }
        sim_datagrams_put(&device->from_it, SIM_LC_DATA_PORT, device->client, bytes,
                          sizeof bytes, device->now_ns);
    }
}

/* ---- Another client ------------------------------------------------------------------- */

void sim_lc_intrude(struct sim_lc_device *device)
{
    const struct sim_lc_point point = {.x = 2048, .y = 2048};

    if (device->intruder_points == 0 || device->now_ns < device->intruder_ns) {
        return;
    }
    device->intruder_ns += INTRUDER_NS;
    for (int64_t n = 0; n < device->intruder_points; n++) {
        (void)sim_lc_ring_store(&device->ring, &point);
    }
}

/* ---- Faults --------------------------------------------------------------------------- */

static void go_silent(struct sim_lc_device *device, int64_t for_ns, bool forgetting)
{
    device->silent_until_ns = device->now_ns + for_ns;
    device->forgetting = forgetting;
    sim_datagrams_clear(&device->to_it);
    sim_datagrams_clear(&device->from_it);
    device->inbox_count = 0;
    if (forgetting) {
        device->counters.reboots++;
        sim_lc_power_on(device);
    }
}

static void block(struct sim_lc_device *device, bool *cause, bool on)
{
    *cause = on;
    if (on) {
        sim_lc_set_output(device, false);
    }
}

static void stall(struct sim_lc_device *device, int64_t for_ns)
{
    sim_datagrams_stall(&device->to_it, device->now_ns + for_ns);
    sim_datagrams_stall(&device->from_it, device->now_ns + for_ns);
}

static void apply(struct sim_lc_device *device, enum sim_lc_fault fault, int64_t value)
{
    device->counters.faults++;
    switch (fault) {
    case SIM_LC_STALL:
        stall(device, value);
        break;
    case SIM_LC_SILENCE:
    case SIM_LC_REBOOT:
        go_silent(device, value, fault == SIM_LC_REBOOT);
        break;
    case SIM_LC_LOSE:
        sim_datagrams_drop(&device->to_it, value);
        break;
    case SIM_LC_LOSE_REPLIES:
        sim_datagrams_drop(&device->from_it, value);
        break;
    case SIM_LC_GARBAGE:
        device->garbage = value;
        break;
    case SIM_LC_CUT:
        device->cut += value;
        break;
    case SIM_LC_STRAY:
        send_stray(device, value);
        break;
    case SIM_LC_DRY:
        sim_lc_ring_clear(&device->ring);
        break;
    case SIM_LC_OTHER_CLIENT:
        device->intruder_points = value;
        device->intruder_ns = device->now_ns;
        break;
    case SIM_LC_OUTPUT:
        sim_lc_set_output(device, value & 1);
        break;
    case SIM_LC_RATE:
        sim_lc_ring_set_rate(&device->ring, (uint32_t)value);
        break;
    case SIM_LC_REPORTS:
        device->reports = value & 1;
        break;
    case SIM_LC_INTERLOCK:
        block(device, &device->interlock, value & 1);
        break;
    case SIM_LC_TOO_HOT:
        block(device, &device->too_hot, value & 1);
        break;
    case SIM_LC_WARM:
        device->warm = value & 1;
        break;
    case SIM_LC_BATTERY:
        device->battery = (uint8_t)value;
        break;
    case SIM_LC_FAULTS:
        break;
    }
}

void sim_lc_apply_scheduled(struct sim_lc_device *device)
{
    struct sim_scheduled due;

    while (sim_schedule_take(&device->schedule, device->now_ns, &due)) {
        apply(device, (enum sim_lc_fault)due.what, due.value);
    }
}

bool sim_lc_fault_at(struct sim_host *host, int64_t at_ns, enum sim_lc_fault fault,
                     int64_t value)
{
    return sim_schedule_add(&sim_lc_device(host)->schedule, at_ns, (int)fault, value);
}

void sim_lc_fault(struct sim_host *host, int64_t now_ns, enum sim_lc_fault fault,
                  int64_t value)
{
    sim_lc_advance(host, now_ns);
    apply(sim_lc_device(host), fault, value);
}
