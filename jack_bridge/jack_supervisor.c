/* SPDX-License-Identifier: MIT */
#include "jack_supervisor.h"

#include "mailbox.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BACKOFF_FIRST_NS (BJ_NS_PER_S / 4)
#define BACKOFF_MOST_NS (3 * BJ_NS_PER_S)
#define GOODBYE_MS 1000

int64_t bj_backoff_next_ns(int64_t last_ns)
{
    if (last_ns < BACKOFF_FIRST_NS)
        return BACKOFF_FIRST_NS;
    return 2 * last_ns < BACKOFF_MOST_NS ? 2 * last_ns : BACKOFF_MOST_NS;
}

bool bj_supervisor_init(struct bj_supervisor *supervisor,
                        const struct bj_jack_config *config)
{
    *supervisor = (struct bj_supervisor){.config = *config};
    supervisor->helpers = calloc(1, sizeof *supervisor->helpers);
    return supervisor->helpers != NULL;
}

static void leave(atomic_int *helpers)
{
    atomic_fetch_sub(helpers, 1);
}

static bool start_helper(void *(*run)(void *), void *job, atomic_int *helpers)
{
    pthread_t thread;

    atomic_fetch_add(helpers, 1);
    if (pthread_create(&thread, NULL, run, job) != 0) {
        leave(helpers);
        return false;
    }
    pthread_detach(thread);
    return true;
}

/* ---- Opening ------------------------------------------------------------------------------ */

struct bj_attempt {
    struct bj_jack_config config;
    atomic_int *helpers;
    struct bj_jack *jack;
    char why[400];
    atomic_bool done; /* the last thing the helper writes here */
};

static void *run_attempt(void *job)
{
    struct bj_attempt *attempt = job;
    atomic_int *helpers = attempt->helpers;
    int wake_fd = attempt->config.wake_fd;

    attempt->jack = bj_jack_open(&attempt->config, attempt->why, sizeof attempt->why);
    atomic_store(&attempt->done, true);
    bj_wake_fd(wake_fd);
    leave(helpers);
    return NULL;
}

static void begin_attempt(struct bj_supervisor *supervisor)
{
    struct bj_attempt *attempt = calloc(1, sizeof *attempt);

    if (!attempt)
        return;
    attempt->config = supervisor->config;
    attempt->helpers = supervisor->helpers;
    if (start_helper(run_attempt, attempt, supervisor->helpers))
        supervisor->attempt = attempt;
    else
        free(attempt);
}

static void schedule_retry(struct bj_supervisor *supervisor, int64_t now_ns)
{
    supervisor->backoff_ns = bj_backoff_next_ns(supervisor->backoff_ns);
    supervisor->retry_ns = now_ns + supervisor->backoff_ns;
}

static enum bj_supervisor_news end_attempt(struct bj_supervisor *supervisor, int64_t now_ns)
{
    struct bj_attempt *attempt = supervisor->attempt;

    supervisor->attempt = NULL;
    supervisor->jack = attempt->jack;
    if (!supervisor->jack)
        snprintf(supervisor->why, sizeof supervisor->why, "%s", attempt->why);
    free(attempt);
    if (!supervisor->jack) {
        supervisor->failures++;
        schedule_retry(supervisor, now_ns);
        return BJ_SUPERVISOR_FAILED;
    }
    supervisor->failures = 0;
    supervisor->returns += supervisor->ever_open;
    supervisor->ever_open = true;
    supervisor->opened_ns = now_ns;
    return BJ_SUPERVISOR_OPENED;
}

/* ---- Losing ------------------------------------------------------------------------------- */

struct farewell {
    struct bj_jack *jack;
    atomic_int *helpers;
};

static void *run_farewell(void *job)
{
    struct farewell *farewell = job;
    atomic_int *helpers = farewell->helpers;

    bj_jack_close(farewell->jack);
    free(farewell);
    leave(helpers);
    return NULL;
}

/* Without a helper the client is better left open than waited for. */
static void close_aside(struct bj_supervisor *supervisor)
{
    struct farewell *farewell = calloc(1, sizeof *farewell);

    bj_jack_detach(supervisor->jack);
    supervisor->past_xruns += bj_jack_view(supervisor->jack).xruns;
    if (farewell) {
        *farewell = (struct farewell){supervisor->jack, supervisor->helpers};
        if (!start_helper(run_farewell, farewell, supervisor->helpers))
            free(farewell);
    }
    supervisor->jack = NULL;
}

static enum bj_supervisor_news lose(struct bj_supervisor *supervisor, int64_t now_ns)
{
    close_aside(supervisor);
    if (now_ns - supervisor->opened_ns > 10 * BJ_NS_PER_S)
        supervisor->backoff_ns = 0;
    schedule_retry(supervisor, now_ns);
    return BJ_SUPERVISOR_LOST;
}

static enum bj_supervisor_news watch(struct bj_supervisor *supervisor, unsigned events,
                                     int64_t now_ns, int64_t *deadline_ns)
{
    struct bj_jack_view view = bj_jack_view(supervisor->jack);
    int64_t alive_ns =
        view.last_cycle_ns == BJ_NEVER ? supervisor->opened_ns : view.last_cycle_ns;
    int64_t hang_ns = alive_ns + BJ_JACK_HANG_NS;
    const char *reason = bj_jack_reason(supervisor->jack);

    if (events & BJ_JACK_GONE) {
        snprintf(supervisor->why, sizeof supervisor->why, "the JACK server is gone%s%s",
                 reason[0] ? ": " : "", reason);
        return lose(supervisor, now_ns);
    }
    if (now_ns >= hang_ns) {
        snprintf(supervisor->why, sizeof supervisor->why,
                 "the JACK server hangs: no cycle for %lld ms",
                 (long long)((now_ns - alive_ns) / BJ_NS_PER_MS));
        return lose(supervisor, now_ns);
    }
    if (hang_ns < *deadline_ns)
        *deadline_ns = hang_ns;
    return BJ_SUPERVISOR_NOTHING;
}

enum bj_supervisor_news bj_supervisor_step(struct bj_supervisor *supervisor,
                                           unsigned events, int64_t now_ns,
                                           int64_t *deadline_ns)
{
    if (supervisor->jack)
        return watch(supervisor, events, now_ns, deadline_ns);
    if (supervisor->attempt && atomic_load(&supervisor->attempt->done))
        return end_attempt(supervisor, now_ns);
    if (!supervisor->attempt && now_ns >= supervisor->retry_ns)
        begin_attempt(supervisor);
    if (!supervisor->attempt && supervisor->retry_ns < *deadline_ns)
        *deadline_ns = supervisor->retry_ns;
    return BJ_SUPERVISOR_NOTHING;
}

bool bj_supervisor_finish(struct bj_supervisor *supervisor)
{
    const struct timespec moment = {.tv_nsec = BJ_NS_PER_MS};
    bool alone;

    if (supervisor->jack)
        close_aside(supervisor);
    for (int k = 0; k < GOODBYE_MS && atomic_load(supervisor->helpers) > 0; k++)
        nanosleep(&moment, NULL);
    alone = atomic_load(supervisor->helpers) == 0;
    if (alone && supervisor->attempt) {
        bj_jack_close(supervisor->attempt->jack);
        free(supervisor->attempt);
    }
    if (alone)
        free(supervisor->helpers);
    return alone;
}
