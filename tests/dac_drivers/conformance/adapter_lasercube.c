/* SPDX-License-Identifier: MIT
 *
 * A simulated LaserCube behind a network of 200 us.
 */
#include "adapter_net.h"
#include "lasercube/lasercube.h"
#include "rows.h"
#include "sim_lasercube.h"

#define FULL 4095.0F
#define HALF (FULL / 2)

static void on_played(void *user, const struct sim_lc_point *played)
{
    struct adapter_net *adapter = user;
    struct bj_point seen = {.x = 1 - (float)played->x / HALF,
                            .y = (float)played->y / HALF - 1};

    if (played->output && (played->r | played->g | played->b)) {
        seen.r = (float)played->r / FULL;
        seen.g = (float)played->g / FULL;
        seen.b = (float)played->b / FULL;
        seen.i = 1;
    }
    adapter->seen(adapter->suite, played->time_ns, &seen);
}

static void babble(struct sim_host *device, int64_t now_ns, int64_t for_ns)
{
    sim_lc_fault(device, now_ns, SIM_LC_GARBAGE, for_ns);
}

static void refuse(void *instance, int kind)
{
    const struct adapter_net *adapter = instance;

    sim_lc_fault(adapter->device, adapter->now_ns, SIM_LC_INTERLOCK, kind == 1);
    sim_lc_fault(adapter->device, adapter->now_ns, SIM_LC_TOO_HOT, kind == 2);
    sim_lc_fault(adapter->device, adapter->now_ns, SIM_LC_CUT, kind == 3 ? INT32_MAX : 0);
}

static void roughen(const struct conformance_trouble *trouble, struct sim_lc_config *device)
{
    static const uint32_t rings[] = {0, 1000, 24000, 0, 2000, 0};

    device->from_it.latency_ns += trouble->reply_ns;
    device->from_it.jitter_ns += trouble->reply_jitter_ns;
    if (rings[trouble->kind % 6] > 0)
        device->ring_points = rings[trouble->kind % 6];
    device->reports_before = trouble->kind == 3;
    device->message_zero = trouble->kind == 4;
}

static void *create(const struct conformance_row *row, uint64_t seed,
                    conformance_seen *seen, void *suite, struct bj_dac_config *config)
{
    struct sim_lc_config device = sim_lc_defaults();
    struct adapter_net *adapter = adapter_net_create(seen, suite);

    if (!adapter)
        return NULL;
    device.seed = seed;
    device.skew_ppm = row->trouble.skew_ppm;
    device.to_it = device.from_it = adapter_net_wire(row);
    roughen(&row->trouble, &device);
    device.played = on_played;
    device.user = adapter;
    adapter->device = sim_lc_create(&device, CONFORMANCE_START_NS);
    adapter->free_device = sim_lc_destroy;
    adapter->babble = babble;
    *config = (struct bj_dac_config){.size = sizeof(struct bj_dac_config),
                                     .id = "lasercube:0004A3112233"};
    return adapter_net_add(adapter, SIM_LC_COMMAND_PORT, config);
}

static uint64_t dries(const void *instance)
{
    const struct adapter_net *adapter = instance;

    return sim_lc_counters(adapter->device)->ran_dry;
}

const struct conformance_row conformance_lasercube = {
    .name = "lasercube",
    .driver = &bj_lasercube,
    .create = create,
    ADAPTER_NET_SLOTS,
    .refuse = refuse,
    .refusals = 3,
    .dries = dries,
    .bits = {12, 12, 12, 12, 12, 0},
    .open_ns = 100 * BJ_NS_PER_MS,
    .unsure_points = 3 * 140,    /* answers that were lost, and not the packets */
    .dark_ns = 2 * BJ_NS_PER_MS, /* one way there, a tick of the device, and a point */
};
