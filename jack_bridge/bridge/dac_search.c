/* SPDX-License-Identifier: MIT */
#include "bridge/dac_search.h"

#include "jack/message_queue.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define REST_STEP_NS (100 * BJ_NS_PER_MS)
#define REST_STEPS 10

static const char *asked_for(const struct bj_dac_search *search, size_t k)
{
    return search->asked->count ? search->asked->items[k] : NULL;
}

/* ---- The thread ---------------------------------------------------------------------- */

static void rest(const atomic_bool *cancel)
{
    const struct timespec moment = {.tv_nsec = REST_STEP_NS};

    for (int k = 0; k < REST_STEPS && !atomic_load(cancel); k++)
        nanosleep(&moment, NULL);
}

static void tell_waiting(struct bj_dac_search *search, struct bj_sought *sought)
{
    if (atomic_load(&sought->waits))
        return;
    memcpy(sought->why, search->why, sizeof sought->why);
    atomic_store(&sought->waits, true);
    bj_wake_fd(search->wake_fd);
}

static bool find(struct bj_dac_search *search, size_t k)
{
    while (!bj_dac_choose(search->via, asked_for(search, k), search->cancel,
                          &search->items[k].dac, &search->wrong_usage, search->why,
                          sizeof search->why)) {
        if (!search->endless || search->wrong_usage || atomic_load(search->cancel))
            return false;
        tell_waiting(search, &search->items[k]);
        rest(search->cancel);
    }
    return true;
}

static void *run(void *arg)
{
    struct bj_dac_search *search = arg;
    size_t k = 0;

    while (k < search->count && find(search, k))
        atomic_store(&search->at, ++k);
    search->found = k == search->count;
    atomic_store(&search->done, true);
    bj_wake_fd(search->wake_fd);
    return NULL;
}

/* ---- Main thread --------------------------------------------------------------------- */

bool bj_dac_search_start(struct bj_dac_search *search)
{
    search->count = search->asked->count ? search->asked->count : 1;
    if (pthread_create(&search->thread, NULL, run, search) == 0)
        return true;
    snprintf(search->why, sizeof search->why, "no thread to look for DACs");
    return false;
}

bool bj_dac_search_done(struct bj_dac_search *search)
{
    if (!atomic_load(&search->done))
        return false;
    pthread_join(search->thread, NULL);
    return true;
}

const char *bj_dac_search_sought(const struct bj_dac_search *search)
{
    size_t at = atomic_load(&search->at);
    const char *asked = asked_for(search, at < search->count ? at : search->count - 1);

    return asked ? asked : "a laser DAC";
}

const char *bj_dac_search_news(struct bj_dac_search *search)
{
    for (size_t k = 0; k < search->count; k++) {
        struct bj_sought *sought = &search->items[k];

        if (sought->told || !atomic_load(&sought->waits))
            continue;
        sought->told = true;
        return sought->why;
    }
    return NULL;
}
