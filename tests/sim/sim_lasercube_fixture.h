/* SPDX-License-Identifier: MIT
 *
 * What the self-tests of the simulated LaserCube share: a client made of bytes.
 */
#ifndef SIM_LASERCUBE_FIXTURE_H
#define SIM_LASERCUBE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_lasercube.h"

#define FIXTURE_MS BJ_NS_PER_MS
#define FIXTURE_PLAYED 40000

struct fixture {
    struct sim_host *host;
    int64_t now_ns;
    struct sim_lc_point played[FIXTURE_PLAYED];
    uint32_t count;                /* of played */
    struct sim_lc_packet packet;   /* newest */
    struct sim_lc_command command; /* newest */
    uint8_t reply[256];            /* newest */
    uint16_t reply_port;
    struct bj_address reply_to;
};

extern const struct bj_address fixture_client;

/* At time 0, ticks off: what arrives is handled at once. */
struct sim_lc_config fixture_config(void);
void fixture_start(struct fixture *fixture, const struct sim_lc_config *config);
int fixture_stop(void **state); /* a teardown; *state is the fixture */

void fixture_run_to(struct fixture *fixture, int64_t now_ns);

void fixture_send(struct fixture *fixture, uint16_t port, const void *bytes, size_t size);
size_t fixture_receive(struct fixture *fixture); /* its size; 0: none */

/* Sends to the command port and expects these bytes back. */
void fixture_ask(struct fixture *fixture, const void *bytes, size_t size,
                 const void *expected, size_t expected_size);

/* A packet of n points, x counting up from `first`, red, without looking at the report. */
void fixture_send_points(struct fixture *fixture, uint8_t message, uint32_t first,
                         uint32_t n);

uint16_t fixture_reported_free(const struct fixture *fixture); /* of the newest reply */
const struct sim_lc_counters *fixture_counters(struct fixture *fixture);
void fixture_fault(struct fixture *fixture, enum sim_lc_fault fault, int64_t value);

#endif
