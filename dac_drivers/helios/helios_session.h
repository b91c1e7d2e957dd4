/* SPDX-License-Identifier: MIT
 *
 * Helios: a device that answers, from the first poll to the last stop.
 *
 * Frames are filled when the device says that its slot is free, in the time the other
 * frame plays; each is sent as one transfer and looked after at once. helios_session.c
 * has the slots, helios_steer.c what the device's answers mean and what comes next.
 */
#ifndef HELIOS_SESSION_H
#define HELIOS_SESSION_H

#include "helios_link.h"
#include "helios_model.h"
#include "helios_swap.h"

enum helios_phase { HELIOS_CLOSED = 0, HELIOS_WORKING, HELIOS_STOPPED };

/* A frame that was cut off stays in the device and spoils the next one. So a dark one of a
 * single point is sacrificed behind it. */
enum helios_repair { HELIOS_SOUND = 0, HELIOS_BROKEN, HELIOS_MENDING };

struct helios_session {
    struct bj_dac base;

    struct helios_link link;
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
    bool shutter_wanted; /* the newest wish */
    uint32_t command_errors;

    /* The books, since connect. */
    uint64_t taken, lost;
};

void helios_session_init(struct helios_session *session, struct bj_usb *usb);

/* The link is idle and the device of this model. */
enum bj_status helios_session_begin(struct helios_session *session,
                                    const struct helios_model *model, int64_t now_ns,
                                    uint32_t pps, uint32_t begin_points);

/* Each as the slot of the same name; those of an `instance` are it. */
enum bj_status helios_session_service(struct helios_session *session, int64_t now_ns,
                                      struct bj_dac_status *status, struct bj_wait *wait);
enum bj_status helios_session_write(void *instance, int64_t now_ns,
                                    const struct bj_chunk *chunk, uint32_t *taken);
void helios_session_shutter(struct helios_session *session, int64_t now_ns, bool open);
void helios_session_stop(struct helios_session *session, int64_t now_ns);
void helios_session_disconnect(struct helios_session *session);

/* What a frame of so many points really plays at: each restarts the timer. */
double helios_frame_pps(uint32_t pps, uint32_t points);

/* ---- Between the two files ------------------------------------------------------------- */

/* steer: takes in all that happened. Anything but BJ_OK: it is over, and was explained. */
enum bj_status helios_session_listen(struct helios_session *session);

/* steer: does what is due, and says when to look again. */
enum bj_status helios_session_steer(struct helios_session *session);
void helios_session_steer_waits(const struct helios_session *session, struct bj_wait *wait);

/* steer: sends stop and the shutter's wish; again until they arrive. */
enum bj_status helios_session_order_stop(struct helios_session *session);
enum bj_status helios_session_order_shutter(struct helios_session *session);

/* session: everything that was not played yet is lost; tells the engine. */
void helios_session_flush(struct helios_session *session);

#endif
