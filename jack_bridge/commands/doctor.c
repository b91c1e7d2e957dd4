/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "commands/doctor_checks.h"
#include "jack/helper_thread.h"

#include <string.h>
#include <unistd.h>

#define CHECKS_MAX 20

static const char *const marks[] = {
    [BJ_HEALTHY] = "ok  ", [BJ_ADVICE] = "note", [BJ_AILING] = "BAD "};

/* Advice that was given already is not given again. */
static bool is_given(const char *remedy, const struct bj_finding *before, size_t count)
{
    for (size_t k = 0; k < count; k++)
        if (!strcmp(before[k].remedy, remedy))
            return true;
    return false;
}

static void print(const struct bj_finding *findings, size_t k)
{
    const struct bj_finding *finding = &findings[k];

    printf("%s  %s\n", marks[finding->health], finding->what);
    if (finding->remedy[0])
        printf("      %s\n",
               is_given(finding->remedy, findings, k) ? "(as above)" : finding->remedy);
    fflush(stdout);
}

static int examine_all(const struct bj_options *options, atomic_int *running)
{
    struct bj_finding findings[CHECKS_MAX];
    int bad = 0;

    for (size_t k = 0; bj_checks[k].subject && k < CHECKS_MAX; k++) {
        findings[k] = (struct bj_finding){.health = BJ_HEALTHY};
        bj_check_do(&bj_checks[k], options, running, &findings[k]);
        print(findings, k);
        bad += findings[k].health == BJ_AILING;
    }
    return bad;
}

int bj_command_doctor(const struct bj_options *options)
{
    atomic_int running = 0;
    int bad = examine_all(options, &running);

    if (bad)
        printf("\n%d thing%s to mend.\n", bad, bad == 1 ? "" : "s");
    else
        puts("\nAll that is needed is there.");
    if (!bj_helpers_ended(&running, 100)) { /* one hangs, and may use it for ever */
        fflush(NULL);
        _exit(bad ? 1 : 0);
    }
    return bad ? 1 : 0;
}
