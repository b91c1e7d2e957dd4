/* SPDX-License-Identifier: MIT
 *
 * The inside of a simulated Helios that makes points: two frames, a timer, a lock-out.
 */
#ifndef SIM_HELIOS_PLAYER_H
#define SIM_HELIOS_PLAYER_H

#include "sim_helios.h"

#define SIM_HELIOS_POINTS 4096
#define SIM_HELIOS_BYTES (SIM_HELIOS_POINTS * 7 + 5)

struct sim_helios_buffer {
    uint8_t bytes[SIM_HELIOS_BYTES];
    uint32_t points, pps;
    bool loop;
};

struct sim_helios_player {
    const struct sim_helios_config *config;
    struct sim_helios_counts *counts;
    const bool *shutter;
    struct sim_helios_buffer buffers[2];
    int play; /* which buffer plays; the other one is the slot */
    bool playing, slot_full;
    bool freed;       /* a waiting frame began: firmware 6 wants to know */
    uint32_t at;      /* next point of the playing frame */
    int64_t tick_ns;  /* when the timer fires next ... */
    double tick_rest; /* ... and the part of a nanosecond beyond */
    double period_ns;
    int64_t lock_ns;       /* nothing is accepted before this; 0: never locked */
    bool centring;         /* at the end of the lock-out */
    int64_t dark_since_ns; /* the end of the last frame; BJ_NEVER: none yet */
    struct sim_helios_point output;
};

void sim_helios_player_init(struct sim_helios_player *player,
                            const struct sim_helios_config *config,
                            struct sim_helios_counts *counts, const bool *shutter);

void sim_helios_player_run(struct sim_helios_player *player, int64_t now_ns);

/* Dark at once, all forgotten, locked for 100 ms. */
void sim_helios_player_stop(struct sim_helios_player *player, int64_t now_ns);

bool sim_helios_player_locked(const struct sim_helios_player *player, int64_t now_ns);

/* A received frame. Returns whether it was accepted; *started: it plays at once. */
bool sim_helios_player_take(struct sim_helios_player *player, const uint8_t *bytes,
                            size_t size, int64_t now_ns, bool *started);

/* The clock stands still. */
void sim_helios_player_freeze(struct sim_helios_player *player, int64_t now_ns,
                              int64_t for_ns);

#endif
