/* SPDX-License-Identifier: MIT
 *
 * What the self-tests of the simulated LaserCube share: a client made of bytes.
 */
#ifndef SIM_LASERCUBE_RIG_H
#define SIM_LASERCUBE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_lasercube.h"

#define RIG_MS BJ_NS_PER_MS
#define RIG_PLAYED 40000

struct rig {
    struct sim_host *host;
    int64_t now_ns;
    struct sim_lc_point played[RIG_PLAYED];
    uint32_t count;                /* of played */
    struct sim_lc_packet packet;   /* newest */
    struct sim_lc_command command; /* newest */
    uint8_t reply[256];            /* newest */
    uint16_t reply_port;
    struct bj_address reply_to;
};

extern const struct bj_address rig_client;

/* At time 0, ticks off: what arrives is handled at once. */
struct sim_lc_config rig_config(void);
void rig_start(struct rig *rig, const struct sim_lc_config *config);
int rig_stop(void **state); /* a teardown; *state is the rig */

void rig_run_to(struct rig *rig, int64_t now_ns);

void rig_send(struct rig *rig, uint16_t port, const void *bytes, size_t size);
size_t rig_receive(struct rig *rig); /* its size; 0: none */

/* Sends to the command port and expects these bytes back. */
void rig_ask(struct rig *rig, const void *bytes, size_t size, const void *expected,
             size_t expected_size);

/* A packet of n points, x counting up from `first`, red, without looking at the report. */
void rig_send_points(struct rig *rig, uint8_t message, uint32_t first, uint32_t n);

uint16_t rig_reported_free(const struct rig *rig); /* of the newest reply */
const struct sim_lc_counters *rig_counters(struct rig *rig);
void rig_fault(struct rig *rig, enum sim_lc_fault fault, int64_t value);

#endif
