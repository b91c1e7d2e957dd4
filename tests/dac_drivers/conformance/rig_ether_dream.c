/* SPDX-License-Identifier: MIT
 *
 * A simulated Ether Dream 2 behind a network of 200 us.
 */
#include "ether_dream/ether_dream.h"
#include "rig_net.h"
#include "rows.h"
#include "sim_ether_dream.h"

#define FULL 32767.0F

static void on_played(void *user, const struct sim_ed_point *played)
{
    struct rig_net *rig = user;
    struct bj_point seen = {.x = (float)played->x / FULL,
                            .y = (float)played->y / FULL,
                            .r = played->r,
                            .g = played->g,
                            .b = played->b,
                            .i = played->i};

    rig->seen(rig->suite, played->time_ns, &seen);
}

static void babble(struct sim_host *device, int64_t now_ns, int64_t for_ns)
{
    sim_ed_fault(device, now_ns, SIM_ED_GARBAGE, for_ns);
}

static void *create(const struct conformance_row *row, uint64_t seed,
                    conformance_seen *seen, void *suite, struct bj_dac_config *config)
{
    struct sim_ed_config device = sim_ed_defaults();
    struct rig_net *rig = rig_net_create(seen, suite);

    (void)row;
    if (!rig)
        return NULL;
    device.seed = seed;
    device.link.latency_ns = RIG_NET_WIRE_NS;
    device.played = on_played;
    device.user = rig;
    rig->device = sim_ed_create(&device, CONFORMANCE_START_NS);
    rig->free_device = sim_ed_destroy;
    rig->babble = babble;
    fake_net_set_connect_delay(rig->net, 2 * RIG_NET_WIRE_NS);
    *config = (struct bj_dac_config){.id = "etherdream:0004a3112233"};
    return rig_net_add(rig, SIM_ED_TCP_PORT, config);
}

const struct conformance_row conformance_ether_dream = {
    .name = "ether_dream",
    .driver = &bj_ether_dream,
    .create = create,
    RIG_NET_SLOTS,
    .bits = {16, 16, 16, 16, 16, 16},
    .open_ns = 1500 * BJ_NS_PER_MS, /* it waits for an announcement */
    .dark_ns = BJ_NS_PER_MS,        /* one way there, and a point */
};
