/* SPDX-License-Identifier: MIT
 *
 * Puts a simulated device on the real network: sockets, and the only clock in tests/sim.
 *
 * The main port is the first TCP port, or, where there is none, the first UDP port; then
 * the other UDP ports keep their distance to it. A device with UDP ports also hears what is
 * sent to them at the broadcast address, and answers from its own.
 *
 * One thread. Clients may come and go; one that breaks off harms nobody but itself. The
 * buffers of the real TCP connection come on top of those of the simulated device.
 */
#ifndef SIM_SERVE_H
#define SIM_SERVE_H

#include "sim_host.h"

#define SIM_SERVE_CLIENTS 16
#define SIM_SERVE_ANY_PORT 0
#define SIM_SERVE_OWN_PORT (-1)

struct sim_serve_config {
    uint32_t bind_ip;      /* IPv4, host byte order; BJ_LOOPBACK unless the user says so */
    uint32_t broadcast_ip; /* where the device's broadcasts go, and come to it from */
    int port;    /* where the device's main port is found: a port, _ANY_ or _OWN_ */
    int wake_fd; /* sim_serve_run returns while this can be read; -1: none */
};

struct sim_serve;

/* 127.0.0.1, broadcasts to every program on this computer, the device's own port. */
struct sim_serve_config sim_serve_defaults(void);

/* CLOCK_MONOTONIC. */
int64_t sim_serve_now_ns(void);

/* Opens all ports; the host stays the caller's. BJ_BUSY: a port is taken; BJ_NOT_FOUND:
 * this computer does not have the address; BJ_NO_PERMISSION, BJ_NO_MEMORY, BJ_IO_ERROR. */
enum bj_status sim_serve_create(struct sim_serve **serve, struct sim_host *host,
                                const struct sim_serve_config *config);

/* Hangs up on all clients. NULL is fine. */
void sim_serve_destroy(struct sim_serve *serve);

/* Where the main port really is. */
uint16_t sim_serve_port(const struct sim_serve *serve);
int sim_serve_clients(const struct sim_serve *serve);

/* False once a broadcast could not be sent, or none can be heard: wrong broadcast_ip, or no
 * such network. */
bool sim_serve_broadcasts(const struct sim_serve *serve);

/* Serves until until_ns or wake_fd. BJ_IO_ERROR: waiting itself failed. */
enum bj_status sim_serve_run(struct sim_serve *serve, int64_t until_ns);

#endif
