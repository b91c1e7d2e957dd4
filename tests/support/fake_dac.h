/* SPDX-License-Identifier: MIT
 *
 * A scripted DAC in virtual time: a queue that plays at its own rate, answers as told and
 * remembers what was done to it. The test owns it and passes it as bj_dac_config.extra.
 */
#ifndef FAKE_DAC_H
#define FAKE_DAC_H

#include <beamjack/driver.h>

#define FAKE_DAC_LOG (1u << 20)

/* What its driver does although <beamjack/driver.h> forbids it. */
enum fake_breach {
    FAKE_KEEPS_PROMISES = 0,
    FAKE_TAKES_NOTHING, /* and answers OK */
    FAKE_TAKES_MORE,    /* than it was offered */
    FAKE_WAITS_TOO_MUCH,
    FAKE_STATE_UNKNOWN,
    FAKE_REPORTS_FUTURE,
    FAKE_REPORTS_BACKWARDS, /* received before it was sent */
    FAKE_REPORTS_NO_STEP,
    FAKE_CHUNKS_GROW, /* at the connection */
    FAKE_BREACHES,
};

struct fake_dac {
    /* ---- set by the test ---- */
    enum fake_breach breach;
    struct bj_dac_caps caps;
    double speed;                  /* true rate / nominal rate; 0 counts as 1 */
    double offers_pps;             /* while connected it makes this of any rate; 0: exact */
    int64_t connect_delay_ns;      /* until READY */
    enum bj_status connect_status; /* answer of connect */
    enum bj_status service_status; /* answer of service while not BJ_OK */
    enum bj_status write_status;   /* answer of write while not BJ_OK */
    uint32_t take_at_most;         /* per write; 0 = all */
    bool report_every_service; /* a level report with each service (caps.reports_level) */
    int64_t report_lag_ns;     /* the report tells the level of that long ago */
    bool fault;                /* in FAULT until shutter(open), if fault_clears */
    bool fault_clears;
    bool confirms_stop;        /* STOPPED after stop; else never */
    bool keeps_queue_on_close; /* shutter(false) does not flush */
    bool tells_nothing_lost;   /* though it throws its queue away */
    bool never_begins;         /* stays READY whatever is queued */
    const char *notice;        /* told once with the next service */

    /* ---- seen by the test ---- */
    struct bj_point *log; /* every point taken, FAKE_DAC_LOG at most */
    uint64_t taken;
    uint64_t played;
    uint64_t dry_count;
    bool shutter_open, stopped, connected, playing;
    uint32_t calls_when_let_go; /* of any slot but connect */
    uint32_t connects, disconnects, shutter_calls, stops, finishes;
    uint64_t lit_while_shut; /* lit points taken while the shutter was closed */
    uint64_t max_queued;
    int64_t last_write_ns;
    struct bj_chunk last_chunk;
    uint32_t begin_points, pps;

    /* ---- inside ---- */
    const struct bj_dac *base;
    bool held; /* between connect, successful or not, and disconnect */
    uint64_t queued;
    int64_t ready_ns, segment_ns;
    uint64_t segment_played;
    uint32_t fault_count;
    bool fault_told;
    struct {
        int64_t ns;
        uint64_t queued;
        uint64_t taken;
    } history[256];
    uint32_t history_count;
};

extern const struct bj_dac_driver fake_dac_driver;

/* A plain queue: 2000 points, reports its level, 30 kpps, chunks up to 200. */
void fake_dac_init(struct fake_dac *dac);
void fake_dac_finish(struct fake_dac *dac);

/* Plays up to now_ns; service and write do this by themselves. */
void fake_dac_play(struct fake_dac *dac, int64_t now_ns);

#endif
