/* SPDX-License-Identifier: MIT
 *
 * Ether Dream: the state of a connection, which ether_dream_session.c,
 * ether_dream_sequencer.c and ether_dream_replies.c share.
 */
#ifndef ETHER_DREAM_STATE_H
#define ETHER_DREAM_STATE_H

#include "ether_dream/ether_dream_channel.h"
#include "ether_dream/ether_dream_estop.h"
#include "ether_dream/ether_dream_model.h"
#include "session/strikes.h"

#define ED_CHUNK_POINTS 400
#define ED_MIN_CHUNK_POINTS 40

enum ed_phase {
    ED_CLOSED = 0,
    ED_DIALLING,
    ED_GREETING, /* connected; the device has not spoken yet */
    ED_WATCHING, /* it is not idle, and not by us: look before touching anything */
    ED_WORKING,
    ED_STOPPED,
};

struct ed_session {
    struct bj_dac base;

    /* Set by the owner; may change at any time. */
    const struct ed_model *model;
    uint32_t capacity; /* points the device takes */
    uint32_t max_rate;
    bool has_version;    /* the firmware is known to answer `v` */
    bool version_failed; /* it once was not: never ask again */

    struct ed_channel channel;
    struct ed_estop estop;
    struct bj_address peer;
    enum ed_phase phase;
    struct ed_status device; /* as last reported */
    int64_t dialled_ns;
    char version[ED_VERSION_SIZE];

    /* What is wanted. */
    bool open; /* the shutter; while closed only positions are sent */
    bool flushing, stopping, clear_wanted;
    uint32_t begin_points, begin_rate, rate; /* rate: of the newest point taken */

    /* The queue on the device. */
    bool owner;                 /* it accepted our prepare, and nobody ended that */
    bool was_ready;             /* since connect */
    bool begun;                 /* begin was sent since prepare */
    uint64_t prepared_points;   /* accepted since prepare */
    uint64_t accepted_points;   /* since connect, without those thrown away again */
    uint32_t lost_points;       /* dropped or refused, not yet told to the engine */
    uint64_t points_since_rate; /* taken since the newest rate change */
    int64_t last_write_ns, next_repair_ns;

    /* Answers to data are worth a wake-up only now and then, once all runs smoothly. */
    int64_t smooth_ns; /* since when it plays our points, BJ_NEVER: it does not */
    int64_t look_ns;   /* the answer to what is sent from then on is awaited at once */

    /* Trouble. */
    uint32_t fault_count;
    bool faulted, stall_told, source_told;
    int64_t next_clear_ns;
    uint32_t begin_tries;
    struct bj_strikes corrupt_rates, intruders;
    int64_t watch_until_ns;
    struct ed_status watched;
    bool watch_fed; /* somebody adds points */
    int64_t intruder_told_ns;
};

#endif
