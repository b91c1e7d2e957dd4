/* SPDX-License-Identifier: MIT
 *
 * The part of a simulated receiver that moves the mirrors: a queue of points, each with its
 * own duration, and when they play. Waves in the three ways of enum sim_idn_playback;
 * frames over and over until the next one.
 */
#ifndef SIM_IDN_PLAYER_H
#define SIM_IDN_PLAYER_H

#include "sim_idn.h"
#include "sim_idn_dictionary.h"

#define SIM_IDN_SLICES 4096
#define SIM_IDN_SPARE_SLICES                                                               \
    128 /* made at the start, so that playing allocates nothing                            \
         */
#define SIM_IDN_SLICE_POINTS 1024

struct sim_idn_queued {
    struct sim_idn_sample sample;
    bool bridge;
    double duration_ns;
};

/* What is handed to the hardware at a time. */
struct sim_idn_slice {
    uint32_t count, room;
    double duration_ns;
    int64_t due_ns; /* scheduled playback */
    bool once;      /* frames */
    struct sim_idn_queued *points;
    struct sim_idn_slice *next_spare;
};

struct sim_idn_player {
    const struct sim_idn_config *config;
    struct sim_idn_counters *counters;
    uint8_t service;
    bool active; /* within a session */
    struct sim_idn_slice *spare;

    struct sim_idn_slice *queue[SIM_IDN_SLICES];
    uint32_t first, count;
    struct sim_idn_slice *building, *playing, *next_frame;
    bool frames; /* mode */
    uint32_t at; /* of the playing slice */
    int64_t begun_ns;
    double elapsed_ns, speed;
    int64_t free_ns; /* the hardware is free from then on */
    bool ran, dry;   /* ran: within this session */
    int64_t ended_ns, dry_since_ns, arrived_ns;

    bool based; /* scheduled: */
    int64_t base_ns, stamp_us;
    double thin; /* owed to the rate limit */
    bool placed;
    struct sim_idn_sample last; /* the newest taken, for bridges */
};

/* False: no memory. Finish in any case. */
bool sim_idn_player_init(struct sim_idn_player *player, const struct sim_idn_config *config,
                         struct sim_idn_counters *counters, uint8_t service,
                         int64_t now_ns);
void sim_idn_player_finish(struct sim_idn_player *player);

/* A session begins, or ends: what is queued plays out, or is thrown away. */
void sim_idn_player_begin(struct sim_idn_player *player, bool frames, int64_t now_ns);
void sim_idn_player_end(struct sim_idn_player *player, bool play_out, int64_t now_ns);

/* A chunk that passed. False: it came too late to be played. */
bool sim_idn_player_wave(struct sim_idn_player *player,
                         const struct sim_idn_sample *samples, uint32_t count,
                         uint32_t timestamp_us, uint32_t duration_us, bool gap,
                         int64_t now_ns);
/* The first sample takes no time. count 0: nothing is shown any more. */
void sim_idn_player_frame(struct sim_idn_player *player,
                          const struct sim_idn_sample *samples, uint32_t count,
                          uint32_t duration_us, bool once, int64_t now_ns);

void sim_idn_player_advance(struct sim_idn_player *player, int64_t now_ns);
int64_t sim_idn_player_next_ns(const struct sim_idn_player *player);
int64_t sim_idn_player_buffered_ns(const struct sim_idn_player *player);

#endif
