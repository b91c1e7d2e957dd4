/* SPDX-License-Identifier: MIT
 *
 * Every driver as the clock bench runs it: by how its DAC tells what it has played, and at
 * the lowest, a usual and the top rate.
 */
#ifndef CLOCK_DRIVERS_H
#define CLOCK_DRIVERS_H

#include "conformance.h"

#define CLOCK_DRIVER_RATES 3

struct clock_driver {
    const char *name;
    const struct conformance_row *row;
    const char *tells;                  /* how it reports, in words */
    uint32_t quantum;                   /* its counter's steps */
    bool mute;                          /* it never answers */
    uint32_t kind;                      /* of the adapter's device */
    uint32_t rates[CLOCK_DRIVER_RATES]; /* points per second, rising */
    /* What it holds at 5 ms of jitter. No lock: its receiver keeps time by itself. */
    double pitch_ppm, off_ms, lock_s;
};

/* Ended by one without a name. */
extern const struct clock_driver clock_drivers[];

/* NULL: there is none of that name. */
const struct clock_driver *clock_driver(const char *name);

#endif
