/* SPDX-License-Identifier: MIT */
#include "crystal.h"

#include <math.h>

#define TURN 6.283185307179586
#define MINUTE_NS 60e9

double crystal_ppm(const struct crystal *crystal, int64_t elapsed_ns)
{
    double ppm =
        crystal->skew_ppm + crystal->drift_ppm_per_min * (double)elapsed_ns / MINUTE_NS;

    if (crystal->wander_ppm != 0) {
        ppm += crystal->wander_ppm *
               sin(TURN * (double)elapsed_ns / (double)crystal->wander_period_ns);
    }
    return ppm;
}

bool crystal_changes(const struct crystal *crystal)
{
    return crystal->drift_ppm_per_min != 0 || crystal->wander_ppm != 0;
}
