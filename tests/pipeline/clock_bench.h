/* SPDX-License-Identifier: MIT
 *
 * The parts of beamjack-clock-bench. Each prints markdown and says whether all limits held.
 */
#ifndef CLOCK_BENCH_H
#define CLOCK_BENCH_H

#include <stdbool.h>
#include <stdint.h>

struct clock_bench {
    int jobs;
    uint64_t seed;
    const char *driver; /* --driver */
    const char *only;   /* rows whose name contains this; NULL: all */
    double seconds;     /* of virtual time a run; 0: the usual */
    uint32_t rate_hz;   /* of JACK and the DAC in --hours */
    double slope;       /* of the clocks in --hours, at most, ppm a minute */
    uint32_t cases;     /* --matrix */
    bool harsh;         /* --matrix */
    int64_t only_case;  /* -1: all */
    double hours;       /* --hours */
};

bool clock_bench_table(const struct clock_bench *bench);
bool clock_bench_matrix(const struct clock_bench *bench);
bool clock_bench_hours(const struct clock_bench *bench);
bool clock_bench_drivers(const struct clock_bench *bench);
bool clock_bench_pair(const struct clock_bench *bench);
bool clock_bench_quality(const struct clock_bench *bench);

#endif
