/* SPDX-License-Identifier: MIT
 *
 * IDN: the state of a connection, which idn_session.c, idn_opening.c, idn_sender.c and
 * idn_replies.c share.
 */
#ifndef IDN_STATE_H
#define IDN_STATE_H

#include "idn/idn_stamps.h"
#include "idn/idn_wire.h"
#include "session/datagrams.h"
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
    bool busy_told;

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

#endif
