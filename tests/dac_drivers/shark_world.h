/* SPDX-License-Identifier: MIT
 *
 * A real LaserDock or LaserShark driver and a simulated device on USB in memory, in virtual
 * time, with a stand-in for the engine that feeds points and keeps the books.
 *
 * Every point carries its own number in its position, lit or dark. The device plays the
 * numbers in order, none twice; what write took was played, was told as lost, or is on its
 * way; nothing lit while the shutter is closed; no packet was ever refused for want of
 * room; each level report is what the device knew between the two times of it.
 */
#ifndef SHARK_WORLD_H
#define SHARK_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake_usb.h"
#include "laserdock/laserdock.h"
#include "lasershark/lasershark.h"
#include "sim_laserdock.h"
#include "sim_lasershark.h"

#define WORLD_PORT "1-2.3"
#define WORLD_DOCK_ID "laserdock:2191717100001435"
#define WORLD_SHARK_ID "lasershark:0123456789ABCDEF"
#define WORLD_COMMANDS 32768
#define WORLD_MS BJ_NS_PER_MS

struct world_command {
    uint8_t op;
    uint32_t argument;
    int64_t time_ns;
    uint32_t level; /* of the ring */
    bool enabled;   /* after it */
};

struct world {
    const struct bj_dac_driver *driver;
    struct fake_usb *usb;
    struct sim_usb *device;
    struct bj_dac *dac;
    int64_t now_ns;
    bool attempting;       /* connect was called, disconnect not yet */
    enum bj_status result; /* why the connection ended */
    struct bj_dac_status dac_status;
    struct bj_wait wait;
    int spins;
    int64_t grain_ns; /* how late a wake-up may come */

    /* what the engine's stand-in does; a test may change these at any time */
    bool feeding, lit;
    uint32_t pps, begin_points, target_points, chunk_points;

    /* the books */
    uint64_t written, lost, played, skipped;
    uint64_t written_at_connect, lost_at_connect;
    int64_t last_played; /* number of the newest point played, -1 none */
    bool shutter_open;
    uint64_t lit_in_the_dark;
    uint32_t emptied, dried, last_lost;
    uint32_t reports;
    struct bj_level_report report; /* newest */
    bool lies;                     /* reports may be wrong: the device lies */
    uint32_t slack;                /* so many points may be on their way into the ring */
    bool foreign;                  /* what plays is somebody else's */
    uint64_t played_when_empty, written_when_empty;

    char told[16384]; /* all notices, one per line */
    size_t told_size;
    uint32_t notices;

    struct world_command commands[WORLD_COMMANDS];
    size_t command_count;
};

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
/* Checks the books and that no handle is left. */
void world_stop(struct world *world);

void world_connect(struct world *world);
void world_disconnect(struct world *world);

/* Moves time, the device, the driver and the feed; ends early when the connection ends. */
void world_run_ms(struct world *world, double ms);
/* Until the driver shows this state, or the connection ends; fails after 4 s. */
void world_reach(struct world *world, enum bj_dac_state state);
/* Connected, fed and playing, shutter open, lit. */
void world_play(struct world *world);

void world_shutter(struct world *world, bool open);
void world_fault(struct world *world, enum sim_shark_fault fault, int64_t value);

/* Lets the queue play out, then checks that nothing is missing. */
void world_balance(struct world *world);

size_t world_count(const struct world *world, uint8_t op);
bool world_heard(const struct world *world, const char *words);
const struct sim_shark_counters *world_counters(const struct world *world);

#define WORLD_SLOT(world, slot, ...) ((world)->driver->slot)((world)->dac, __VA_ARGS__)

#endif
