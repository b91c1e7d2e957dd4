/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): the state of a connection, which lasercube_session.c and the files
 * about its parts share.
 */
#ifndef LASERCUBE_STATE_H
#define LASERCUBE_STATE_H

#include "lasercube/lasercube_model.h"
#include "lasercube/lasercube_retry.h"
#include "lasercube/lasercube_ring.h"
#include "session/datagrams.h"
#include <beamjack/driver.h>

#define LC_NO_SNAPSHOT_NS (100 * BJ_NS_PER_MS) /* after so long the level is asked for */
#define LC_BURST 5                             /* datagrams back to back at most */
#define LC_ASK_AGAIN_NS (200 * BJ_NS_PER_MS)   /* the full info, while nothing is heard */

enum lc_phase {
    LC_CLOSED = 0,
    LC_ASKING,   /* nothing heard yet */
    LC_WATCHING, /* its ring is not empty: look before touching anything */
    LC_SETTING,  /* the first commands are under way */
    LC_WORKING,
    LC_STOPPING,
    LC_STOPPED,
};

struct lc_session {
    struct bj_dac base;

    /* Set by the owner; may change at any time. */
    struct bj_net *net;
    const uint8_t *serial; /* who it must be; NULL: anybody */

    bool stranger; /* somebody else answered; it was left alone */
    enum lc_phase phase;
    int64_t phase_ns; /* when it began */
    struct bj_address peer;
    bool sockets;          /* are open */
    int commands, samples; /* these */
    struct lc_info info;   /* newest, made sane */
    uint32_t infos;        /* heard since connect */
    int64_t heard_ns;      /* anything at all */
    int64_t asked_ns, next_ask_ns;
    uint32_t send_failures; /* in a row, without hearing anything */
    struct bj_datagrams commands_out, samples_out;

    struct lc_retry retry;
    struct lc_ring ring;

    /* What is wanted. */
    bool open; /* the shutter; while closed only positions are sent */
    uint32_t rate, begin_points;

    /* Points. */
    bool flushing;         /* until the ring is known to be empty */
    uint32_t flush_points; /* what will be thrown away, as far as known */
    bool begun;            /* something was sent since */
    bool primed;           /* the ring held more than what just came */
    uint64_t lost_points;  /* told to the engine, since connect */
    uint8_t frame;
    struct bj_point last; /* the newest point sent */
    bool tail_owed;       /* points were thrown away: the newest must come out, dark */
    double tokens;        /* datagrams that may leave at once */
    int64_t tokens_ns, snapshot_ns, report_ns; /* newest snapshot; report of any kind */
    int64_t free_asked_ns;                     /* for the free places */

    /* Trouble. */
    uint32_t fault_count;
    bool faulted; /* it refuses light */
    bool was_on;  /* it confirmed the output since it was wanted */
    bool silence_told, warm_told, hot_told, battery_told;
    uint32_t output_wrong, rate_wrong;
    uint32_t first_watched, last_watched, watched;    /* points in the ring; snapshots */
    uint64_t loss_packets, loss_answers, loss_points; /* when loss was last measured */
    int64_t loss_ns, loss_told_ns, surplus_ns;
};

#endif
