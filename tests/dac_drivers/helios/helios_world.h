/* SPDX-License-Identifier: MIT
 *
 * The Helios driver and simulated devices on USB in memory. Every level report is compared
 * with when the device really began the frame it speaks of.
 */
#ifndef HELIOS_WORLD_H
#define HELIOS_WORLD_H

#include "driver_world.h"

#include "helios/helios.h"
#include "sim_helios.h"

#define WORLD_PORT "1-2.3"
#define WORLD_ID "helios:1-2.3"
#define WORLD_NUMBERS (1 << 20)

struct helios_notes {
    int64_t last_lit_ns;    /* when light came out */
    int64_t dark_within_ns; /* how long light outlasted a closed shutter, at worst */
    int64_t widest_ns;      /* bracket of a report, but for the first frame */
    uint32_t emptied;       /* at the newest report */
    int64_t played_ns[WORLD_NUMBERS]; /* by number */
};

struct helios_notes *helios_notes(const struct world *world);

/* A driver for `id` on an empty bus. */
struct world *world_create(const char *id);
/* The device in the socket WORLD_PORT. */
void world_plug(struct world *world, const struct sim_helios_config *config);
/* The usual: a sold device, the driver asked for its socket. */
struct world *world_usual(void);
/* Checks that nothing is left open, and the host's manners. */
void world_destroy(struct world *world);

/* As the engine does: again until it is READY, at most 10 s. */
void world_reconnect(struct world *world);

const struct sim_helios_counts *world_counts(const struct world *world);
uint64_t world_sins(const struct world *world);

#endif
