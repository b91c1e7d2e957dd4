/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): one connection, from the first question to the last darkness.
 *
 * Five files share the struct. lasercube_session.c has the slots of a driver and decides
 * what is due, lasercube_room.c how many points may leave now, lasercube_send.c sends it,
 * lasercube_replies.c hears the answers, and lasercube_judge.c compares them with what is
 * wanted. Samples are sent as they are taken, so nothing of ours ever waits here; what is
 * wanted of the device are orders, repeated until confirmed and compared with the full info
 * once a second.
 */
#ifndef LASERCUBE_SESSION_H
#define LASERCUBE_SESSION_H

#include "datagrams.h"
#include "lasercube_model.h"
#include "lasercube_orders.h"
#include "lasercube_ring.h"

#include <beamjack/driver.h>

enum lc_phase {
    LC_CLOSED = 0,
    LC_ASKING,   /* nothing heard yet */
    LC_WATCHING, /* its ring is not empty: look before touching anything */
    LC_SETTING,  /* the first orders are under way */
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

    struct lc_orders orders;
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
    int64_t tokens_ns, look_ns, report_ns; /* newest look; report of any kind */
    int64_t free_asked_ns;                 /* for the free places */

    /* Trouble. */
    uint32_t fault_count;
    bool faulted; /* it refuses light */
    bool was_on;  /* it confirmed the output since it was wanted */
    bool silence_told, warm_told, hot_told, errors_told, battery_told;
    uint32_t output_wrong, rate_wrong;
    uint32_t first_watched, last_watched, watched;    /* points in the ring; looks */
    uint64_t loss_packets, loss_answers, loss_points; /* when loss was last judged */
    int64_t loss_ns, loss_told_ns, surplus_ns;
};

void lc_session_init(struct lc_session *session, struct bj_net *net);

/* Each as the slot of the same name; those of an `instance` are it. The address is
 * known. */
enum bj_status lc_session_connect(struct lc_session *session, struct bj_address to,
                                  int64_t now_ns, uint32_t pps, uint32_t begin_points);
enum bj_status lc_session_service(struct lc_session *session, int64_t now_ns,
                                  struct bj_dac_status *status, struct bj_wait *wait);
enum bj_status lc_session_write(void *instance, int64_t now_ns,
                                const struct bj_chunk *chunk, uint32_t *taken);
void lc_session_shutter(void *instance, int64_t now_ns, bool open);
void lc_session_stop(struct lc_session *session, int64_t now_ns);
void lc_session_disconnect(struct lc_session *session);

/* The rate the device makes of it, as far as known. */
double lc_session_true_pps(const void *instance, uint32_t pps);

/* How many points it takes: what is above may not fit when packets arrive in bursts. */
uint32_t lc_usable_points(uint32_t ring_points);

/* ---- Between the files ------------------------------------------------------------------- */

#define LC_NO_LOOK_NS (100 * BJ_NS_PER_MS)   /* after so long the level is asked for */
#define LC_BURST 5                           /* datagrams back to back at most */
#define LC_ASK_AGAIN_NS (200 * BJ_NS_PER_MS) /* the full info, while nothing is heard */

void lc_session_enter(struct lc_session *session, enum lc_phase phase, int64_t now_ns);

/* The ring is empty now, and `lost` points will not be played. */
void lc_session_emptied(struct lc_session *session, uint32_t lost, int64_t now_ns);

/* lasercube_replies.c: takes in all that arrived. Anything but BJ_OK, here and below: the
 * connection is over, and was explained. */
enum bj_status lc_session_hear(struct lc_session *session, int64_t now_ns);

/* lasercube_judge.c: a full info came; errors_before: its packet errors the last time. And
 * what reports, or their absence, say about others and about loss. */
enum bj_status lc_session_judge_info(struct lc_session *session, uint8_t errors_before,
                                     int64_t now_ns);
enum bj_status lc_session_judge_traffic(struct lc_session *session, int64_t now_ns);

/* lasercube_room.c: how many points may be sent now; and what to wait for if that is few.
 */
uint32_t lc_session_room(struct lc_session *session, int64_t now_ns);
void lc_session_wait_for_room(const struct lc_session *session, int64_t now_ns,
                              struct bj_wait *wait);

/* lasercube_send.c: one datagram; all orders that are due; questions; the last point, dark,
 * false: not yet; and what is said before leaving. */
enum bj_status lc_session_send(struct lc_session *session, bool command,
                               const uint8_t *bytes, size_t size, int64_t now_ns);
void lc_session_send_orders(struct lc_session *session, int64_t now_ns);
void lc_session_ask_info(struct lc_session *session, int64_t now_ns);
void lc_session_ask_free(struct lc_session *session, int64_t now_ns);
bool lc_session_send_tail(struct lc_session *session, int64_t now_ns);
void lc_session_say_goodbye(struct lc_session *session, int64_t now_ns);

#endif
