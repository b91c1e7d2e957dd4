/* SPDX-License-Identifier: MIT
 *
 * One driver, its adapter and who drives it: the real engine, or a hand that calls the
 * slots itself. In virtual time, or, where the row has a clock, in real time.
 *
 * Only what the driver asked for wakes it: its deadline, its handles, and the driving side.
 * Whatever a case does, a ledger is kept, and each complaint ends in the verdict.
 */
#ifndef CONFORMANCE_FIXTURE_H
#define CONFORMANCE_FIXTURE_H

#include "observer.h"

struct fixture {
    const struct conformance_row *row;
    struct conformance_verdict *verdict;
    struct recorder recorder;
    struct observer observer;
    void *adapter;
    struct bj_dac_config config; /* the way to the recorder */
    int64_t began_ns, now_ns;
    struct bj_wait wait;
    uint32_t pps;
    uint64_t made;  /* tagged points so far */
    uint64_t words; /* that the engine said */
    unsigned steps_at_once, steps_lately;
    int64_t lately_ns;

    /* under the engine */
    struct bj_stream *stream;
    bool woken, ended; /* ended: the producer says so with the next fill */
    bool over;
    enum bj_run result;

    /* by hand */
    struct bj_dac *dac;
    bool attempting; /* connect was called, and went well so far */
    bool feeding;    /* twice the target buffer, or what fits */
    bool greedy;     /* all that fits */
    int64_t play_ns; /* when the next point should leave the DAC */
    unsigned emptied_seen;
    enum bj_status hand_result; /* why the connection ended */
};

/* A rate in the middle of what the driver can do. */
uint32_t fixture_usual_pps(const struct conformance_row *row);
/* From one moment that a case tries to the next. */
int fixture_stride(const struct conformance_row *row);

/* `seed` is the adapter's. False: no memory, or it does not start; the verdict says so. */
bool fixture_start(struct fixture *fixture, const struct conformance_row *row,
                   uint64_t seed, struct conformance_verdict *verdict);
/* Whatever still runs is ended, and the ledger and handles are checked. */
void fixture_finish(struct fixture *fixture);

/* Lets time go on; ends early when something is wrong or over. */
void fixture_run_ms(struct fixture *fixture, double ms);
/* ... for the device alone: this computer runs nothing of ours. */
void fixture_stand_still_ms(struct fixture *fixture, double ms);

/* Seen since the last call of this; counts of the observer start anew. */
void fixture_count_anew(struct fixture *fixture);
/* Whether so many were seen. In real time a quarter will do: what a busy machine is late
 * with is missing, and how fast a driver is shows in virtual time. */
bool fixture_is_near(const struct fixture *fixture, double expected, double tolerance);

/* How long light may go on once nobody can be told any more. */
int64_t fixture_queue_ns(const struct fixture *fixture);

bool fixture_expect(struct fixture *fixture, bool good, const char *complaint);

/* ---- Under the engine ---------------------------------------------------------------- */

bool fixture_stream(struct fixture *fixture, uint32_t pps);
/* ... lit from the connection on. */
bool fixture_stream_armed(struct fixture *fixture, uint32_t pps);
void fixture_stream_as(struct fixture *fixture, const struct bj_stream_config *config);
void fixture_destroy_stream(struct fixture *fixture);
void fixture_arm(struct fixture *fixture);
void fixture_disarm(struct fixture *fixture); /* and demands darkness */
void fixture_stop(struct fixture *fixture);   /* the same */
/* Until points are played, 10 s at most; and until they are lit. */
bool fixture_reach_playing(struct fixture *fixture);
bool fixture_light_up(struct fixture *fixture);

/* ---- By hand ------------------------------------------------------------------------- */

bool fixture_take_in_hand(struct fixture *fixture);
void fixture_connect(struct fixture *fixture, uint32_t pps);
void fixture_disconnect(struct fixture *fixture);
void fixture_shutter(struct fixture *fixture, bool open);
/* Until the driver shows this state. */
bool fixture_reach(struct fixture *fixture, enum bj_dac_state state, int64_t within_ns);
/* Connected, fed, playing, open: lit. */
bool fixture_play(struct fixture *fixture, uint32_t pps);
void fixture_let_go(struct fixture *fixture);

#endif
