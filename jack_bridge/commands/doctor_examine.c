/* SPDX-License-Identifier: MIT */
#include "commands/doctor_checks.h"
#include "jack/helper_thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ANSWER_MS 5000

struct examination {
    const struct bj_check *check;
    const struct bj_options *options;
    struct bj_finding finding;
    atomic_bool done;
    atomic_int users; /* who comes last frees it */
};

static void leave(struct examination *examination)
{
    if (atomic_fetch_sub(&examination->users, 1) == 1)
        free(examination);
}

static void examine(void *job)
{
    struct examination *examination = job;

    examination->check->examine(examination->options, &examination->finding);
    atomic_store(&examination->done, true);
    leave(examination);
}

static void find_silence(const struct bj_check *check, struct bj_finding *finding)
{
    *finding = (struct bj_finding){.health = BJ_AILING};
    snprintf(finding->what, sizeof finding->what, "%s: no answer within %d s",
             check->subject, ANSWER_MS / 1000);
    snprintf(finding->remedy, sizeof finding->remedy, "%s", check->if_silent);
}

void bj_check_do(const struct bj_check *check, const struct bj_options *options,
                 atomic_int *running, struct bj_finding *finding)
{
    struct examination *examination = calloc(1, sizeof *examination);
    const struct timespec moment = {.tv_nsec = BJ_NS_PER_MS};

    find_silence(check, finding);
    if (!examination)
        return;
    examination->check = check;
    examination->options = options;
    atomic_store(&examination->users, 2);
    if (!bj_helper_start(examine, examination, running))
        atomic_store(&examination->users, 1);
    for (int k = 0; k < ANSWER_MS && !atomic_load(&examination->done); k++)
        nanosleep(&moment, NULL);
    if (atomic_load(&examination->done))
        *finding = examination->finding;
    leave(examination);
}
