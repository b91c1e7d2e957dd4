/* SPDX-License-Identifier: MIT
 *
 * The inside of a stream, which the files of its engine share. Not installed.
 *
 * stream.c holds the public handle, engine.c the story of a step; arming.c, connection.c,
 * absence.c, words.c and publish.c the rest.
 */
#ifndef STREAM_STATE_H
#define STREAM_STATE_H

#include "beam/intensity.h"
#include "beam/safety.h"
#include "beam/shape.h"
#include "beam/underrun.h"
#include "clock/dac_clock.h"
#include "engine/level.h"
#include "engine/pace.h"
#include "engine/promises.h"
#include "engine/restarts.h"
#include "engine/stats.h"
#include "engine/steer.h"
#include <beamjack/driver.h>

#define BJ_PROBLEM_SIZE 256
#define BJ_ARM_BIT 1u /* of arm_word */

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

#endif
