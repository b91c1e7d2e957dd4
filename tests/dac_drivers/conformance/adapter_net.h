/* SPDX-License-Identifier: MIT
 *
 * A simulated device behind a network of 200 us, in memory, for several rows.
 */
#ifndef CONFORMANCE_ADAPTER_NET_H
#define CONFORMANCE_ADAPTER_NET_H

#include "conformance.h"
#include "fake_net.h"
#include "sim_datagrams.h"

#define ADAPTER_NET_WIRE_NS (200 * 1000) /* one way */
#define ADAPTER_NET_IP 0x0a000005u

struct adapter_net {
    conformance_seen *seen;
    void *suite;
    int64_t now_ns;
    struct fake_net *net;
    struct sim_host *device;
    const void *way; /* of the row */
    /* Of the device: frees it; makes it say random bytes for so long, 0: no more. */
    void (*free_device)(struct sim_host *device);
    void (*babble)(struct sim_host *device, int64_t now_ns, int64_t for_ns);
};

/* A network without a device. NULL: no memory. */
struct adapter_net *adapter_net_create(conformance_seen *seen, void *suite);

/* One way of the network for datagrams, with the row's trouble. */
struct sim_datagrams_config adapter_net_wire(const struct conformance_row *row);

/* Puts the device on it and fills in the way there. Returns the adapter; NULL: no device.
 */
void *adapter_net_add(struct adapter_net *adapter, uint16_t port,
                      struct bj_dac_config *dac);

/* Each as the member of the same name of a row. */
void adapter_net_destroy(void *instance);
void adapter_net_advance(void *instance, int64_t now_ns);
int64_t adapter_net_next_event_ns(void *instance);
bool adapter_net_ready(void *instance, const struct bj_wait *wait);
void adapter_net_unplug(void *instance);
void adapter_net_plug(void *instance);
void adapter_net_make_hostile(void *instance);
int adapter_net_open_handles(const void *instance);

/* All of them, for a row. */
#define ADAPTER_NET_SLOTS                                                                  \
    .destroy = adapter_net_destroy, .advance = adapter_net_advance,                        \
    .next_event_ns = adapter_net_next_event_ns, .ready = adapter_net_ready,                \
    .unplug = adapter_net_unplug, .plug = adapter_net_plug,                                \
    .make_hostile = adapter_net_make_hostile, .open_handles = adapter_net_open_handles

#endif
