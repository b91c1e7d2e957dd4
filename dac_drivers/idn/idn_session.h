/* SPDX-License-Identifier: MIT
 *
 * IDN: one connection to one service of one unit, from the first question to the last
 * close.
 *
 * Four files share the struct. idn_session.c has the slots of a driver, idn_opening.c the
 * way to an open stream, idn_sender.c what goes out and when, idn_replies.c what the unit's
 * answers mean.
 *
 * A receiver reports no level. It plays by the stamps it is sent, and the engine's own
 * count of them is all there is. The only thing it says is an acknowledge, when asked for
 * one and if it knows how; whether it does is found out before any point is sent.
 */
#ifndef IDN_SESSION_H
#define IDN_SESSION_H

#include "datagrams.h"
#include "idn_stamps.h"
#include "idn_wire.h"

#include <beamjack/driver.h>

#define IDN_MIN_PPS 1000
#define IDN_MAX_PPS 100000
#define IDN_CHUNK_POINTS 572 /* four datagrams */
#define IDN_LEAST_SAMPLES 20 /* of a datagram, says the specification */
#define IDN_LEAST_US 200     /* shorter ones are dropped by open receivers */
#define IDN_HOLD_POINTS 48
#define IDN_FIRST_CONFIGS 3 /* so many messages in a row carry the configuration */

enum idn_phase {
    IDN_PHASE_CLOSED = 0,
    IDN_PHASE_ASKING,  /* who are you, and what do you have */
    IDN_PHASE_ROUTING, /* may this channel lead to that service */
    IDN_PHASE_OPEN,
    IDN_PHASE_STOPPING,
    IDN_PHASE_STOPPED,
};

/* Points too few for a datagram of their own. */
struct idn_hold {
    struct bj_point points[IDN_HOLD_POINTS];
    uint32_t count, pps;
    int64_t play_ns, since_ns;
};

struct idn_session {
    struct bj_dac base;

    /* Set by the owner. */
    struct bj_net *net;
    uint8_t id[IDN_UNIT_SIZE]; /* who it must be; all 0 = whoever is there */
    int wanted_service;        /* -1: its first projector */

    /* The unit. */
    struct bj_address peer;
    struct idn_unit unit;
    struct idn_service service;
    struct idn_map map;
    bool unit_known, map_known;

    /* The connection. */
    enum idn_phase phase;
    int handle; /* while not CLOSED */
    int64_t since_ns, next_ask_ns, heard_ns;
    int asked; /* times, in this phase */
    uint16_t request_sequence;
    uint16_t sequence;         /* of the next real-time packet */
    uint64_t packets;          /* real-time ones of this connection */
    bool acks;                 /* it answers acknowledge requests */
    bool routed;               /* it said that the channel leads to the service */
    bool fresh;                /* it may still say that the connection is new */
    bool plays_out, confirmed; /* STOPPING: gently; the unit has said so */
    bool busy_told, problem_told;

    /* The stream. */
    enum idn_format_kind format;
    uint8_t match;
    bool shut, playing;
    struct bj_datagrams out;
    bool abort_owed;         /* to a receiver whose light must go out, and not sent yet */
    int64_t enough_until_ns; /* the receiver has far too much */
    struct idn_stamps stamps;
    struct idn_hold hold;
    int64_t lead_ns;
    int64_t play_end_ns;     /* when the last point sent has played, by our count */
    int64_t dark_ns;         /* and at the receiver as well, whatever it keeps */
    uint64_t queue_points;   /* sent since the queue was empty */
    uint64_t unheard_points; /* sent since it said anything, and not told as lost */
    bool gone;               /* it says nothing any more */
    uint32_t newest_pps;
    int configs_left; /* each of the next messages carries the configuration */
    int64_t config_ns, ack_ns, probe_ns, sent_ns; /* next, next, next, last */
    int64_t troubled_until_ns;                    /* packets get lost */
    uint64_t losses; /* acknowledges that told of a gap in the sequence */
};

/* Each as the slot of the same name. The address is known; the lead is the target buffer.
 */
enum bj_status idn_session_connect(struct idn_session *session, struct bj_address to,
                                   int64_t now_ns, int64_t lead_ns);
enum bj_status idn_session_service(struct idn_session *session, int64_t now_ns,
                                   struct bj_dac_status *status, struct bj_wait *wait);
enum bj_status idn_session_write(void *instance, int64_t now_ns,
                                 const struct bj_chunk *chunk, uint32_t *taken);
void idn_session_shutter(void *instance, int64_t now_ns, bool open);
void idn_session_stop(struct idn_session *session, int64_t now_ns);
void idn_session_disconnect(struct idn_session *session);

/* ---- Between the three files ----------------------------------------------------------- */

/* opening: what is due while asking who is there and which services it has, and while
 * asking for a way to one of them. */
enum bj_status idn_session_keep_asking(struct idn_session *session, int64_t now_ns);
enum bj_status idn_session_keep_routing(struct idn_session *session, int64_t now_ns);

/* replies: takes in what the unit said. Anything but BJ_OK: it is over, and was explained.
 */
enum bj_status idn_session_hear(struct idn_session *session, int64_t now_ns);

/* sender: questions outside the stream. BJ_WOULD_BLOCK, here and below: not sent. */
enum bj_status idn_session_ask(struct idn_session *session, enum idn_command command,
                               int64_t now_ns);

/* sender: an empty message of the channel, with its configuration or not. */
enum bj_status idn_session_send_void(struct idn_session *session, int64_t now_ns,
                                     bool acknowledge, bool configure);

/* sender: what is queued is thrown away at once, and the connection with it. Not answered;
 * who answers no acknowledge requests may not know it. One that cannot leave now is owed.
 */
void idn_session_send_abort(struct idn_session *session, int64_t now_ns);

/* sender: ends the connection, aborted where the unit knows how, or what is queued plays
 * out; asks for an acknowledge where it knows that. */
enum bj_status idn_session_send_end(struct idn_session *session, int64_t now_ns,
                                    bool play_out);

/* sender: the next messages carry the configuration. */
void idn_session_configure_soon(struct idn_session *session, int64_t now_ns);

/* sender: takes points; sends those that make whole datagrams. */
enum bj_status idn_session_send_points(struct idn_session *session, int64_t now_ns,
                                       const struct bj_chunk *chunk, uint32_t *taken);

/* sender: what is held leaves now, however little it is; what cannot stays. */
enum bj_status idn_session_send_held(struct idn_session *session, int64_t now_ns);

/* session: a new connection on the same socket. */
void idn_session_renew(struct idn_session *session, int64_t now_ns);

/* session: into the next phase. */
void idn_session_enter(struct idn_session *session, enum idn_phase phase, int64_t now_ns);

#endif
