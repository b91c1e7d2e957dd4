/* SPDX-License-Identifier: MIT
 *
 * The Ether Dream driver and a simulated device on a network in memory. Each level report
 * is compared with what the device knew between the two times of it.
 */
#ifndef ETHER_DREAM_FIXTURE_H
#define ETHER_DREAM_FIXTURE_H

#include "driver_fixture.h"

#include "ether_dream/ether_dream.h"
#include "sim_ether_dream.h"

#define FIXTURE_IP 0x0a000005u
#define FIXTURE_ID "etherdream:0004a3112233"
#define FIXTURE_COMMANDS 32768

/* What the device took and played. */
struct ed_notes {
    char ops[FIXTURE_COMMANDS + 1]; /* opcodes, e-stop as '0' */
    struct sim_ed_command commands[FIXTURE_COMMANDS];
    size_t command_count;
    uint64_t flagged[64]; /* numbers of the points that changed the rate */
    int flagged_count;
};

struct ed_notes *ed_notes(const struct fixture *fixture);

/* The fixture of most tests: a driver that knows the MAC and the address of the device. */
void fixture_start(struct fixture *fixture, const struct sim_ed_config *device);
void fixture_start_as(struct fixture *fixture, const char *profile);
/* Nothing on the network; `id` and `address` are what the driver is told. */
void fixture_start_empty(struct fixture *fixture, const char *id,
                         struct bj_address address);
/* A device for it, not yet on the network. */
void fixture_make_device(struct fixture *fixture, const struct sim_ed_config *device);
/* Checks the ledger and that no socket is left. */
void fixture_stop(struct fixture *fixture);

void fixture_fault(struct fixture *fixture, enum sim_ed_fault fault, int64_t value);

size_t fixture_count(const struct fixture *fixture, char op);

#endif
