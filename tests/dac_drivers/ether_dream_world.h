/* SPDX-License-Identifier: MIT
 *
 * The real Ether Dream driver and a simulated device on a network in memory, in virtual
 * time, with a stand-in for the engine that feeds points and keeps the books.
 *
 * Every point carries its own number in its position, lit or dark. The books must always
 * balance: what write took was played, was reported as lost, or is still on its way; the
 * device plays the numbers in order, none twice; nothing lit while the shutter is closed.
 * Each level report is compared with what the device knew between the two times of it.
 */
#ifndef ETHER_DREAM_WORLD_H
#define ETHER_DREAM_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "ether_dream/ether_dream.h"
#include "fake_net.h"
#include "sim_ether_dream.h"

#define WORLD_IP 0x0a000005u
#define WORLD_ID "etherdream:0004a3112233"
#define WORLD_COMMANDS 32768
#define WORLD_MS BJ_NS_PER_MS

struct world {
    struct fake_net *net;
    struct sim_host *device;
    struct bj_dac *dac;
    int64_t now_ns;
    bool attempting;       /* connect was called, disconnect not yet */
    enum bj_status result; /* why the connection ended */
    struct bj_dac_status dac_status;
    struct bj_wait wait;
    int spins; /* services in a row without time moving */

    /* what the engine's stand-in does; a test may change these at any time */
    bool feeding, lit;
    uint32_t pps, begin_points, target_points, chunk_points;

    /* the books */
    uint64_t written, lost, played, skipped;
    uint64_t written_at_connect, lost_at_connect;
    uint64_t written_when_empty, played_when_empty;
    int64_t last_played;  /* number of the newest point played, -1 none */
    uint64_t flagged[64]; /* numbers of the points that changed the rate */
    int flagged_count;
    bool shutter_open;
    uint64_t lit_in_the_dark;
    uint32_t emptied, dried, last_lost;
    uint32_t reports;
    struct bj_level_report report; /* newest */

    char told[16384]; /* all notices, one per line */
    size_t told_size;
    uint32_t notices;

    char ops[WORLD_COMMANDS + 1]; /* opcodes the device took, e-stop as '0' */
    struct sim_ed_command commands[WORLD_COMMANDS];
    size_t command_count;
};

/* The world of most tests: a driver that knows the MAC and the address of the device. */
void world_start(struct world *world, const struct sim_ed_config *device);
void world_start_as(struct world *world, const char *profile);
/* Nothing on the network; `id` and `address` are what the driver is told. */
void world_start_empty(struct world *world, const char *id, struct bj_address address);
/* A device for it, not yet on the network. */
void world_make_device(struct world *world, const struct sim_ed_config *device);
/* Checks the books and that no socket is left. */
void world_stop(struct world *world);

void world_connect(struct world *world);
void world_disconnect(struct world *world);

/* Moves time, the device, the driver and the feed; ends early when the connection ends. */
void world_run_ms(struct world *world, double ms);
/* Until the driver shows this state; fails after a second. */
void world_reach(struct world *world, enum bj_dac_state state);
/* Connected, fed and playing, shutter open, lit. */
void world_play(struct world *world);

void world_shutter(struct world *world, bool open);
void world_fault(struct world *world, enum sim_ed_fault fault, int64_t value);

/* Lets the queue play out, then checks that nothing is missing. */
void world_balance(struct world *world);

size_t world_count(const struct world *world, char op);
bool world_heard(const struct world *world, const char *words);

#define WORLD_SLOT(world, slot, ...) (bj_ether_dream.slot)((world)->dac, __VA_ARGS__)

#endif
