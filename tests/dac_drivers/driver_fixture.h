/* SPDX-License-Identifier: MIT
 *
 * A real driver and a simulated device in memory, in virtual time, with a stand-in for the
 * engine that feeds points and keeps the ledger. A kind of device adds what it looks like:
 * ether_dream_fixture.h, helios_fixture.h, shark_fixture.h.
 *
 * Every point carries its own number in its position, lit or dark. The device plays the
 * numbers in order, none twice; what write took was played, was told as lost, or is on its
 * way; nothing lit while the shutter is closed. The driver is called only when it wants to
 * be, and never spins.
 */
#ifndef DRIVER_FIXTURE_H
#define DRIVER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "epoch.h"
#include "fake_net.h"
#include "fake_usb.h"

#define FIXTURE_MS BJ_NS_PER_MS

struct fixture;

struct fixture_kind {
    bool on_usb; /* and not on the network */
    size_t notes_size;

    /* Point `number` where the device tells all numbers apart. */
    struct bj_point (*numbered)(uint64_t number, bool lit);

    /* A report that balances: was it true? */
    void (*judge_level)(struct fixture *fixture, const struct bj_level_report *report);

    /* Time passes for the device beside its transport. Optional. */
    void (*advance)(struct fixture *fixture, int64_t now_ns);

    /* The driver has let go of the device. Optional. */
    void (*disconnected)(struct fixture *fixture);
};

struct fixture {
    const struct fixture_kind *kind;
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

/* A fixture around a driver, which gets its way to the outside from here. Nothing is there,
 * and nothing connected. */
void fixture_begin(struct fixture *fixture, const struct fixture_kind *kind,
                   const struct bj_dac_driver *driver, struct bj_dac_config config);

/* The device plays this one. */
void fixture_played(struct fixture *fixture, int64_t number, bool lit);

/* Disconnects and destroys the driver. */
void fixture_let_go(struct fixture *fixture);

/* After fixture_let_go: checks that nothing is left open, and that it was dark where it had
 * to be. The device is the kind's to destroy. */
void fixture_end(struct fixture *fixture);

/* ---- For a test --------------------------------------------------------------------- */

void fixture_connect(struct fixture *fixture);
void fixture_disconnect(struct fixture *fixture);

/* Moves time, the device, the driver and the feed; ends early when the connection ends. */
void fixture_run_ms(struct fixture *fixture, double ms);
/* Until the driver shows this state; fails after 5 s. */
void fixture_reach(struct fixture *fixture, enum bj_dac_state state);
/* Connected, fed and playing, shutter open, lit. */
void fixture_play(struct fixture *fixture);

void fixture_shutter(struct fixture *fixture, bool open);

/* Lets the queue play out, then checks that nothing is missing but what was told as lost;
 * `slack` points more or less. */
void fixture_balance(struct fixture *fixture, uint64_t slack);

bool fixture_heard(const struct fixture *fixture, const char *words);

#define FIXTURE_SLOT(fixture, slot, ...)                                                   \
    ((fixture)->dac->driver->slot)((fixture)->dac, __VA_ARGS__)

#endif
