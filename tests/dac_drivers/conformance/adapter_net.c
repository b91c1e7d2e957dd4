/* SPDX-License-Identifier: MIT */
#include "adapter_net.h"

#include <stdlib.h>

#define FOR_EVER 1000000000

struct adapter_net *adapter_net_create(conformance_seen *seen, void *suite)
{
    struct adapter_net *adapter = calloc(1, sizeof *adapter);

    if (!adapter)
        return NULL;
    *adapter = (struct adapter_net){.seen = seen,
                                    .suite = suite,
                                    .now_ns = CONFORMANCE_START_NS,
                                    .net = fake_net_create()};
    if (adapter->net)
        return adapter;
    free(adapter);
    return NULL;
}

struct sim_datagrams_config adapter_net_wire(const struct conformance_row *row)
{
    const struct conformance_trouble *trouble = &row->trouble;

    return (struct sim_datagrams_config){
        .latency_ns = trouble->latency_ns ? trouble->latency_ns : ADAPTER_NET_WIRE_NS,
        .jitter_ns = trouble->jitter_ns,
        .loss = trouble->loss,
        .duplicate = trouble->loss / 3,
        .reorder = trouble->loss / 3,
    };
}

void *adapter_net_add(struct adapter_net *adapter, uint16_t port, struct bj_dac_config *dac)
{
    if (!adapter->device) {
        adapter_net_destroy(adapter);
        return NULL;
    }
    fake_net_add(adapter->net, ADAPTER_NET_IP, adapter->device);
    fake_net_advance(adapter->net, CONFORMANCE_START_NS);
    dac->address = (struct bj_address){ADAPTER_NET_IP, port};
    dac->via.net = fake_net_base(adapter->net);
    return adapter;
}

void adapter_net_destroy(void *instance)
{
    struct adapter_net *adapter = instance;

    fake_net_destroy(adapter->net);
    if (adapter->device)
        adapter->free_device(adapter->device);
    free(adapter);
}

void adapter_net_advance(void *instance, int64_t now_ns)
{
    struct adapter_net *adapter = instance;

    adapter->now_ns = now_ns;
    fake_net_advance(adapter->net, now_ns);
}

int64_t adapter_net_next_event_ns(void *instance)
{
    struct adapter_net *adapter = instance;

    return fake_net_next_event_ns(adapter->net);
}

bool adapter_net_ready(void *instance, const struct bj_wait *wait)
{
    struct adapter_net *adapter = instance;

    return fake_net_ready(adapter->net, wait);
}

void adapter_net_unplug(void *instance)
{
    struct adapter_net *adapter = instance;

    fake_net_set_route(adapter->net, ADAPTER_NET_IP, FAKE_ROUTE_BLACK_HOLE);
}

void adapter_net_plug(void *instance)
{
    struct adapter_net *adapter = instance;

    adapter->babble(adapter->device, adapter->now_ns, 0);
    fake_net_set_route(adapter->net, ADAPTER_NET_IP, FAKE_ROUTE_OPEN);
}

void adapter_net_make_hostile(void *instance)
{
    struct adapter_net *adapter = instance;

    adapter->babble(adapter->device, adapter->now_ns, FOR_EVER);
}

int adapter_net_open_handles(const void *instance)
{
    const struct adapter_net *adapter = instance;

    return fake_net_open_sockets(adapter->net);
}
