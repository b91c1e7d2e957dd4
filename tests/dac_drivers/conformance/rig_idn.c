/* SPDX-License-Identifier: MIT
 *
 * A simulated open IDN receiver behind a network of 200 us.
 */
#include "fake_net.h"
#include "idn/idn.h"
#include "rows.h"
#include "sim_idn.h"

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

static void on_played(void *user, const struct sim_idn_point *played)
{
    struct rig *rig = user;
    struct bj_point seen = {.x = (float)played->x / FULL,
                            .y = (float)played->y / FULL,
                            .r = played->r,
                            .g = played->g,
                            .b = played->b,
                            .i = played->r | played->g | played->b ? 65535 : 0};

    if (!played->bridge)
        rig->seen(rig->suite, played->time_ns, &seen);
}

static void *create(uint64_t seed, conformance_seen *seen, void *suite,
                    struct bj_dac_config *config)
{
    struct sim_idn_config device = sim_idn_defaults();
    struct rig *rig = calloc(1, sizeof *rig);

    if (!rig)
        return NULL;
    device.seed = seed;
    device.link.latency_ns = WIRE_NS;
    device.played = on_played;
    device.user = rig;
    *rig = (struct rig){.seen = seen, .suite = suite, .now_ns = CONFORMANCE_START_NS};
    rig->net = fake_net_create();
    rig->device = sim_idn_create(&device, CONFORMANCE_START_NS);
    if (!rig->net || !rig->device)
        return NULL;
    fake_net_add(rig->net, IP, rig->device);
    fake_net_advance(rig->net, CONFORMANCE_START_NS);
    *config = (struct bj_dac_config){.id = "idn:010004a3112233-1",
                                     .address = {IP, SIM_IDN_PORT},
                                     .via.net = fake_net_base(rig->net)};
    return rig;
}

static void destroy(void *instance)
{
    struct rig *rig = instance;

    fake_net_destroy(rig->net);
    sim_idn_destroy(rig->device);
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

    sim_idn_fault(rig->device, rig->now_ns, SIM_IDN_GARBAGE, 0);
    fake_net_set_route(rig->net, IP, FAKE_ROUTE_OPEN);
}

static void make_hostile(void *instance)
{
    struct rig *rig = instance;

    sim_idn_fault(rig->device, rig->now_ns, SIM_IDN_GARBAGE, FOR_EVER);
}

static int open_handles(const void *instance)
{
    const struct rig *rig = instance;

    return fake_net_open_sockets(rig->net);
}

const struct conformance_row conformance_idn = {
    .name = "idn",
    .driver = &bj_idn,
    .create = create,
    .destroy = destroy,
    .advance = advance,
    .next_event_ns = next_event_ns,
    .ready = ready,
    .unplug = unplug,
    .plug = plug,
    .make_hostile = make_hostile,
    .open_handles = open_handles,
    .bits = {16, 16, 16, 16, 16, 0},
    .open_ns = 100 * BJ_NS_PER_MS,
    /* it throws its queue away at once (test_idn_session), but for the end of a drain */
    .dark_ns = 60 * BJ_NS_PER_MS,
    .rate_tolerance = 0.05, /* it follows its queue */
};
