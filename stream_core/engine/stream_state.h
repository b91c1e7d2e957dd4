/* SPDX-License-Identifier: MIT
 *
 * A stream: the state of each stage, in flow order, and the state that they share. Not
 * installed.
 *
 * A stage knows its own state alone. The files that know all of the stream: arming.c,
 * session.c, driver_events.c, rate.c, points.c, drain.c, engine.c, publish.c and stream.c.
 */
#ifndef BJ_STREAM_STATE_H
#define BJ_STREAM_STATE_H

#include "beam/safety.h"
#include "beam/shape.h"
#include "clock/dac_clock.h"
#include "engine/absence.h"
#include "engine/batch.h"
#include "engine/controls.h"
#include "engine/device.h"
#include "engine/level.h"
#include "engine/messages.h"
#include "engine/pace.h"
#include "engine/producer.h"
#include "engine/restarts.h"
#include "engine/stats.h"
#include "engine/steer.h"

/* arming.c: whether light may leave. */
struct bj_arming {
    bool armed;    /* as applied to the device */
    bool promised; /* by the first start, or by rearm: armed when it is connected */
    uint32_t faults_seen;
    int64_t fault_deadline_ns; /* an arm has cleared the fault by then */
};

/* session.c and drain.c: the phase of the life of a stream. */
struct bj_life {
    enum bj_stream_state phase;
    enum bj_run result;     /* BJ_RUN_GOING until it is over */
    enum bj_run closing_as; /* the result after closing */
    int64_t deadline_ns;    /* of DRAINING and CLOSING */
    int64_t retry_ns, backoff_ns, connected_ns;
    bool confirmed;    /* the device has reported playing since its queue was begun */
    bool modelled_dry; /* by the engine's own count a silent device has nothing to play */
    bool drained;      /* the device ran out while draining */
    bool tailed;       /* the dark end of a drain is made */
};

/* engine.c: one step. */
struct bj_turn {
    int64_t now_ns;
    int64_t expected_ns;  /* when this step was due */
    int64_t ask_again_ns; /* the producer gave too little in this step */
    uint32_t chunks;      /* made in this step */
};

struct bj_stream {
    struct bj_stream_config config; /* its pointers are not followed after create */
    struct bj_host host;

    /* between threads */
    struct bj_controls controls;
    struct bj_shape_buffer shape;
    struct bj_stats_board stats;

    /* the stages, in flow order; engine thread */
    struct bj_device device;
    uint32_t pps;    /* as commanded */
    double true_pps; /* the rate at which the DAC really plays; rate.c */
    struct bj_level level;
    struct bj_dac_clock clock;
    struct bj_restarts restarts;
    struct bj_pace pace;
    struct bj_producer producer;
    struct bj_steer steer;
    struct bj_safety safety;
    struct bj_batch batch;
    struct bj_absence absence;
    struct bj_messages messages;

    /* state that the stages share */
    struct bj_arming arming;
    struct bj_life life;
    struct bj_turn turn;
};

#endif
