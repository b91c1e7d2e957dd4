/* SPDX-License-Identifier: MIT
 *
 * The LaserDock or LaserShark driver and a simulated device on USB in memory. Each level
 * report is what the device knew between the two times of it.
 */
#ifndef SHARK_FIXTURE_H
#define SHARK_FIXTURE_H

#include "driver_fixture.h"

#include "lasershark_family/laserdock.h"
#include "lasershark_family/lasershark.h"
#include "sim_laserdock.h"
#include "sim_lasershark.h"

#define FIXTURE_PORT "1-2.3"
#define FIXTURE_DOCK_ID "laserdock:2191717100001435"
#define FIXTURE_SHARK_ID "lasershark:0123456789ABCDEF"
#define FIXTURE_COMMANDS 32768

struct fixture_command {
    uint8_t op;
    uint32_t argument;
    int64_t time_ns;
    uint32_t level; /* of the ring */
    bool enabled;   /* after it */
};

/* What the device was told, and what a test knows of it. */
struct shark_notes {
    bool lies;    /* reports may be wrong: the device lies */
    bool foreign; /* what plays is somebody else's */
    struct fixture_command commands[FIXTURE_COMMANDS];
    size_t command_count;
};

struct shark_notes *shark_notes(const struct fixture *fixture);

/* A driver of this id; nothing is plugged in. */
void fixture_start_empty(struct fixture *fixture, const struct bj_dac_driver *driver,
                         const char *id);
/* A device for it, in FIXTURE_PORT if `plugged`. The observers are the fixture's. */
void fixture_make_device(struct fixture *fixture, struct sim_shark_config config,
                         bool plugged);
void fixture_start_dock(struct fixture *fixture, struct sim_shark_config config);
void fixture_start_shark(struct fixture *fixture, struct sim_shark_config config);
/* 0: a LaserDock, 1: a LaserShark; as they are. */
#define FIXTURE_DEVICES 2
void fixture_start_device(struct fixture *fixture, size_t which);
/* Checks the ledger and that no handle is left. */
void fixture_stop(struct fixture *fixture);

void fixture_fault(struct fixture *fixture, enum sim_shark_fault fault, int64_t value);

/* As fixture_balance; and what was lost is what the device never played. */
void fixture_balance_all(struct fixture *fixture);

size_t fixture_count(const struct fixture *fixture, uint8_t op);
const struct sim_shark_counters *fixture_counters(const struct fixture *fixture);

#endif
