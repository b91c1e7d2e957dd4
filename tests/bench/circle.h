/* SPDX-License-Identifier: MIT
 *
 * What the benchmarks play: a circle in changing colours. It never rests and is never dark,
 * so nothing takes a short cut.
 */
#ifndef BENCH_CIRCLE_H
#define BENCH_CIRCLE_H

#include <beamjack/core.h>

void bench_circle(float *const channels[BJ_CHANNELS], uint32_t frames);

#endif
