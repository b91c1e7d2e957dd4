/* SPDX-License-Identifier: MIT
 *
 * Datagrams from several sockets, in the order and with the time of their arrival at this
 * computer: a simulated device is not to be blamed for when its process runs.
 */
#ifndef SIM_ARRIVALS_H
#define SIM_ARRIVALS_H

#include "sim_host.h"

#define SIM_ARRIVALS 256
#define SIM_ARRIVAL_BYTES 4096

struct sim_arrival {
    int64_t at_ns; /* CLOCK_MONOTONIC */
    bool given;    /* by next */
    uint16_t port; /* as given to read */
    uint16_t size;
    struct bj_address from;
    uint8_t bytes[SIM_ARRIVAL_BYTES];
};

/* Zeroed: nothing was read. */
struct sim_arrivals {
    int count;
    struct sim_arrival items[SIM_ARRIVALS];
};

/* Of a datagram socket that will be read. */
void sim_arrivals_prepare(int fd);

/* All that waits there, as far as there is room. A negative fd has nothing. */
void sim_arrivals_read(struct sim_arrivals *arrivals, int fd, uint16_t port);

/* The earliest that was not given yet; NULL: all were, and there is room again. */
const struct sim_arrival *sim_arrivals_next(struct sim_arrivals *arrivals);

#endif
