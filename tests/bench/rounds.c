/* SPDX-License-Identifier: MIT */
#include "rounds.h"

#include <stdlib.h>
#include <time.h>

int64_t bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

double bench_measure(const struct bench_effort *effort, bench_round *round, void *user)
{
    double ns[BENCH_MAX_ROUNDS];
    round(user, effort->blocks);
    for (uint32_t k = 0; k < effort->rounds; k++)
        ns[k] = round(user, effort->blocks);
    return bench_median(ns, effort->rounds);
}

struct bench_pair bench_compare(const struct bench_effort *effort, bench_round *first,
                                bench_round *second, void *user)
{
    double one[BENCH_MAX_ROUNDS], other[BENCH_MAX_ROUNDS], ratio[BENCH_MAX_ROUNDS];
    first(user, effort->blocks);
    second(user, effort->blocks);
    for (uint32_t k = 0; k < effort->rounds; k++) {
        one[k] = first(user, effort->blocks);
        other[k] = second(user, effort->blocks);
        ratio[k] = one[k] / other[k];
    }
    return (struct bench_pair){
        .first = bench_median(one, effort->rounds),
        .second = bench_median(other, effort->rounds),
        .ratio = bench_median(ratio, effort->rounds),
    };
}
