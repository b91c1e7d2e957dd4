/* SPDX-License-Identifier: MIT
 *
 * Timing by rounds: others use the machine too, so single times mean nothing and medians
 * do.
 */
#ifndef BENCH_ROUNDS_H
#define BENCH_ROUNDS_H

#include <stddef.h>
#include <stdint.h>

#define BENCH_MAX_ROUNDS 99

struct bench_effort {
    uint32_t rounds; /* at most BENCH_MAX_ROUNDS */
    uint32_t blocks; /* units of work per round */
};

/* Does `blocks` units of work; returns ns per item of it, without what is not to be timed.
 */
typedef double bench_round(void *user, uint32_t blocks);

int64_t bench_now_ns(void);

/* Sorts `values`. */
double bench_median(double *values, size_t count);

/* The median over the rounds, after one round that is not counted. */
double bench_measure(const struct bench_effort *effort, bench_round *round, void *user);

/* Two kinds of work by turns; `ratio` is the median of first / second of the same round. */
struct bench_pair {
    double first, second, ratio;
};
struct bench_pair bench_compare(const struct bench_effort *effort, bench_round *first,
                                bench_round *second, void *user);

#endif
