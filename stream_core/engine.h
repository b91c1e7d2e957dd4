/* SPDX-License-Identifier: MIT
 *
 * The inside of a stream, and the steps of its engine. Not installed.
 *
 * stream.c holds the public handle, engine.c the story of a step, connection.c and arming.c
 * the rest.
 */
#ifndef BJ_ENGINE_H
#define BJ_ENGINE_H

#include "dac_clock.h"
#include "intensity.h"
#include "level.h"
#include "pace.h"
#include "promises.h"
#include "restarts.h"
#include "safety.h"
#include "shape.h"
#include "stats.h"
#include "steer.h"
#include "underrun.h"
#include <beamjack/driver.h>

#define BJ_PROBLEM_SIZE 256

struct bj_stream {
    struct bj_stream_config config; /* what it points to is not looked at after create */
    struct bj_host host;
    const struct bj_dac_driver *driver;
    struct bj_dac *dac;
    struct bj_dac_caps first_caps; /* after init */
    uint32_t pps;
    double true_pps;

    /* control -> engine, any thread */
    _Atomic uint32_t arm_word; /* bit 0 an arm not yet looked at, above: how many disarms */
    _Atomic bool stop_requested;
    _Atomic uint64_t connections; /* bit 0 connected, 1..23 changes, 24..63 lag in us */
    struct bj_shape_mailbox shape;

    /* engine -> any thread */
    struct bj_stats_board stats;

    /* the stages, in flow order; engine thread */
    struct bj_underrun underrun;
    struct bj_safety safety;
    struct bj_level level;
    struct bj_dac_clock clock;
    struct bj_steer steer;
    struct bj_restarts restarts;
    struct bj_pace pace;
    struct bj_dac_status status;

    /* points made and not yet taken by the driver */
    struct bj_point *points;
    uint32_t pending, pending_at;
    uint32_t pending_pps;    /* as commanded for them */
    double pending_true_pps; /* what the device makes of it */
    double wanted_pps;       /* by the producer, of what it gave last; 0: no matter */
    bool topped_up;          /* the producer gave less than the DAC needed */
    enum bj_dark pending_dark, written_dark; /* why these are dark, or are not */

    /* where we are */
    enum bj_stream_state phase;
    enum bj_run result;        /* BJ_RUN_GOING until it is over */
    enum bj_run closing_as;    /* the result after closing */
    int64_t now_ns;            /* of this step */
    uint64_t position_points;  /* of the next point to be made */
    bool filled_once;          /* the producer has ever given something */
    bool starving;             /* within an underrun */
    bool restarted;            /* the next fill begins a new time line */
    bool remeasured;           /* ... because the DAC's clock is another */
    bool told;                 /* the driver was told something since its service */
    bool refused;              /* it took nothing in this step, in spite of room */
    uint32_t chunks;           /* made in this step */
    int64_t ask_again_ns;      /* the producer gave too little in this step */
    bool drained;              /* the device ran out while draining */
    bool tailed;               /* the dark end of a drain is made */
    bool modelled_dry;         /* by our own count a silent device has nothing to play */
    bool confirmed;            /* the device has reported playing since the restart */
    int64_t covered_until_ns;  /* when the last point of the producer has played */
    int64_t phase_deadline_ns; /* of DRAINING and CLOSING */
    int64_t expected_ns;       /* when this step was due */

    /* arming */
    bool armed;              /* as applied to the device */
    bool arm_when_connected; /* promised: by the first start, or by rearm */
    uint32_t disarms_seen;
    uint64_t connections_seen;
    uint32_t faults_seen;
    int64_t fault_arm_deadline_ns;

    /* the connection */
    bool attempting;
    int64_t retry_ns, backoff_ns, connected_ns;
    const char *broken; /* what the driver promised and did not keep, or NULL */

    /* who was there when; 0: does not count yet */
    int64_t stepped_ns; /* the last step */
    int64_t taken_ns;   /* points, since it is armed and connected */

    bool noticed;                  /* the driver told its problem within this call */
    char problem[BJ_PROBLEM_SIZE]; /* the last one told to the program */
    uint32_t dries;                /* not told yet */
    int64_t dry_told_ns;           /* 0: never */
};

/* ---- words.c: what the program is told
 * ---------------------------------------------------- */

/* Something that is no problem. */
void bj_engine_say(struct bj_stream *stream, const char *text);

/* Each problem is told once, until something else happens. */
void bj_engine_tell(struct bj_stream *stream, enum bj_status status, bool final,
                    const char *text);

/* The connection is lost: in the driver's words, if it had any. */
void bj_engine_tell_loss(struct bj_stream *stream, enum bj_status status, bool final);

/* The device had nothing left to play: told at once, then every 10 s at most, counted. */
void bj_engine_ran_dry(struct bj_stream *stream);
void bj_engine_tell_dries(struct bj_stream *stream);

/* ---- connection.c: connecting, losing, closing
 * ------------------------------------------------- */

/* What the driver says to this stream. */
extern const struct bj_dac_events bj_engine_events;

/* Begins an attempt when it is time to. */
void bj_engine_connect(struct bj_stream *stream);

/* The driver lets go; comes back later or gives up. */
void bj_engine_lost(struct bj_stream *stream, enum bj_status status);

/* Again and again nothing of what it was given was played: told, and lost. */
void bj_engine_hopeless(struct bj_stream *stream);

/* The same, because the driver does what it promised not to do. */
void bj_engine_broke(struct bj_stream *stream, const char *what);

/* A driver may learn only from the device what its timer makes of the rate: every stage
 * that counts time in points is told here. */
void bj_engine_note_rate(struct bj_stream *stream);

/* Refuses light until the fault is cleared. Who asked for light from the first connection
 * on has it cleared there, once. */
void bj_engine_faulted(struct bj_stream *stream);

/* Takes points again after an attempt or a fault. */
void bj_engine_connected(struct bj_stream *stream);

/* Dark and shut, then the result once the device confirms. */
void bj_engine_close(struct bj_stream *stream, enum bj_run result);
void bj_engine_closing(struct bj_stream *stream);

/* Forgets what is pending and queued, and counts it. */
void bj_engine_drop_points(struct bj_stream *stream);

/* ---- arming.c: what other threads asked for
 * ----------------------------------------------- */

void bj_engine_take_controls(struct bj_stream *stream);

/* Light out now, and disarmed until somebody arms anew; what was pressed until now counts
 * no more, and promises end. */
void bj_engine_disarm_self(struct bj_stream *stream);

/* What was pressed until now counts no more. */
void bj_engine_forget_arms(struct bj_stream *stream);

/* The DAC is there: armed if that was promised, and only then. */
void bj_engine_arm_as_promised(struct bj_stream *stream);

/* Light out now; the device is told. */
void bj_engine_darken(struct bj_stream *stream);

/* New faults disarm; a fault that outlives an arm by 2 s disarms again. */
void bj_engine_watch_faults(struct bj_stream *stream);

/* ---- absence.c: who was away for over BJ_AWAY_LIMIT_NS costs the light
 * ----------------------------------------------- */

/* First thing in a step: the steps themselves. What was pressed meanwhile counts no more.
 */
void bj_engine_watch_steps(struct bj_stream *stream);

/* After each service: a device that took points and takes none any more. */
void bj_engine_watch_points(struct bj_stream *stream);

/* ---- publish.c: what other threads see of it
 * ---------------------------------------------- */

void bj_engine_publish(struct bj_stream *stream);

#endif
