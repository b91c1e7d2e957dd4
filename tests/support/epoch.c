/* SPDX-License-Identifier: MIT */
#include "epoch.h"

#include "sim_random.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)
#define TEN_YEARS_NS (3653 * 86400 * NS_PER_S)

static uint64_t seed(void)
{
    const char *given = getenv("BEAMJACK_EPOCH_SEED");
    struct timespec now;

    if (given)
        return strtoull(given, NULL, 10);
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 20 ^ (uint64_t)getpid() << 40;
}

static int64_t draw(void)
{
    uint64_t from = seed();
    struct sim_random random = {.state = from};
    int64_t drawn_ns = from == 0 ? 0 : sim_random_upto(&random, TEN_YEARS_NS);

    drawn_ns += NS_PER_S;
    fprintf(stderr, "time begins at %" PRId64 " ns: BEAMJACK_EPOCH_SEED=%" PRIu64 "\n",
            drawn_ns, from);
    return drawn_ns;
}

int64_t epoch_ns(void)
{
    static _Atomic int64_t drawn_ns;
    int64_t none = 0;

    if (drawn_ns == 0)
        atomic_compare_exchange_strong(&drawn_ns, &none, draw());
    return drawn_ns;
}
