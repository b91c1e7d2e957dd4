/* SPDX-License-Identifier: MIT */
#include "jack/jack_supervisor.h"

#include "jack/helper_thread.h"
#include "jack/message_queue.h"

#include <stdio.h>
#include <stdlib.h>

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

/* ---- Opening ------------------------------------------------------------------------- */

struct bj_attempt {
    struct bj_jack_config config;
    int64_t begun_ns;
    bool overdue; /* its failure was told */
    struct bj_jack *jack;
    char why[400];
    atomic_bool done; /* the last thing the helper writes here */
};

static void run_attempt(void *job)
{
    struct bj_attempt *attempt = job;
    int wake_fd = attempt->config.wake_fd;

    attempt->jack = bj_jack_open(&attempt->config, attempt->why, sizeof attempt->why);
    atomic_store(&attempt->done, true);
    bj_wake_fd(wake_fd);
}

static void schedule_retry(struct bj_supervisor *supervisor, int64_t now_ns)
{
    supervisor->backoff_ns = bj_backoff_next_ns(supervisor->backoff_ns);
    supervisor->retry_ns = now_ns + supervisor->backoff_ns;
}

static void begin_attempt(struct bj_supervisor *supervisor, int64_t now_ns)
{
    struct bj_attempt *attempt = calloc(1, sizeof *attempt);

    if (attempt) {
        attempt->config = supervisor->config;
        attempt->begun_ns = now_ns;
    }
    if (attempt && bj_helper_start(run_attempt, attempt, supervisor->helpers)) {
        supervisor->attempt = attempt;
        return;
    }
    free(attempt);
    schedule_retry(supervisor, now_ns);
}

/* It goes on: the server may be resumed, and a second try would hang beside it. */
static enum bj_supervisor_news miss_attempt(struct bj_supervisor *supervisor)
{
    supervisor->attempt->overdue = true;
    supervisor->failures++;
    snprintf(
        supervisor->why, sizeof supervisor->why,
        "the JACK server '%.80s' is there and does not answer: it hangs or is stopped; "
        "restart it, or use --wait-for-jack to wait for it",
        bj_jack_server_name(&supervisor->config));
    return BJ_SUPERVISOR_FAILED;
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

static enum bj_supervisor_news watch_attempt(struct bj_supervisor *supervisor,
                                             int64_t now_ns, int64_t *deadline_ns)
{
    struct bj_attempt *attempt = supervisor->attempt;
    int64_t due_ns = attempt->begun_ns + BJ_JACK_ANSWER_NS;

    if (atomic_load(&attempt->done))
        return end_attempt(supervisor, now_ns);
    if (attempt->overdue)
        return BJ_SUPERVISOR_NOTHING;
    if (now_ns >= due_ns)
        return miss_attempt(supervisor);
    if (due_ns < *deadline_ns)
        *deadline_ns = due_ns;
    return BJ_SUPERVISOR_NOTHING;
}

/* ---- Losing -------------------------------------------------------------------------- */

static void run_farewell(void *jack)
{
    bj_jack_close(jack);
}

/* Without a helper the client is better left open than waited for. */
static void close_aside(struct bj_supervisor *supervisor)
{
    bj_jack_detach(supervisor->jack);
    supervisor->past_xruns += bj_jack_view(supervisor->jack).xruns;
    (void)bj_helper_start(run_farewell, supervisor->jack, supervisor->helpers);
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
    int64_t cycle_ns =
        view.last_cycle_ns == BJ_NEVER ? supervisor->opened_ns : view.last_cycle_ns;
    int64_t alive_ns = cycle_ns > supervisor->awake_ns ? cycle_ns : supervisor->awake_ns;
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
    if (now_ns - supervisor->stepped_ns > BJ_JACK_HANG_NS)
        supervisor->awake_ns = now_ns;
    supervisor->stepped_ns = now_ns;
    if (supervisor->jack)
        return watch(supervisor, events, now_ns, deadline_ns);
    if (!supervisor->attempt && now_ns >= supervisor->retry_ns)
        begin_attempt(supervisor, now_ns);
    if (supervisor->attempt)
        return watch_attempt(supervisor, now_ns, deadline_ns);
    if (supervisor->retry_ns < *deadline_ns)
        *deadline_ns = supervisor->retry_ns;
    return BJ_SUPERVISOR_NOTHING;
}

bool bj_supervisor_finish(struct bj_supervisor *supervisor)
{
    bool alone;

    if (supervisor->jack)
        close_aside(supervisor);
    alone = bj_helpers_ended(supervisor->helpers, GOODBYE_MS);
    if (alone && supervisor->attempt) {
        bj_jack_close(supervisor->attempt->jack);
        free(supervisor->attempt);
    }
    if (alone)
        free(supervisor->helpers);
    return alone;
}
