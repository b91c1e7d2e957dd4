/* SPDX-License-Identifier: MIT
 *
 * A real driver and a simulated device in memory, in virtual time, with a stand-in for the
 * engine that feeds points and keeps the ledger. A kind of device adds what it looks like:
 * ether_dream_world.h, helios_world.h, shark_world.h.
 *
 * Every point carries its own number in its position, lit or dark. The device plays the
 * numbers in order, none twice; what write took was played, was told as lost, or is on its
 * way; nothing lit while the shutter is closed. The driver is called only when it wants to
 * be, and never spins.
 */
#ifndef DRIVER_WORLD_H
#define DRIVER_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "epoch.h"
#include "fake_net.h"
#include "fake_usb.h"

#define WORLD_MS BJ_NS_PER_MS

struct world;

struct world_kind {
    bool on_usb; /* and not on the network */
    size_t notes_size;

    /* Point `number` where the device tells all numbers apart. */
    struct bj_point (*numbered)(uint64_t number, bool lit);

    /* A report that balances: was it true? */
    void (*judge_level)(struct world *world, const struct bj_level_report *report);

    /* Time passes for the device beside its transport. Optional. */
    void (*advance)(struct world *world, int64_t now_ns);

    /* The driver has let go of the device. Optional. */
    void (*disconnected)(struct world *world);
};

struct world {
    const struct world_kind *kind;
    struct fake_net *net; /* this one, or usb */
    struct fake_usb *usb;
    void *device; /* the simulated one; NULL none */
    void *notes;  /* what the kind keeps */
    struct bj_dac *dac;
    int64_t now_ns;
    bool attempting;       /* connect was called, disconnect not yet */
    enum bj_status result; /* why the connection ended */
    struct bj_dac_status dac_status;
    struct bj_wait wait;
    int spins;        /* services in a row without time moving */
    int64_t grain_ns; /* how late a wake-up may come */

    /* what the engine's stand-in does; a test may change these at any time */
    bool feeding, lit;
    uint32_t pps, begin_points;
    uint32_t target_points; /* 0: all there is room for */
    uint32_t chunk_points;
    uint32_t offered_pps; /* of the newest chunk */

    /* the ledger */
    uint64_t written, lost, played, skipped;
    uint64_t written_at_connect, lost_at_connect;
    uint64_t written_when_empty, played_when_empty;
    int64_t last_played; /* number of the newest point played, -1 none */
    bool shutter_open;
    int64_t shut_ns; /* when it was asked to close; BJ_NEVER: open */
    uint64_t lit_in_the_dark;
    uint32_t emptied, dried, last_lost;
    uint32_t reports;
    struct bj_level_report report; /* newest */

    char told[16384]; /* all notices, one per line */
    size_t told_size;
    uint32_t notices;
};

/* ---- For a kind --------------------------------------------------------------------- */

/* A world around a driver, which gets its way to the outside from here. Nothing is there,
 * and nothing connected. */
void world_begin(struct world *world, const struct world_kind *kind,
                 const struct bj_dac_driver *driver, struct bj_dac_config config);

/* The device plays this one. */
void world_played(struct world *world, int64_t number, bool lit);

/* Disconnects and destroys the driver. */
void world_let_go(struct world *world);

/* After world_let_go: checks that nothing is left open, and that it was dark where it had
 * to be. The device is the kind's to destroy. */
void world_end(struct world *world);

/* ---- For a test --------------------------------------------------------------------- */

void world_connect(struct world *world);
void world_disconnect(struct world *world);

/* Moves time, the device, the driver and the feed; ends early when the connection ends. */
void world_run_ms(struct world *world, double ms);
/* Until the driver shows this state; fails after 5 s. */
void world_reach(struct world *world, enum bj_dac_state state);
/* Connected, fed and playing, shutter open, lit. */
void world_play(struct world *world);

void world_shutter(struct world *world, bool open);

/* Lets the queue play out, then checks that nothing is missing but what was told as lost;
 * `slack` points more or less. */
void world_balance(struct world *world, uint64_t slack);

bool world_heard(const struct world *world, const char *words);

#define WORLD_SLOT(world, slot, ...) ((world)->dac->driver->slot)((world)->dac, __VA_ARGS__)

#endif
