/* SPDX-License-Identifier: MIT
 *
 * A simulated network device, seen from the network's side.
 *
 * A simulator implements these operations over its own state, with time as an argument and
 * without any I/O. Two carriers exist: tests/support/fake_net (in memory, virtual time) and
 * sim_serve (real sockets, for `beamjack sim`). Faults of the link (latency, jitter, split
 * and merged segments, stalls, resets) belong to the simulator, so both carriers show them.
 */
#ifndef SIM_HOST_H
#define SIM_HOST_H

#include <beamjack/driver.h>

struct sim_host;

enum sim_link { SIM_LINK_OPEN, SIM_LINK_FIN, SIM_LINK_RESET };

struct sim_host_ops {
    /* A client connects to TCP `port`. Returns a connection number >= 0, or -1: refused. */
    int (*accept)(struct sim_host *host, uint16_t port, int64_t now_ns);

    /* Bytes from the client. Returns how many fit; the rest is offered again. */
    size_t (*deliver)(struct sim_host *host, int connection, const void *bytes, size_t size,
                      int64_t now_ns);

    /* Bytes for the client that are due at now_ns, in order; 0 = none. */
    size_t (*collect)(struct sim_host *host, int connection, void *bytes, size_t size,
                      int64_t now_ns);

    /* Has the device ended this connection? Asked after collect returned 0. */
    enum sim_link (*link)(struct sim_host *host, int connection, int64_t now_ns);

    /* The client is gone; the number is free again. */
    void (*hang_up)(struct sim_host *host, int connection, int64_t now_ns);

    /* A datagram from `from` to UDP `port`. */
    void (*datagram_in)(struct sim_host *host, uint16_t port, struct bj_address from,
                        const void *bytes, size_t size, int64_t now_ns);

    /* The next datagram due at now_ns; 0 = none. `from_port` is the source port; `to.ip`
     * 0xffffffff means broadcast, wherever the carrier's broadcasts go. */
    size_t (*datagram_out)(struct sim_host *host, uint16_t *from_port,
                           struct bj_address *to, void *bytes, size_t size, int64_t now_ns);

    /* When the device next does something by itself; BJ_NEVER = only when spoken to. */
    int64_t (*next_event_ns)(struct sim_host *host, int64_t now_ns);

    /* The listening ports, ended by 0. */
    const uint16_t *tcp_ports, *udp_ports;
};

struct sim_host {
    const struct sim_host_ops *ops;
};

#endif
