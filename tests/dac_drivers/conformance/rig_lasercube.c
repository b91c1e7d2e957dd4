/* SPDX-License-Identifier: MIT
 *
 * A simulated LaserCube behind a network of 200 us.
 */
#include "fake_net.h"
#include "lasercube/lasercube.h"
#include "rows.h"
#include "sim_lasercube.h"

#include <stdlib.h>

#define IP 0x0a000005u
#define WIRE_NS (200 * 1000)
#define FOR_EVER 1000000000
#define HALF 2047.5F

struct rig {
    struct fake_net *net;
    struct sim_host *device;
    conformance_seen *seen;
    void *suite;
    int64_t now_ns;
};

static void on_played(void *user, const struct sim_lc_point *played)
{
    struct rig *rig = user;
    struct bj_point seen = {.x = 1 - (float)played->x / HALF,
                            .y = (float)played->y / HALF - 1};

    if (played->output && (played->r | played->g | played->b)) {
        seen.r = (uint16_t)(played->r * 65535u / 4095);
        seen.g = (uint16_t)(played->g * 65535u / 4095);
        seen.b = (uint16_t)(played->b * 65535u / 4095);
        seen.i = 65535;
    }
    rig->seen(rig->suite, played->time_ns, &seen);
}

static void *create(uint64_t seed, conformance_seen *seen, void *suite,
                    struct bj_dac_config *config)
{
    const struct sim_datagrams_config wire = {.latency_ns = WIRE_NS};
    struct sim_lc_config device = sim_lc_defaults();
    struct rig *rig = calloc(1, sizeof *rig);

    if (!rig)
        return NULL;
    device.seed = seed;
    device.to_it = device.from_it = wire;
    device.played = on_played;
    device.user = rig;
    *rig = (struct rig){.seen = seen, .suite = suite, .now_ns = CONFORMANCE_START_NS};
    rig->net = fake_net_create();
    rig->device = sim_lc_create(&device, CONFORMANCE_START_NS);
    if (!rig->net || !rig->device)
        return NULL;
    fake_net_add(rig->net, IP, rig->device);
    fake_net_advance(rig->net, CONFORMANCE_START_NS);
    *config = (struct bj_dac_config){.id = "lasercube:0004A3112233",
                                     .address = {IP, SIM_LC_COMMAND_PORT},
                                     .via.net = fake_net_base(rig->net)};
    return rig;
}

static void destroy(void *instance)
{
    struct rig *rig = instance;

    fake_net_destroy(rig->net);
    sim_lc_destroy(rig->device);
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

    sim_lc_fault(rig->device, rig->now_ns, SIM_LC_GARBAGE, 0);
    fake_net_set_route(rig->net, IP, FAKE_ROUTE_OPEN);
}

static void make_hostile(void *instance)
{
    struct rig *rig = instance;

    sim_lc_fault(rig->device, rig->now_ns, SIM_LC_GARBAGE, FOR_EVER);
}

static int open_handles(const void *instance)
{
    const struct rig *rig = instance;

    return fake_net_open_sockets(rig->net);
}

const struct conformance_row conformance_lasercube = {
    .name = "lasercube",
    .driver = &bj_lasercube,
    .create = create,
    .destroy = destroy,
    .advance = advance,
    .next_event_ns = next_event_ns,
    .ready = ready,
    .unplug = unplug,
    .plug = plug,
    .make_hostile = make_hostile,
    .open_handles = open_handles,
    .bits = {12, 12, 12, 12, 12, 0},
    .open_ns = 100 * BJ_NS_PER_MS,
    .unsure_points = 3 * 140,    /* answers that were lost, and not the packets */
    .dark_ns = 2 * BJ_NS_PER_MS, /* one way there, a tick of the device, and a point */
};
