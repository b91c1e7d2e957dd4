/* SPDX-License-Identifier: MIT
 *
 * The part of a simulated Ether Dream that knows nothing of networks: light engine,
 * playback and the clock that takes one point per tick out of the queue.
 *
 * Ticks are exact: the n-th tick of a stretch at constant rate comes n / rate after its
 * start, rounded up to whole ns, so floor((now - start) * rate) points have been played.
 */
#ifndef SIM_ETHER_DREAM_PLAYER_H
#define SIM_ETHER_DREAM_PLAYER_H

#include "sim_ether_dream.h"

#define SIM_ED_RATES 200 /* one place stays free */

enum { SIM_ED_READY = 0, SIM_ED_STOPPED_BY_LIGHT = 3 };
enum { SIM_ED_IDLE = 0, SIM_ED_PREPARED = 1, SIM_ED_PLAYING = 2 };

enum sim_ed_flags {
    SIM_ED_FLAG_SHUTTER = 1,
    SIM_ED_FLAG_UNDERFLOW = 2,
    SIM_ED_FLAG_ESTOP = 4,
    SIM_ED_FLAG_SOURCE = 8,
};

/* Why the light engine refuses; ready when none is set. */
enum sim_ed_cause {
    SIM_ED_CAUSE_LATCHED = 1, /* by packet or panel; clear takes it away */
    SIM_ED_CAUSE_CABLE = 2,   /* goes away by itself */
    SIM_ED_CAUSE_INPUT = 4,   /* the interlock is open now */
};

/* Tick times of a stretch at constant rate, without rounding errors. */
struct sim_ed_clock {
    int64_t last_ns, next_ns;
    int64_t step_ns;               /* whole part of a tick */
    uint64_t step_rest, rest, den; /* and the rest, in 1/den ns */
};

struct sim_ed_player {
    const struct sim_ed_config *config;
    struct sim_ed_counters *counters;
    struct sim_ed_clock clock;
    uint8_t playback, source, causes;
    uint16_t flags, noise_bits;
    uint32_t rate, count;
    int64_t now_ns, playing_since_ns;
    struct sim_ed_point *ring;
    uint32_t ring_size, first, held; /* held includes the batch */
    uint32_t batch_left;             /* taken out of the queue, not yet played */
    uint32_t rates[SIM_ED_RATES], first_rate, rate_count;
    bool dead; /* rate 0 reached the timer */
};

bool sim_ed_player_init(struct sim_ed_player *player, const struct sim_ed_config *config,
                        struct sim_ed_counters *counters, int64_t now_ns);
void sim_ed_player_finish(struct sim_ed_player *player);
void sim_ed_player_reset(struct sim_ed_player *player);

/* Plays every point whose tick is not after now_ns. */
void sim_ed_player_advance(struct sim_ed_player *player, int64_t now_ns);

/* The operations below happen at the time of the last advance; false = refused. */
bool sim_ed_player_prepare(struct sim_ed_player *player);
void sim_ed_player_begin(struct sim_ed_player *player, uint32_t rate);
void sim_ed_player_set_rate(struct sim_ed_player *player, uint32_t rate);
bool sim_ed_player_queue_rate(struct sim_ed_player *player, uint32_t rate);
bool sim_ed_player_store(struct sim_ed_player *player, const struct sim_ed_point *point);
bool sim_ed_player_stop(struct sim_ed_player *player);
void sim_ed_player_estop(struct sim_ed_player *player, enum sim_ed_cause cause);
bool sim_ed_player_clear(struct sim_ed_player *player, uint8_t causes);
void sim_ed_player_run_dry(struct sim_ed_player *player);
void sim_ed_player_set_source(struct sim_ed_player *player, uint8_t source);
void sim_ed_player_set_clock(struct sim_ed_player *player);

struct sim_ed_status sim_ed_player_status(const struct sim_ed_player *player);

#endif
