/* SPDX-License-Identifier: MIT
 *
 * How long a frame takes from the start of its JACK cycle to the light, and how much of
 * that time it may wait inside the DAC.
 */
#ifndef LATENCY_H
#define LATENCY_H

#include <beamjack/driver.h>

struct bj_latency {
    int64_t latency_ns; /* L */
    int64_t target_ns;  /* of it, at most this much in the DAC */
    int64_t min_ns;     /* below this the engine tops up */
};

/* The least L that can hold from `rate_hz` to `pps` with a DAC that queues points: one
 * chunk on its way, one poll, a margin, and what an interpolation looks ahead. */
int64_t bj_latency_least_ns(uint32_t rate_hz, uint32_t pps);

/* L as JACK counts it. */
uint32_t bj_latency_frames(int64_t latency_ns, uint32_t rate_hz);

/* `asked` holds what the user wants, 0 where the DAC's default will do. False: `why` says
 * what cannot be and what would be possible. */
bool bj_latency_plan(struct bj_latency asked, const struct bj_dac_caps *caps,
                     uint32_t rate_hz, uint32_t pps, struct bj_latency *plan, char *why,
                     size_t why_size);

#endif
