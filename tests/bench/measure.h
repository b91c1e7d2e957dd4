/* SPDX-License-Identifier: MIT
 *
 * The parts of beamjack-bench. Each prints its table on stdout; false: it could not run.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "rounds.h"

#include <stdbool.h>

/* ns per frame of bj_feed_push beside plain copies of the same channels. */
bool measure_push(const struct bench_effort *effort);

/* ns per point of each stage by itself. */
bool measure_stages(const struct bench_effort *effort);

/* ns per point to wire bytes, for every driver, beside plain C. */
bool measure_wires(const struct bench_effort *effort);

/* ns per point from frames in the ring to Ether Dream bytes. */
bool measure_chain(const struct bench_effort *effort);

/* ns per point of the feed alone beside resamplers that others wrote, where installed. */
bool measure_feed(const struct bench_effort *effort);

/* The engine with its feed and each driver on its simulated device, in virtual time: ns of
 * the processor per point, and the share of one for eight of them. */
bool measure_engines(const struct bench_effort *effort);

#endif
