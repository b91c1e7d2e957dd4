/* SPDX-License-Identifier: MIT
 *
 * What a rough run is like: drawn from a seed, printed for people.
 */
#ifndef ROUGH_SCENARIO_H
#define ROUGH_SCENARIO_H

#include "conformance.h"
#include "rough_ways.h"

enum rough_producer {
    ROUGH_FULL,  /* whatever is asked for */
    ROUGH_SCANT, /* now and then less */
    ROUGH_FEED,  /* a real feed, with cycles that may be late */
};

enum rough_end { ROUGH_DESTROY, ROUGH_END, ROUGH_STOP, ROUGH_ENDS };

struct rough_scenario {
    uint64_t seed;
    bool tame; /* nothing in it is any excuse to run dry */
    struct rough_ways_config ways;
    struct conformance_trouble trouble;
    uint32_t pps;
    int64_t target_ns, min_ns, late_ns; /* steps come up to so late */
    enum rough_producer producer;
    uint32_t jack_rate, period;
    int64_t latency_ns, cycle_late_ns;
    bool controls, faults; /* arm and disarm; unplug and plug */
    enum rough_end end;
    enum bj_underrun_policy underrun;
};

struct rough_scenario rough_scenario(uint64_t seed);
void rough_scenario_print(const struct rough_scenario *scenario, const char *row);

#endif
