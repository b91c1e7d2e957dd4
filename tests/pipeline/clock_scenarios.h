/* SPDX-License-Identifier: MIT
 *
 * What can be wrong between JACK's clock and the DAC's, as rows; and one run of a row
 * through the whole pipeline, judged by the audience.
 */
#ifndef CLOCK_SCENARIOS_H
#define CLOCK_SCENARIOS_H

#include "clock_drivers.h"
#include "pipeline.h"

enum clock_event {
    CLOCK_NO_EVENT = 0,
    CLOCK_DAC_STEP,  /* the DAC runs `amount` ppm faster */
    CLOCK_JACK_STEP, /* JACK does */
    CLOCK_XRUN,      /* JACK loses `amount` cycles */
    CLOCK_STALL,     /* the engine thread sleeps `amount` ms */
    CLOCK_OUTAGE,    /* no byte moves for `amount` ms */
    CLOCK_RESET,     /* the connection breaks; it is armed again at once */
};

/* 0 is the usual: 48 kHz in periods of 256 to 30000 points/s, exact clocks, a network of
 * 0.2 ms each way, exact reports, prompt threads. */
struct clock_scenario {
    const char *name;
    const struct clock_driver *driver; /* NULL: the Ether Dream with all of its options */
    uint32_t jack_hz, pps, period;
    double jack_ppm, dac_ppm;
    double drift_ppm_per_min;                 /* of the DAC */
    struct crystal jack_crystal, dac_crystal; /* added to the three above */
    double callback_ms;                       /* callbacks come 0 to this late */
    double jitter_ms;      /* each way: in bursts, and 5 % strays, 0 to this late */
    double stall_ms;       /* the engine thread sleeps so long, about every 2 s */
    double report_ms;      /* replies take so much longer */
    bool report_varies;    /* 0 to so much */
    uint32_t lost_percent; /* replies sent again 20 ms later */
    uint16_t quantum;      /* points; fullness in steps */
    bool tells_before;     /* fullness from before the data it answers */
    uint16_t capacity;
    double latency_ms; /* L; 0: clock_least_latency_ms */

    enum clock_event event;
    double amount;

    double seconds, from_s; /* how long; judged from here on. 0: 300, a third */
    double event_s;         /* 0: in the middle */
    uint32_t stride;        /* every so many points are decoded; 0: all */
    int64_t window_ns;      /* of the trace; 0: 10 ms */
};

/* A period, the interpolator's reach, a chunk, a poll, a stall, what the network and the
 * callbacks are late, half a quantum, 4 ms. */
double clock_least_latency_ms(const struct clock_scenario *scenario);

/* The first is the base; ended by a row without a name. */
extern const struct clock_scenario clock_scenarios[];
const struct clock_scenario *clock_scenario(const char *name); /* of that table */

struct clock_result {
    double latency_ms;            /* L, as told */
    double lock_s;                /* NAN: never */
    struct clock_figures figures; /* from from_s on; with an event: until it */
    struct clock_recovery recovery;
    double relock_s;            /* with an event: as lock_s, since then */
    struct clock_figures after; /* with an event: of the last tenth of the run */
    double shift_ms;            /* its mean latency less that of before */
    uint64_t jumps_after;       /* from the event on */
    double min_level_ms;        /* in the DAC, since from_s */
    uint64_t dry_before;        /* times the DAC ran dry until from_s */
    uint64_t dry;               /* ... and since */
    uint64_t fillers;           /* dark points the engine made up, since from_s */
    uint64_t relocks;           /* as the feed counts them, since from_s */
    uint64_t refused;           /* commands the DAC refused */
    uint64_t reconnects;
};

struct pipeline_config clock_config(const struct clock_scenario *scenario, uint64_t seed);
struct clock_result clock_run(const struct clock_scenario *scenario, uint64_t seed);

/* A case of the random matrix: rates, period, skews, jitter, stalls, how replies come. A
 * harsh one has clocks that wander by 0.5 to 5 ppm a minute, late callbacks and lost
 * replies as well. What no driver could keep up with is left out. */
struct clock_scenario clock_random(uint64_t seed, bool harsh);

/* A sine of 1 to 20 ppm whose steepest slope is 0.5 ppm a minute to this. */
struct crystal clock_wander(uint64_t seed, double most_ppm_per_min);

/* What differs from the usual, in words. */
void clock_describe(const struct clock_scenario *scenario, char *text, size_t size);

#endif
