/* SPDX-License-Identifier: MIT
 *
 * The real Helios driver and simulated devices on USB in memory, in virtual time, with a
 * stand-in for the engine that fills frames and keeps the books.
 *
 * Every point carries its own number in its position, lit or dark. The device plays the
 * numbers in order, none twice; nothing lit while the shutter is wanted closed; every level
 * report is compared with when the device really began the frame it speaks of.
 */
#ifndef HELIOS_WORLD_H
#define HELIOS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake_usb.h"
#include "helios/helios.h"
#include "sim_helios.h"

#define WORLD_PORT "1-2.3"
#define WORLD_ID "helios:1-2.3"
#define WORLD_MS BJ_NS_PER_MS
#define WORLD_NUMBERS (1 << 20)

struct world {
    struct fake_usb *usb;
    struct sim_usb *device;
    struct bj_dac *dac;
    int64_t now_ns;
    bool attempting;
    enum bj_status result; /* why the connection ended */
    struct bj_dac_status dac_status;
    struct bj_wait wait;
    int spins;

    /* the engine's stand-in; a test may change these at any time */
    bool feeding, lit;
    uint32_t pps, frame_points;
    uint32_t most_points; /* of one write; 0: as many as there is room for */

    /* the books */
    uint64_t written, lost, played;
    uint64_t written_at_connect, lost_at_connect;
    int64_t last_played;    /* number of the newest point played, -1 none */
    int64_t last_lit_ns;    /* when light came out */
    int64_t shut_ns;        /* when the shutter was asked to close, BJ_NEVER open */
    int64_t dark_within_ns; /* how long light outlasted that, at worst */
    uint32_t emptied, dried, reports;
    struct bj_level_report report; /* newest */
    int64_t widest_ns;             /* bracket of a report, but for the first frame */

    char told[4096]; /* all notices, one per line */
    size_t told_size;
    uint32_t notices;
    int64_t played_ns[WORLD_NUMBERS]; /* by number */
};

/* A driver for `id` on an empty bus. */
struct world *world_create(const char *id);
/* The device in the socket WORLD_PORT. */
void world_plug(struct world *world, const struct sim_helios_config *config);
/* The usual: a sold device, the driver asked for its socket. */
struct world *world_usual(void);
/* Checks that nothing is left open, and the host's manners. */
void world_destroy(struct world *world);

void world_connect(struct world *world);
void world_disconnect(struct world *world);

/* Moves time, the device, the driver and the feed; ends early when the connection ends. */
void world_run_ms(struct world *world, double ms);
/* Until the driver shows this state; fails after 5 s. */
void world_reach(struct world *world, enum bj_dac_state state);
/* Connected, fed and playing, shutter open, lit. */
void world_play(struct world *world);
/* As the engine does: again until it is READY, at most 10 s. */
void world_reconnect(struct world *world);

void world_shutter(struct world *world, bool open);

/* Lets the frames play out, then checks that nothing is missing but what was told as lost;
 * `slack` points more or less, where a stop cut off a frame that was playing. */
void world_balance(struct world *world, uint64_t slack);

bool world_heard(const struct world *world, const char *words);
const struct sim_helios_counts *world_counts(const struct world *world);
uint64_t world_sins(const struct world *world);

#define WORLD_SLOT(world, slot, ...) (bj_helios.slot)((world)->dac, __VA_ARGS__)

#endif
