/* SPDX-License-Identifier: MIT
 *
 * Ether Dream: one connection, from the first greeting to the last stop.
 *
 * Three files share the struct. ether_dream_replies.c says what the device's answers mean,
 * ether_dream_steer.c decides which command comes next, ether_dream_session.c has the slots
 * of a driver and moves bytes and points between the two. The newest status the device
 * reported is the truth; the session steers it towards what is wanted (playing, flushed,
 * stopped), one control command at a time. Points in flight are counted per command.
 */
#ifndef ETHER_DREAM_SESSION_H
#define ETHER_DREAM_SESSION_H

#include "ether_dream_estop.h"
#include "ether_dream_link.h"
#include "ether_dream_model.h"
#include "strikes.h"

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

    struct ed_link link;
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

void ed_session_init(struct ed_session *session, struct bj_net *net);

/* Each as the slot of the same name; those of an `instance` are it. The address is
 * known. */
enum bj_status ed_session_connect(struct ed_session *session, struct bj_address to,
                                  int64_t now_ns, uint32_t pps, uint32_t begin_points);
enum bj_status ed_session_service(struct ed_session *session, int64_t now_ns,
                                  struct bj_dac_status *status, struct bj_wait *wait);
enum bj_status ed_session_write(void *instance, int64_t now_ns,
                                const struct bj_chunk *chunk, uint32_t *taken);
void ed_session_shutter(void *instance, int64_t now_ns, bool open);
void ed_session_stop(struct ed_session *session, int64_t now_ns);
void ed_session_disconnect(struct ed_session *session);

/* ---- Between the three files ----------------------------------------------------------- */

/* replies: takes in one answer. Anything but BJ_OK: it is over, and was explained. */
enum bj_status ed_session_judge(struct ed_session *session, const struct ed_answer *answer,
                                int64_t now_ns);

/* replies: while watching has come to its end: go on, or BJ_BUSY. */
enum bj_status ed_session_watch_over(struct ed_session *session);

/* replies: it was told to begin and has not answered: from now on its queue may drain, and
 * what it says of before is old. */
bool ed_session_begins(const struct ed_session *session);

/* replies: the owned queue is gone: settles the accounts and tells the engine. */
void ed_session_emptied(struct ed_session *session, uint32_t in_device, bool dry);

/* steer: commands one step from where the device is to where it should be; and when to
 * look again. */
void ed_session_steer(struct ed_session *session, int64_t now_ns);
void ed_session_steer_waits(const struct ed_session *session, int64_t now_ns,
                            struct bj_wait *wait);

/* steer: single commands. Without room in the link they are left out: begin, prepare, stop
 * and clear are decided on again until they show in the status. */
void ed_session_send(struct ed_session *session, uint8_t op, int64_t now_ns);
void ed_session_send_rate(struct ed_session *session, uint8_t op, uint32_t rate,
                          int64_t now_ns);
void ed_session_flush(struct ed_session *session, int64_t now_ns);

/* steer: points that fit before the device begins. */
uint32_t ed_session_prepared_room(const struct ed_session *session);

#endif
