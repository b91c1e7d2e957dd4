/* SPDX-License-Identifier: MIT
 *
 * LaserShark and LaserDock: the state of a connection, which shark_session.c,
 * shark_sequencer.c, shark_count.c and shark_flush.c share.
 */
#ifndef SHARK_STATE_H
#define SHARK_STATE_H

#include "lasershark_family/shark_identity.h"
#include "lasershark_family/shark_level.h"
#include "lasershark_family/shark_queue.h"
#include "lasershark_family/shark_setup.h"
#include "session/strikes.h"

/* The device refuses packets with fewer free samples, for a while. */
#define SHARK_RESERVE_POINTS 64u
#define SHARK_MIN_CHUNK_POINTS 16u

enum shark_phase {
    SHARK_CLOSED = 0,
    SHARK_LOOKING, /* for the device on the bus */
    SHARK_OPENING,
    SHARK_ASKING, /* shark_setup */
    SHARK_WORKING,
    SHARK_STOPPED,
};

enum shark_flush {
    SHARK_KEEP = 0, /* no flush */
    SHARK_DARKEN,   /* output off */
    SHARK_COUNT,    /* what is left and will not be played */
    SHARK_CLEAR,
    SHARK_VERIFY,
};

struct shark_session {
    struct bj_dac base;

    /* Set by the owner before init. */
    const struct shark_kind *kind;
    struct bj_usb *usb;
    struct shark_id id;

    enum shark_phase phase;
    int64_t phase_ns; /* when it began */
    bool has_handle;
    int handle;
    struct bj_usb_device device; /* as last seen; port "" never */
    struct shark_channel channel;
    struct shark_setup setup;
    struct shark_queue queue;
    struct shark_level level;

    /* What is wanted. */
    bool open; /* the shutter; while closed only positions are sent */
    bool stopping;
    uint32_t pps, begin_points;

    /* What the device does. */
    uint32_t rate;
    bool output_on, was_ready;
    enum shark_flush flush;
    bool flush_is_dry, flush_tells; /* the engine hears of it */
    int clears;
    int64_t flush_ns;

    /* Counting: nothing is sent between the question and its answer, else it is unclear. */
    int64_t next_count_ns, last_count_ns, moved_ns;
    bool unclear;

    int64_t last_write_ns;
    struct bj_point last_point;
    bool ttl;
    bool samples_stalled;
    struct bj_strikes repairs;
};

#endif
