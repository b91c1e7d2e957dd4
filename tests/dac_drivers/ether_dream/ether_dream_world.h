/* SPDX-License-Identifier: MIT
 *
 * The Ether Dream driver and a simulated device on a network in memory. Each level report
 * is compared with what the device knew between the two times of it.
 */
#ifndef ETHER_DREAM_WORLD_H
#define ETHER_DREAM_WORLD_H

#include "driver_world.h"

#include "ether_dream/ether_dream.h"
#include "sim_ether_dream.h"

#define WORLD_IP 0x0a000005u
#define WORLD_ID "etherdream:0004a3112233"
#define WORLD_COMMANDS 32768

/* What the device took and played. */
struct ed_notes {
    char ops[WORLD_COMMANDS + 1]; /* opcodes, e-stop as '0' */
    struct sim_ed_command commands[WORLD_COMMANDS];
    size_t command_count;
    uint64_t flagged[64]; /* numbers of the points that changed the rate */
    int flagged_count;
};

struct ed_notes *ed_notes(const struct world *world);

/* The world of most tests: a driver that knows the MAC and the address of the device. */
void world_start(struct world *world, const struct sim_ed_config *device);
void world_start_as(struct world *world, const char *profile);
/* Nothing on the network; `id` and `address` are what the driver is told. */
void world_start_empty(struct world *world, const char *id, struct bj_address address);
/* A device for it, not yet on the network. */
void world_make_device(struct world *world, const struct sim_ed_config *device);
/* Checks the ledger and that no socket is left. */
void world_stop(struct world *world);

void world_fault(struct world *world, enum sim_ed_fault fault, int64_t value);

size_t world_count(const struct world *world, char op);

#endif
