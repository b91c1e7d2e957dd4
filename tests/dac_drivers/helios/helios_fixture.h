/* SPDX-License-Identifier: MIT
 *
 * The Helios driver and simulated devices on USB in memory. Every level report is compared
 * with when the device really began the frame it speaks of.
 */
#ifndef HELIOS_FIXTURE_H
#define HELIOS_FIXTURE_H

#include "driver_fixture.h"

#include "helios/helios.h"
#include "sim_helios.h"

#define FIXTURE_PORT "1-2.3"
#define FIXTURE_ID "helios:1-2.3"
#define FIXTURE_NUMBERS (1 << 20)

struct helios_notes {
    int64_t last_lit_ns;    /* when light came out */
    int64_t dark_within_ns; /* how long light outlasted a closed shutter, at worst */
    int64_t widest_ns;      /* bracket of a report, but for the first frame */
    uint32_t emptied;       /* at the newest report */
    int64_t played_ns[FIXTURE_NUMBERS]; /* by number */
};

struct helios_notes *helios_notes(const struct fixture *fixture);

/* A driver for `id` on an empty bus. */
struct fixture *fixture_create(const char *id);
/* The device in the socket FIXTURE_PORT. */
void fixture_plug(struct fixture *fixture, const struct sim_helios_config *config);
/* The usual: a sold device, the driver asked for its socket. */
struct fixture *fixture_usual(void);
/* Checks that nothing is left open, and the host's manners. */
void fixture_destroy(struct fixture *fixture);

/* As the engine does: again until it is READY, at most 10 s. */
void fixture_reconnect(struct fixture *fixture);

const struct sim_helios_counts *fixture_counts(const struct fixture *fixture);
uint64_t fixture_sins(const struct fixture *fixture);

#endif
