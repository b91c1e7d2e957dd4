/* SPDX-License-Identifier: MIT
 *
 * A network device without any behaviour: takes connections on any port, keeps the bytes
 * it was sent, says what a test tells it to say. For replies no real device would give.
 */
#ifndef BYTE_HOST_H
#define BYTE_HOST_H

#include "sim_host.h"

#define BYTE_HOST_SIZE 65536

struct byte_host {
    struct sim_host host;
    int connections;
    enum sim_link link;
    size_t window; /* bytes it takes; the rest waits */
    int stuck;     /* the number of a connection that takes nothing, -1 none */
    size_t heard, said, collected;
    uint8_t in[BYTE_HOST_SIZE], out[BYTE_HOST_SIZE];
};

void byte_host_init(struct byte_host *host);
void byte_host_say(struct byte_host *host, const void *bytes, size_t size);

#endif
