/* SPDX-License-Identifier: MIT */
#include "jack/jack_errand.h"

#include "jack/helper_thread.h"
#include "jack/jack_internal.h"
#include "jack/message_queue.h"

#include <stdlib.h>

enum stage { RUNNING, DONE, DROPPED };

static void free_errand(struct bj_errand *errand)
{
    bj_connection_list_finish(&errand->list);
    free(errand->made);
    free(errand);
}

static void connect_each(struct bj_errand *errand)
{
    for (size_t k = 0; k < errand->list.count; k++)
        errand->made[k] = bj_jack_connect(errand->jack, errand->list.items[k].source,
                                          errand->list.items[k].channel);
}

static void work(void *job)
{
    struct bj_errand *errand = job;
    int wake_fd = errand->jack->config.wake_fd;
    atomic_bool *busy = &errand->jack->busy;
    int running = RUNNING;

    switch (errand->kind) {
    case BJ_ERRAND_START:
        errand->good = bj_jack_start(errand->jack, errand->why, sizeof errand->why);
        break;
    case BJ_ERRAND_CONNECT:
        connect_each(errand);
        break;
    case BJ_ERRAND_LATENCY:
        bj_jack_recompute_latency(errand->jack);
        break;
    }
    atomic_store(busy, false); /* from here on the client may be closed */
    if (!atomic_compare_exchange_strong(&errand->stage, &running, DONE))
        free_errand(errand);
    bj_wake_fd(wake_fd);
}

struct bj_errand *bj_errand_begin(enum bj_errand_kind kind, struct bj_jack *jack,
                                  struct bj_connection_list *list, atomic_int *running)
{
    struct bj_errand *errand = calloc(1, sizeof *errand);

    if (!errand)
        return NULL;
    errand->kind = kind;
    errand->jack = jack;
    if (list)
        errand->list = *list;
    if (list)
        *list = (struct bj_connection_list){0};
    errand->made = calloc(errand->list.count + 1, sizeof *errand->made);
    atomic_store(&jack->busy, true);
    if (errand->made && bj_helper_start(work, errand, running))
        return errand;
    atomic_store(&jack->busy, false);
    free_errand(errand);
    return NULL;
}

bool bj_errand_done(const struct bj_errand *errand)
{
    return atomic_load(&errand->stage) == DONE;
}

void bj_errand_drop(struct bj_errand *errand)
{
    int running = RUNNING;

    if (errand && !atomic_compare_exchange_strong(&errand->stage, &running, DROPPED))
        free_errand(errand);
}
