/* SPDX-License-Identifier: MIT
 *
 * Looks for the DACs that were asked for, on a thread of its own, so that the main thread
 * can answer the operator meanwhile.
 */
#ifndef DAC_SEARCH_H
#define DAC_SEARCH_H

#include "bridge/dac_choice.h"
#include "options/options.h"

#include <pthread.h>

struct bj_dac_search {
    /* Set before the start; lives longer than the search. */
    const struct bj_transports *via;
    const struct bj_text_list *asked; /* none: the only DAC there is */
    const atomic_bool *cancel;
    bool endless; /* again and again until each is there */
    int wake_fd;  /* woken by whatever the functions below tell */

    /* Valid when it is done. */
    bool found, wrong_usage;
    char why[BJ_WHY_SIZE]; /* none was found; see bj_dac_choose */
    size_t count;
    struct bj_sought {
        struct bj_dac_info dac;
        char why[BJ_WHY_SIZE];
        atomic_bool waits; /* `why` says for what */
        bool told;
    } items[BJ_DACS_MAX];

    /* Of the search itself. */
    pthread_t thread;
    atomic_size_t at;
    atomic_bool done;
};

/* Main thread, as all below. False: no thread; `why` says so. */
bool bj_dac_search_start(struct bj_dac_search *search);

/* The thread is at its end then, and joined. */
bool bj_dac_search_done(struct bj_dac_search *search);

/* What is looked for now, as the user named it, or "a laser DAC". */
const char *bj_dac_search_sought(const struct bj_dac_search *search);

/* What it waits for, each once. NULL: nothing new. */
const char *bj_dac_search_news(struct bj_dac_search *search);

#endif
