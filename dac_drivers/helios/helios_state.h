/* SPDX-License-Identifier: MIT
 *
 * Helios: the state of a connection, which helios_session.c, helios_replies.c and
 * helios_sequencer.c share.
 */
#ifndef HELIOS_STATE_H
#define HELIOS_STATE_H

#include "helios/helios_channel.h"
#include "helios/helios_model.h"
#include "helios/helios_swap.h"

enum helios_phase { HELIOS_CLOSED = 0, HELIOS_WORKING, HELIOS_STOPPED };

/* A frame that was cut off stays in the device and spoils the next one. So a dark one of a
 * single point is sacrificed behind it. */
enum helios_repair { HELIOS_SOUND = 0, HELIOS_BROKEN, HELIOS_MENDING };

struct helios_session {
    struct bj_dac base;

    struct helios_channel channel;
    const struct helios_model *model;
    enum helios_phase phase;
    struct helios_swap swap;
    int64_t now_ns; /* of the newest call that told */

    /* What is wanted. */
    bool open; /* the shutter; while closed only positions are sent */
    bool stopping;
    uint32_t frame_points; /* a whole frame */

    /* The frame being filled or sent. */
    uint8_t frame[HELIOS_FRAME_SIZE];
    uint32_t staged;      /* points in it */
    uint32_t staged_pps;  /* of all of them */
    int64_t staged_ns;    /* when the first one came */
    bool hurried;         /* send it though it is not whole */
    uint32_t sent_points; /* of the frame being sent, or to be sent again; 0 none */
    size_t sent_size;
    bool carried; /* one point is left over for the next frame */
    uint8_t carry[HELIOS_POINT_SIZE];
    bool forsaken; /* the frame under way was flushed: its end is no news */
    int64_t forsaken_ns;

    /* The device, as far as it told. */
    bool answered; /* once, since connect */
    bool granted;  /* its slot is free, and it takes one frame */
    bool looking;  /* the frame just sent has not been asked about */
    int64_t frame_begun_ns, frame_over_ns; /* it arrived between the two */
    int64_t poll_ns;                       /* ask again then */
    int64_t aim_ns; /* so long after a swap is due, about, it is asked for */
    uint32_t aims;  /* so far */
    /* What question and answer take, of late; 0: none yet. */
    int64_t least_trip_ns, most_trip_ns;
    int64_t stopped_ns; /* the newest stop arrived */
    int64_t lock_ns;    /* it throws frames away until then */
    enum helios_repair repair;
    uint32_t frame_errors; /* in a row */
    int64_t failing_ns;    /* since when */
    uint32_t swallowed;    /* frames in a row that vanished */

    /* Commands that must arrive. */
    bool stop_out, shutter_out;
    bool shutter_wanted; /* the newest request */
    uint32_t command_errors;

    /* The ledger, since connect. */
    uint64_t taken, lost;
};

#endif
