/* SPDX-License-Identifier: MIT
 *
 * The LaserDock or LaserShark driver and a simulated device on USB in memory. Each level
 * report is what the device knew between the two times of it.
 */
#ifndef SHARK_WORLD_H
#define SHARK_WORLD_H

#include "driver_world.h"

#include "lasershark_family/laserdock.h"
#include "lasershark_family/lasershark.h"
#include "sim_laserdock.h"
#include "sim_lasershark.h"

#define WORLD_PORT "1-2.3"
#define WORLD_DOCK_ID "laserdock:2191717100001435"
#define WORLD_SHARK_ID "lasershark:0123456789ABCDEF"
#define WORLD_COMMANDS 32768

struct world_command {
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
    struct world_command commands[WORLD_COMMANDS];
    size_t command_count;
};

struct shark_notes *shark_notes(const struct world *world);

/* A driver of this id; nothing is plugged in. */
void world_start_empty(struct world *world, const struct bj_dac_driver *driver,
                       const char *id);
/* A device for it, in WORLD_PORT if `plugged`. The observers are the world's. */
void world_make_device(struct world *world, struct sim_shark_config config, bool plugged);
void world_start_dock(struct world *world, struct sim_shark_config config);
void world_start_shark(struct world *world, struct sim_shark_config config);
/* 0: a LaserDock, 1: a LaserShark; as they are. */
#define WORLD_DEVICES 2
void world_start_device(struct world *world, size_t which);
/* Checks the ledger and that no handle is left. */
void world_stop(struct world *world);

void world_fault(struct world *world, enum sim_shark_fault fault, int64_t value);

/* As world_balance; and what was lost is what the device never played. */
void world_balance_all(struct world *world);

size_t world_count(const struct world *world, uint8_t op);
const struct sim_shark_counters *world_counters(const struct world *world);

#endif
