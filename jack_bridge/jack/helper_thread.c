/* SPDX-License-Identifier: MIT */
#include "jack/helper_thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct errand {
    void (*work)(void *job);
    void *job;
    atomic_int *running;
};

static void *run(void *arg)
{
    struct errand errand = *(struct errand *)arg;

    free(arg);
    errand.work(errand.job);
    atomic_fetch_sub(errand.running, 1);
    return NULL;
}

bool bj_helper_start(void (*work)(void *job), void *job, atomic_int *running)
{
    struct errand *errand = malloc(sizeof *errand);
    pthread_t thread;

    if (!errand)
        return false;
    *errand = (struct errand){work, job, running};
    atomic_fetch_add(running, 1);
    if (pthread_create(&thread, NULL, run, errand) == 0) {
        pthread_detach(thread);
        return true;
    }
    atomic_fetch_sub(running, 1);
    free(errand);
    return false;
}

bool bj_helpers_ended(const atomic_int *running, int most_ms)
{
    const struct timespec moment = {.tv_nsec = 1000000};

    for (int k = 0; k < most_ms && atomic_load(running) > 0; k++)
        nanosleep(&moment, NULL);
    return atomic_load(running) == 0;
}
