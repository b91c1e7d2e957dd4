/* SPDX-License-Identifier: MIT
 *
 * A simulated Ether Dream 2 behind a network of 200 us.
 */
#include "ether_dream/ether_dream.h"
#include "fake_net.h"
#include "rows.h"
#include "sim_ether_dream.h"

#include <stdlib.h>

#define IP 0x0a000005u
#define WIRE_NS (200 * 1000)
#define FOR_EVER 1000000000
#define FULL 32767.0F

struct rig {
    struct fake_net *net;
    struct sim_host *device;
    conformance_seen *seen;
    void *suite;
    int64_t now_ns;
};

static void on_played(void *user, const struct sim_ed_point *played)
{
    struct rig *rig = user;
    struct bj_point seen = {.x = (float)played->x / FULL,
                            .y = (float)played->y / FULL,
                            .r = played->r,
                            .g = played->g,
                            .b = played->b,
                            .i = played->i};

    rig->seen(rig->suite, played->time_ns, &seen);
}

static void *create(uint64_t seed, conformance_seen *seen, void *suite,
                    struct bj_dac_config *config)
{
    struct sim_ed_config device = sim_ed_defaults();
    struct rig *rig = calloc(1, sizeof *rig);

    if (!rig)
        return NULL;
    device.seed = seed;
    device.link.latency_ns = WIRE_NS;
    device.played = on_played;
    device.user = rig;
    *rig = (struct rig){.seen = seen, .suite = suite, .now_ns = CONFORMANCE_START_NS};
    rig->net = fake_net_create();
    rig->device = sim_ed_create(&device, CONFORMANCE_START_NS);
    if (!rig->net || !rig->device)
        return NULL;
    fake_net_add(rig->net, IP, rig->device);
    fake_net_set_connect_delay(rig->net, 2 * WIRE_NS);
    fake_net_advance(rig->net, CONFORMANCE_START_NS);
    *config = (struct bj_dac_config){.id = "etherdream:0004a3112233",
                                     .address = {IP, SIM_ED_TCP_PORT},
                                     .via.net = fake_net_base(rig->net)};
    return rig;
}

static void destroy(void *instance)
{
    struct rig *rig = instance;

    fake_net_destroy(rig->net);
    sim_ed_destroy(rig->device);
    free(rig);
}

static void advance(void *instance, int64_t now_ns)
{
    struct rig *rig = instance;

    rig->now_ns = now_ns;
    fake_net_advance(rig->net, now_ns);
}

static int64_t next_event_ns(void *instance)
{
    struct rig *rig = instance;

    return fake_net_next_event_ns(rig->net);
}

static bool ready(void *instance, const struct bj_wait *wait)
{
    struct rig *rig = instance;

    return fake_net_ready(rig->net, wait);
}

static void unplug(void *instance)
{
    struct rig *rig = instance;

    fake_net_set_route(rig->net, IP, FAKE_ROUTE_BLACK_HOLE);
}

static void plug(void *instance)
{
    struct rig *rig = instance;

    sim_ed_fault(rig->device, rig->now_ns, SIM_ED_GARBAGE, 0);
    fake_net_set_route(rig->net, IP, FAKE_ROUTE_OPEN);
}

static void make_hostile(void *instance)
{
    struct rig *rig = instance;

    sim_ed_fault(rig->device, rig->now_ns, SIM_ED_GARBAGE, FOR_EVER);
}

static int open_handles(const void *instance)
{
    const struct rig *rig = instance;

    return fake_net_open_sockets(rig->net);
}

const struct conformance_row conformance_ether_dream = {
    .name = "ether_dream",
    .driver = &bj_ether_dream,
    .create = create,
    .destroy = destroy,
    .advance = advance,
    .next_event_ns = next_event_ns,
    .ready = ready,
    .unplug = unplug,
    .plug = plug,
    .make_hostile = make_hostile,
    .open_handles = open_handles,
    .bits = {16, 16, 16, 16, 16, 16},
    .open_ns = 1500 * BJ_NS_PER_MS, /* it waits for an announcement */
    .dark_ns = BJ_NS_PER_MS,        /* one way there, and a point */
};
