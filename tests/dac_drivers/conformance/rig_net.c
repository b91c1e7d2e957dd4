/* SPDX-License-Identifier: MIT */
#include "rig_net.h"

#include <stdlib.h>

#define FOR_EVER 1000000000

struct rig_net *rig_net_create(conformance_seen *seen, void *suite)
{
    struct rig_net *rig = calloc(1, sizeof *rig);

    if (!rig)
        return NULL;
    *rig = (struct rig_net){.seen = seen,
                            .suite = suite,
                            .now_ns = CONFORMANCE_START_NS,
                            .net = fake_net_create()};
    if (rig->net)
        return rig;
    free(rig);
    return NULL;
}

struct sim_datagrams_config rig_net_wire(const struct conformance_row *row)
{
    const struct conformance_trouble *trouble = &row->trouble;

    return (struct sim_datagrams_config){
        .latency_ns = trouble->latency_ns ? trouble->latency_ns : RIG_NET_WIRE_NS,
        .jitter_ns = trouble->jitter_ns,
        .loss = trouble->loss,
        .duplicate = trouble->loss / 3,
        .reorder = trouble->loss / 3,
    };
}

void *rig_net_add(struct rig_net *rig, uint16_t port, struct bj_dac_config *dac)
{
    if (!rig->device) {
        rig_net_destroy(rig);
        return NULL;
    }
    fake_net_add(rig->net, RIG_NET_IP, rig->device);
    fake_net_advance(rig->net, CONFORMANCE_START_NS);
    dac->address = (struct bj_address){RIG_NET_IP, port};
    dac->via.net = fake_net_base(rig->net);
    return rig;
}

void rig_net_destroy(void *instance)
{
    struct rig_net *rig = instance;

    fake_net_destroy(rig->net);
    if (rig->device)
        rig->free_device(rig->device);
    free(rig);
}

void rig_net_advance(void *instance, int64_t now_ns)
{
    struct rig_net *rig = instance;

    rig->now_ns = now_ns;
    fake_net_advance(rig->net, now_ns);
}

int64_t rig_net_next_event_ns(void *instance)
{
    struct rig_net *rig = instance;

    return fake_net_next_event_ns(rig->net);
}

bool rig_net_ready(void *instance, const struct bj_wait *wait)
{
    struct rig_net *rig = instance;

    return fake_net_ready(rig->net, wait);
}

void rig_net_unplug(void *instance)
{
    struct rig_net *rig = instance;

    fake_net_set_route(rig->net, RIG_NET_IP, FAKE_ROUTE_BLACK_HOLE);
}

void rig_net_plug(void *instance)
{
    struct rig_net *rig = instance;

    rig->babble(rig->device, rig->now_ns, 0);
    fake_net_set_route(rig->net, RIG_NET_IP, FAKE_ROUTE_OPEN);
}

void rig_net_make_hostile(void *instance)
{
    struct rig_net *rig = instance;

    rig->babble(rig->device, rig->now_ns, FOR_EVER);
}

int rig_net_open_handles(const void *instance)
{
    const struct rig_net *rig = instance;

    return fake_net_open_sockets(rig->net);
}
