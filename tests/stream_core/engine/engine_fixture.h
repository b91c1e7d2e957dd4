/* SPDX-License-Identifier: MIT
 *
 * A stream on a fake DAC with a scripted producer, in virtual time.
 */
#ifndef ENGINE_FIXTURE_H
#define ENGINE_FIXTURE_H

#include "../../support/fake_dac.h"

enum producer_mode {
    PRODUCE_ALL,     /* whatever is asked for */
    PRODUCE_SHORT,   /* `amount` points */
    PRODUCE_LONG,    /* claims `amount` points more than asked for */
    PRODUCE_NOTHING, /* FILLED(0) */
    PRODUCE_STARVED,
    PRODUCE_END,
};

/* Point n (1-based) is lit; r and g carry n, x and y keep moving. */
struct producer {
    enum producer_mode mode;
    uint32_t amount;
    uint64_t made;       /* points handed over */
    uint64_t end_after;  /* END once that many were made; 0 = never */
    uint32_t calls;      /* with a target */
    uint32_t idle_calls; /* with target 0 */
    struct bj_fill_request first, last;
    uint32_t restarts; /* requests with `restarted` */
};

struct engine_fixture {
    struct fake_dac dac;
    struct producer producer;
    struct bj_dac_config dac_config;
    struct bj_shape shape;
    struct bj_safety_config safety;
    struct bj_stream_config config;
    struct bj_stream *stream;
    struct bj_wait wait;
    enum bj_run run;
    int64_t now_ns;
    int64_t wake_delay_ns; /* each step comes this late */
    uint32_t steps;
    uint32_t errors, finals;
    enum bj_status last_error;
    char last_text[256];
    uint32_t messages; /* told with BJ_OK: no error */
    char last_message[256];
};

/* Zeroes it and fills in defaults; change dac, producer and config before fixture_start. */
void fixture_init(struct engine_fixture *fixture);
void fixture_start(struct engine_fixture *fixture);
void fixture_finish(struct engine_fixture *fixture);

/* Steps whenever the stream wants to until now_ns, or until it is over. */
void fixture_run_until(struct engine_fixture *fixture, int64_t until_ns);
void fixture_run(struct engine_fixture *fixture, int64_t for_ns);

/* One step now, as after a wake. */
void fixture_step(struct engine_fixture *fixture);

/* Starts armed and streams until points play and the light is on. */
void fixture_start_lit(struct engine_fixture *fixture);

struct bj_stats fixture_stats(const struct engine_fixture *fixture);

/* The number a point carries, 0 for dark. */
uint64_t fixture_tag(const struct bj_point *point);

/* Lit points taken by the DAC from log index `from`; asserts they ascend by one. */
uint64_t fixture_count_lit(const struct engine_fixture *fixture, uint64_t from);

#endif
