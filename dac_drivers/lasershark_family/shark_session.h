/* SPDX-License-Identifier: MIT
 *
 * LaserShark family: one connection, from looking for the device to the last "off".
 *
 * Three files share the struct. shark_session.c has the slots of a driver: it looks, opens,
 * asks and moves points. The others are about a device that is set up: shark_steer.c
 * decides which command brings it closer to what is wanted, shark_count.c when to ask how
 * much it holds, and what follows from the answer.
 *
 * The output is off while the ring is filled and on while it plays. Everything unusual
 * (shutter, stop, underrun, a ring that stands still) goes the same way: output off, count
 * what is left, clear, check, fill again. The ring is never filled to where the device
 * would refuse a packet, so that no write ever waits.
 */
#ifndef SHARK_SESSION_H
#define SHARK_SESSION_H

#include "shark_identity.h"
#include "shark_level.h"
#include "shark_queue.h"
#include "shark_setup.h"
#include "strikes.h"

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

/* Each as the slot of the same name; those of an `instance` are it. */
enum bj_status shark_session_connect(void *instance, int64_t now_ns, uint32_t pps,
                                     uint32_t begin_points);
enum bj_status shark_session_service(struct shark_session *session, int64_t now_ns,
                                     struct bj_dac_status *status, struct bj_wait *wait);
enum bj_status shark_session_write(void *instance, int64_t now_ns,
                                   const struct bj_chunk *chunk, uint32_t *taken);
void shark_session_shutter(void *instance, int64_t now_ns, bool open);
void shark_session_stop(void *instance, int64_t now_ns);
void shark_session_disconnect(void *instance);

/* How many points the ring may hold; the rate the device makes of `pps`. */
uint32_t shark_session_capacity(const struct shark_session *session);
double shark_session_hz(const void *instance, uint32_t pps);

/* ---- Between the three files ----------------------------------------------------------- */

/* steer: begins to throw the queue away, the light first. */
void shark_steer_flush(struct shark_session *session, int64_t now_ns, bool dry);

/* steer: the queue is known to be empty: settles the accounts, tells the engine. */
void shark_steer_flushed(struct shark_session *session, int64_t now_ns);

/* steer: tells what is wrong and starts over; too often in a row: `why`, it is over. */
enum bj_status shark_steer_repair(struct shark_session *session, int64_t now_ns,
                                  enum bj_status why, const char *text);

/* steer: an answer, a transfer of samples that ended. Not BJ_OK: it is over, and was
 * explained. */
enum bj_status shark_steer_answered(struct shark_session *session,
                                    const struct shark_answer *answer, int64_t now_ns);
enum bj_status shark_steer_sent(struct shark_session *session,
                                const struct bj_usb_result *result, int64_t now_ns);

/* steer: what to send now, and when to look again. */
enum bj_status shark_steer(struct shark_session *session, int64_t now_ns);
void shark_steer_waits(const struct shark_session *session, int64_t now_ns,
                       struct bj_wait *wait);
uint32_t shark_steer_room(const struct shark_session *session);

/* count: whether to ask now, asking, and whether samples have to wait for it: what is sent
 * between question and answer makes the count unclear. */
bool shark_count_is_due(const struct shark_session *session, int64_t now_ns);
void shark_count_ask(struct shark_session *session, int64_t now_ns);
bool shark_count_holds(const struct shark_session *session, int64_t now_ns);
void shark_count_waits(const struct shark_session *session, int64_t now_ns,
                       struct bj_wait *wait);

/* count: the answer. Not BJ_OK: it is over, and was explained. */
enum bj_status shark_count_told(struct shark_session *session,
                                const struct shark_answer *answer, int64_t now_ns);

/* steer: how many points play in this time; 0 while the output is off. */
double shark_session_points_in(const struct shark_session *session, int64_t ns);

/* session: a wake-up, unless that time is past. */
void shark_session_wait_until(struct bj_wait *wait, int64_t now_ns, int64_t at_ns);

#endif
