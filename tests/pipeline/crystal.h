/* SPDX-License-Identifier: MIT
 *
 * How a crystal is off, and how that changes with time.
 */
#ifndef CRYSTAL_H
#define CRYSTAL_H

#include <stdbool.h>
#include <stdint.h>

struct crystal {
    double skew_ppm;
    double drift_ppm_per_min;
    double wander_ppm;        /* amplitude of a sine */
    int64_t wander_period_ns; /* with a wander */
};

/* `elapsed_ns` since the simulation began. */
double crystal_ppm(const struct crystal *crystal, int64_t elapsed_ns);
bool crystal_changes(const struct crystal *crystal);

#endif
