/* SPDX-License-Identifier: MIT
 *
 * The whole way of a point in virtual time: something that pushes like JACK, the feed, the
 * engine, a real driver, a simulated DAC and the way there (a row of the conformance suite,
 * or an Ether Dream with all its options), and an audience. Deterministic from a seed;
 * nothing here sleeps or reads a clock.
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#include "adapter_ether_dream.h"
#include "audience.h"
#include "coarse_driver.h"
#include "crystal.h"

#include <beamjack/driver.h>

#define PIPELINE_START_NS CONFORMANCE_START_NS  /* when the simulation begins */
#define PIPELINE_LATENCY_NS (50 * BJ_NS_PER_MS) /* what the program chooses by default */

struct pipeline_config {
    uint64_t seed;
    uint64_t jack_seed; /* 0: from seed; equal ones see the same callbacks */

    /* JACK */
    struct crystal jack_crystal;
    enum source_signal signal;
    uint32_t rate_hz, period_frames;
    int64_t push_jitter_ns; /* callbacks come 0 to this late */

    /* beamjack; driver, dac, host, fill and error are the pipeline's */
    int64_t latency_ns;      /* 0: as the program chooses it with its buffers, and ... */
    int64_t more_latency_ns; /* ... this on top */
    enum bj_matching matching;
    int64_t wake_min_ns, wake_max_ns; /* how late the engine thread wakes */
    int64_t stall_ns;                 /* now and then it wakes this much later yet, ... */
    int64_t stall_every_ns; /* ... half to one and a half of this after the last time */
    struct bj_stream_config stream;

    /* Another DAC, with its trouble: nothing of what follows counts. Without a driver: the
     * Ether Dream of what follows. */
    struct conformance_row row;

    /* the DAC; played, command, user, skew_ppm and fullness_step are the pipeline's */
    struct crystal dac_crystal;
    uint16_t report_quantum; /* its fullness comes in such steps; 0, 1: exact */
    struct sim_ed_config device;
    int64_t connect_delay_ns;

    /* what decodes a SOURCE_VERNIER or SOURCE_CIRCLE */
    int64_t trace_window_ns; /* 10 ms */
    uint32_t trace_stride;   /* every so many points */
};

/* 48 kHz, 256 frames, 48 kpps, an Ether Dream 2 without noise bits, everything prompt. */
struct pipeline_config pipeline_defaults(void);

struct pipeline {
    struct pipeline_config config;
    int64_t now_ns;
    struct audience audience;
    struct clock_trace trace;

    struct bj_feed *feed;
    struct bj_stream *stream;
    struct conformance_row row;
    void *adapter;
    struct fake_net *net; /* of an Ether Dream, as all that is named sim_ed */
    struct sim_host *device;
    bool over;
    enum bj_run result;

    /* may be changed while it runs */
    bool pushing; /* false: JACK does not call; time passes and frames are lost */
    bool ended;   /* the producer says END with the next fill */
    int64_t delay_next_wake_ns; /* once, on top of what is configured */

    /* what happened */
    uint64_t steps, notices;
    char notice[256];
    enum bj_status notice_status;
    uint8_t last_command; /* opcode the device saw last, and how it then stood */
    int64_t last_command_ns;
    uint64_t naks;
    int64_t stopped_playing_ns; /* when it was last seen to leave PLAYING by a command */

    /* inside */
    struct adapter_ether_dream_way way;
    struct bj_dac_driver driver;
    struct coarse_events tap, *extra;
    double frame_ns; /* of the cycle that comes next */
    int64_t crystal_ns,
        stall_ns;          /* when the DAC's clock, when the thread is next touched */
    double cycle_since_ns; /* when it began, from PIPELINE_START_NS on */
    int64_t push_ns;
    struct bj_wait wait;
    bool woken;
    int64_t step_ns; /* the engine runs then; BJ_NEVER = it waits */
    uint64_t steps_at_once;
    struct sim_random random, jack_random, stall_random;
};

/* Built, not yet running; disarmed. */
void pipeline_init(struct pipeline *pipeline, const struct pipeline_config *config);
void pipeline_finish(struct pipeline *pipeline);

/* Lets the simulation go on until then, or for so long. */
void pipeline_run_until(struct pipeline *pipeline, int64_t until_ns);
void pipeline_run_ms(struct pipeline *pipeline, int64_t ms);

/* Arms and runs until it is lit and steady: 500 ms; counts anew. Asserts that it is. */
void pipeline_light_up(struct pipeline *pipeline);

/* JACK skips this many cycles, as in an xrun. */
void pipeline_xrun(struct pipeline *pipeline, uint32_t cycles);

/* The clocks run this much faster from now on. */
void pipeline_step_dac(struct pipeline *pipeline, double ppm);
void pipeline_step_jack(struct pipeline *pipeline, double ppm);

/* From now on. The audience expects the new latency at once. */
void pipeline_set_latency(struct pipeline *pipeline, int64_t latency_ns);

/* Since the simulation began. */
double pipeline_seconds(const struct pipeline *pipeline);

/* Now, at the device. */
void pipeline_fault(struct pipeline *pipeline, enum sim_ed_fault fault, int64_t value);

/* Times the DAC ran dry, by its own count. */
uint64_t pipeline_dries(const struct pipeline *pipeline);
const struct sim_ed_counters *pipeline_counters(const struct pipeline *pipeline);
struct bj_stats pipeline_stats(const struct pipeline *pipeline);
struct bj_feed_stats pipeline_feed(const struct pipeline *pipeline);

/* The device does not play, and its shutter bit says closed. */
bool pipeline_shutter_closed(const struct pipeline *pipeline);

#endif
