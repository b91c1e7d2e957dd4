/* SPDX-License-Identifier: MIT
 *
 * A simulated open IDN receiver behind a network of 200 us.
 */
#include "adapter_net.h"
#include "idn/idn.h"
#include "rows.h"
#include "sim_idn.h"

#define FULL 32767.0F
#define FULL_LIGHT 65535.0F

static void on_played(void *user, const struct sim_idn_point *played)
{
    struct adapter_net *adapter = user;
    struct bj_point seen = {.x = (float)played->x / FULL,
                            .y = (float)played->y / FULL,
                            .r = (float)played->r / FULL_LIGHT,
                            .g = (float)played->g / FULL_LIGHT,
                            .b = (float)played->b / FULL_LIGHT,
                            .i = played->r | played->g | played->b ? 1 : 0};

    if (!played->bridge)
        adapter->seen(adapter->suite, played->time_ns, &seen);
}

static void babble(struct sim_host *device, int64_t now_ns, int64_t for_ns)
{
    sim_idn_fault(device, now_ns, SIM_IDN_GARBAGE, for_ns);
}

static void refuse(void *instance, int kind)
{
    const struct adapter_net *adapter = instance;

    sim_idn_fault(adapter->device, adapter->now_ns, SIM_IDN_OCCUPY, kind == 1);
    sim_idn_fault(adapter->device, adapter->now_ns, SIM_IDN_EXCLUDE, kind == 2);
    sim_idn_fault(adapter->device, adapter->now_ns, SIM_IDN_HIDE, kind == 3);
    if (kind > 0)
        sim_idn_fault(adapter->device, adapter->now_ns, SIM_IDN_FORGET, 0);
}

static void *create(const struct conformance_row *row, uint64_t seed,
                    conformance_seen *seen, void *suite, struct bj_dac_config *config)
{
    struct sim_idn_config device = sim_idn_defaults();
    struct adapter_net *adapter = adapter_net_create(seen, suite);

    if (!adapter)
        return NULL;
    device.seed = seed;
    device.skew_ppm = row->trouble.skew_ppm;
    device.profile.answers_stream = !row->trouble.mute;
    device.link = adapter_net_wire(row);
    device.link.jitter_ns += row->trouble.reply_jitter_ns;
    device.played = on_played;
    device.user = adapter;
    adapter->device = sim_idn_create(&device, CONFORMANCE_START_NS);
    adapter->free_device = sim_idn_destroy;
    adapter->babble = babble;
    *config = (struct bj_dac_config){.size = sizeof(struct bj_dac_config),
                                     .id = "idn:010004a3112233-1"};
    return adapter_net_add(adapter, SIM_IDN_PORT, config);
}

static uint64_t dries(const void *instance)
{
    const struct adapter_net *adapter = instance;

    return sim_idn_counters(adapter->device)->dries;
}

const struct conformance_row conformance_idn = {
    .name = "idn",
    .driver = &bj_idn,
    .create = create,
    ADAPTER_NET_SLOTS,
    .refuse = refuse,
    .refusals = 3,
    .dries = dries,
    .bits = {16, 16, 16, 16, 16, 0},
    .open_ns = 100 * BJ_NS_PER_MS,
    .flush_unsure_points = 60, /* it does not tell how much that was */
    /* it throws its queue away at once (test_idn_session), but for the end of a drain */
    .dark_ns = 60 * BJ_NS_PER_MS,
    .rate_tolerance = 0.05, /* it follows its queue */
};
