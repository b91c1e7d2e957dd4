/* SPDX-License-Identifier: MIT */
#undef NDEBUG /* the asserts are the point */
#include "stalls.h"

#include <beamjack/driver.h>

#include <assert.h>
#include <sched.h>
#include <time.h>

#define NAP_NS BJ_NS_PER_MS

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * BJ_NS_PER_S + now.tv_nsec;
}

static void *nap(void *user)
{
    const struct timespec moment = {.tv_nsec = NAP_NS};
    struct stalls *stalls = user;

    while (!atomic_load(&stalls->ending)) {
        int64_t due_ns = now_ns() + NAP_NS, late_ns;
        (void)nanosleep(&moment, NULL);
        late_ns = now_ns() - due_ns;
        if (late_ns > stalls->longest_ns)
            stalls->longest_ns = late_ns;
    }
    return NULL;
}

void stalls_begin(struct stalls *stalls)
{
    atomic_init(&stalls->ending, false);
    stalls->longest_ns = 0;
    assert(pthread_create(&stalls->thread, NULL, nap, stalls) == 0);
}

int64_t stalls_end(struct stalls *stalls)
{
    atomic_store(&stalls->ending, true);
    assert(pthread_join(stalls->thread, NULL) == 0);
    return stalls->longest_ns;
}

void stalls_avoid(void)
{
    const struct sched_param param = {.sched_priority = sched_get_priority_min(SCHED_FIFO)};

    (void)sched_setscheduler(0, SCHED_FIFO, &param);
}
