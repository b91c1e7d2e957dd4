/* SPDX-License-Identifier: MIT
 *
 * A network in memory and in virtual time: drivers on one side, simulated devices on the
 * other, no sockets.
 *
 * Bytes arrive at once; delays, split segments and the like are faults of the simulated
 * device (sim_host.h). What the network itself does wrong is set per address: refuse, lose
 * everything, have no route, answer late. All buffers are bounded: a device that does not
 * take its bytes blocks the sender, datagrams too many are lost.
 *
 * Time is what the test says last. Everything has a fixed limit and asserts beyond it.
 */
#ifndef FAKE_NET_H
#define FAKE_NET_H

#include "sim_host.h"

#define FAKE_NET_HOSTS 8
#define FAKE_NET_SOCKETS 32
#define FAKE_NET_SEND_BYTES 16384 /* a socket's send buffer */

struct fake_net;

struct fake_net *fake_net_create(void);
void fake_net_destroy(struct fake_net *net); /* NULL is fine; hosts belong to the caller */

/* What drivers and discovery get. */
struct bj_net *fake_net_base(struct fake_net *net);

/* Puts a device on the network, moves it, takes it away. Open connections to an address
 * without a device hang, as when a cable is pulled. */
void fake_net_add(struct fake_net *net, uint32_t ip, struct sim_host *host);
void fake_net_move(struct fake_net *net, uint32_t from, uint32_t to);
void fake_net_remove(struct fake_net *net, uint32_t ip);

/* How the network treats an address; also one without a device (default there: no answer).
 */
enum fake_route {
    FAKE_ROUTE_OPEN = 0,
    FAKE_ROUTE_REFUSE,    /* new connections and datagrams to a peer fail with BJ_REFUSED */
    FAKE_ROUTE_NONE,      /* they fail with BJ_NOT_FOUND, at once */
    FAKE_ROUTE_BLACK_HOLE /* nothing arrives, in either direction, new or old */
};
void fake_net_set_route(struct fake_net *net, uint32_t ip, enum fake_route route);
void fake_net_set_connect_delay(struct fake_net *net, int64_t delay_ns);

/* Until then no datagram can be sent: as when the queue behind the sockets is full. They
 * count as writable all the same. */
void fake_net_refuse_datagrams(struct fake_net *net, int64_t until_ns);

/* Opening a UDP socket fails with this, as when a port is taken. BJ_OK: it works. */
void fake_net_set_udp_open(struct fake_net *net, enum bj_status status);

/* An address of this computer and the broadcast address of its network, host byte order;
 * broadcast 0: none. */
struct fake_interface {
    uint32_t ip, broadcast;
};

/* What this computer has; at first one, 10.0.0.1 with broadcasts to 10.0.0.255. Devices are
 * behind the interface whose upper 24 bits are theirs. The list stays the caller's and must
 * outlive its use. */
void fake_net_set_interfaces(struct fake_net *net, const struct fake_interface *list,
                             size_t count);

/* A datagram out of nowhere. `to.ip` 0xffffffff: a broadcast. */
void fake_net_inject(struct fake_net *net, struct bj_address from, struct bj_address to,
                     const void *bytes, size_t size);

/* Moves time, and whatever moves with it. */
void fake_net_advance(struct fake_net *net, int64_t now_ns);

/* When something happens by itself next: a device acts, a connection is made. */
int64_t fake_net_next_event_ns(struct fake_net *net);

/* Whether a handle somebody waits for is ready now. */
bool fake_net_ready(struct fake_net *net, const struct bj_wait *wait);

int fake_net_open_sockets(const struct fake_net *net); /* to see leaks */

#endif
