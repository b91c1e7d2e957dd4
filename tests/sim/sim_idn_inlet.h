/* SPDX-License-Identifier: MIT
 *
 * What a simulated receiver lets in: the checks a chunk passes on its way from a channel to
 * the player of a service, in the order in which the open receiver makes them.
 */
#ifndef SIM_IDN_INLET_H
#define SIM_IDN_INLET_H

#include "sim_idn_player.h"

#define SIM_IDN_CONFIG_BYTES 1024
#define SIM_IDN_FRAME_BYTES 200000

/* Events of a pipeline, as acknowledges tell them. */
#define SIM_IDN_EVENT_ROUTED 0x0001
#define SIM_IDN_EVENT_CLOSED 0x0002
#define SIM_IDN_EVENT_UNKNOWN 0x0010
#define SIM_IDN_EVENT_BUSY 0x0020
#define SIM_IDN_EVENT_FRAGMENT 0x0040
#define SIM_IDN_EVENT_NO_CONFIG 0x0080
#define SIM_IDN_EVENT_WRONG_CHUNK 0x0100
#define SIM_IDN_EVENT_MISMATCH 0x0200
#define SIM_IDN_EVENT_CONTINUITY 0x0400
#define SIM_IDN_EVENT_SHORT 0x0800

/* A chunk, header included, and what is known of its message. */
struct sim_idn_arrival {
    int64_t time_ns;
    uint32_t timestamp_us;
    const uint8_t *bytes;
    size_t size;
    uint16_t datagram_bytes;
    bool configured;
};

struct sim_idn_inlet {
    const struct sim_idn_config *config;
    struct sim_idn_counters *counters;
    struct sim_idn_player *player;
    uint8_t service;
    bool configured; /* the layout holds */
    uint8_t match;
    struct sim_idn_layout layout;
    uint8_t words[SIM_IDN_CONFIG_BYTES]; /* as configured, to compare */
    size_t words_size;
    bool expecting;
    uint32_t expected_us, errors;

    /* a frame in pieces */
    bool assembling;
    uint8_t frame_flags;
    uint32_t frame_stamp_us, frame_pieces, frame_duration_us;
    size_t frame_size;
    uint8_t *frame; /* SIM_IDN_FRAME_BYTES */
};

/* False: no memory. */
bool sim_idn_inlet_init(struct sim_idn_inlet *inlet, const struct sim_idn_config *config,
                        struct sim_idn_counters *counters, struct sim_idn_player *player,
                        uint8_t service);
void sim_idn_inlet_finish(struct sim_idn_inlet *inlet);

/* A configuration; the same one again costs nothing. Returns events. */
uint16_t sim_idn_inlet_configure(struct sim_idn_inlet *inlet, uint8_t match,
                                 const uint8_t *words, size_t size);

/* Thrown away until the next one. */
void sim_idn_inlet_discard(struct sim_idn_inlet *inlet);

/* The session is over; whether the expected stamp survives is a matter of the profile. */
void sim_idn_inlet_end(struct sim_idn_inlet *inlet);

/* Each returns events. */
uint16_t sim_idn_inlet_wave(struct sim_idn_inlet *inlet,
                            const struct sim_idn_arrival *arrival);
uint16_t sim_idn_inlet_frame(struct sim_idn_inlet *inlet,
                             const struct sim_idn_arrival *arrival, bool first_of_many);
uint16_t sim_idn_inlet_fragment(struct sim_idn_inlet *inlet,
                                const struct sim_idn_arrival *arrival, bool last);

#endif
