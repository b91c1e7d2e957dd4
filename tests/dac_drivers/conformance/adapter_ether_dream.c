/* SPDX-License-Identifier: MIT
 *
 * A simulated Ether Dream 2 behind a network of 200 us.
 */
#include "adapter_ether_dream.h"

#include "ether_dream/ether_dream.h"
#include "rows.h"

#define FULL 32767.0F
#define FULL_LIGHT 65535.0F

static void on_played(void *user, const struct sim_ed_point *played)
{
    struct adapter_net *adapter = user;
    struct bj_point seen = {.x = (float)played->x / FULL,
                            .y = (float)played->y / FULL,
                            .r = (float)played->r / FULL_LIGHT,
                            .g = (float)played->g / FULL_LIGHT,
                            .b = (float)played->b / FULL_LIGHT,
                            .i = (float)played->i / FULL_LIGHT};

    adapter->seen(adapter->suite, played->time_ns, &seen);
}

static void babble(struct sim_host *device, int64_t now_ns, int64_t for_ns)
{
    sim_ed_fault(device, now_ns, SIM_ED_GARBAGE, for_ns);
}

static void refuse(void *instance, int kind)
{
    static const enum sim_ed_fault naks[] = {SIM_ED_NAK_INVALID, SIM_ED_NAK_FULL,
                                             SIM_ED_NAK_ALL};
    const struct adapter_net *adapter = instance;

    for (int k = 1; k <= 3; k++)
        sim_ed_fault(adapter->device, adapter->now_ns, naks[k - 1],
                     k == kind ? INT32_MAX : 0);
}

static void on_command(void *user, const struct sim_ed_command *command)
{
    const struct adapter_net *adapter = user;
    const struct adapter_ether_dream_way *way = adapter->way;

    if (way && way->device.command)
        way->device.command(way->device.user, command);
}

static void roughen(const struct conformance_trouble *trouble, struct sim_ed_config *device)
{
    static const char *const kinds[] = {"ed2", "ed1", "ed3", "ed4"};

    if (trouble->kind > 0)
        device->profile = *sim_ed_profile(kinds[trouble->kind % 4]);
    device->tells_before = trouble->kind > 3;
    if (trouble->latency_ns > 0)
        device->link.latency_ns = trouble->latency_ns;
    device->link.reply_latency_ns = trouble->reply_ns;
    device->link.reply_jitter_ns = trouble->reply_jitter_ns;
    device->link.merge_ns = trouble->burst_ns;
    device->link.fragment_bytes = trouble->fragment_bytes;
    device->link.fragment_gap_ns = trouble->fragment_gap_ns;
}

static struct adapter_ether_dream_way usual_way(const struct conformance_row *row,
                                                uint64_t seed)
{
    struct adapter_ether_dream_way way = {sim_ed_defaults(), 2 * ADAPTER_NET_WIRE_NS};

    way.device.seed = seed;
    way.device.link.latency_ns = ADAPTER_NET_WIRE_NS;
    way.device.link.jitter_ns = row->trouble.jitter_ns;
    way.device.skew_ppm = row->trouble.skew_ppm;
    way.device.fullness_step = (uint16_t)row->trouble.quantum;
    roughen(&row->trouble, &way.device);
    return way;
}

static void *create(const struct conformance_row *row, uint64_t seed,
                    conformance_seen *seen, void *suite, struct bj_dac_config *config)
{
    struct adapter_net *adapter = adapter_net_create(seen, suite);
    struct adapter_ether_dream_way way;

    if (!adapter)
        return NULL;
    adapter->way = row->way;
    way =
        row->way ? *(const struct adapter_ether_dream_way *)row->way : usual_way(row, seed);
    way.device.played = on_played;
    way.device.command = on_command;
    way.device.user = adapter;
    adapter->device = sim_ed_create(&way.device, CONFORMANCE_START_NS);
    adapter->free_device = sim_ed_destroy;
    adapter->babble = babble;
    fake_net_set_connect_delay(adapter->net, way.connect_delay_ns);
    *config = (struct bj_dac_config){.size = sizeof(struct bj_dac_config),
                                     .id = "etherdream:0004a3112233"};
    return adapter_net_add(adapter, SIM_ED_TCP_PORT, config);
}

static uint64_t dries(const void *instance)
{
    const struct adapter_net *adapter = instance;

    return sim_ed_counters(adapter->device)->underflows;
}

const struct conformance_row conformance_ether_dream = {
    .name = "ether_dream",
    .driver = &bj_ether_dream,
    .create = create,
    ADAPTER_NET_SLOTS,
    .refuse = refuse,
    .refusals = 3,
    .dries = dries,
    .bits = {16, 16, 16, 16, 16, 16},
    .open_ns = 1500 * BJ_NS_PER_MS, /* it waits for an announcement */
    .dark_ns = BJ_NS_PER_MS,        /* one way there, and a point */
};
