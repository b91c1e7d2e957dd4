/* SPDX-License-Identifier: MIT */
#include "session/pacer.h"

#define NS_PER_S 1000000000

/* Seconds and the rest apart: the product stays small for centuries. */
uint64_t bj_pacer_played(const struct bj_pacer *pacer, int64_t now_ns)
{
    int64_t elapsed_ns = now_ns - pacer->start_ns;

    if (elapsed_ns <= 0)
        return 0;
    return (uint64_t)(elapsed_ns / NS_PER_S) * pacer->pps +
           (uint64_t)(elapsed_ns % NS_PER_S) * pacer->pps / NS_PER_S;
}

int64_t bj_pacer_time_ns(const struct bj_pacer *pacer, uint64_t index)
{
    uint64_t seconds = index / pacer->pps;
    uint64_t rest_ns = (index % pacer->pps * NS_PER_S + pacer->pps - 1) / pacer->pps;

    return pacer->start_ns + (int64_t)(seconds * NS_PER_S + rest_ns);
}
