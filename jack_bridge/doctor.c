/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "doctor_checks.h"

#include <string.h>

static const char *const marks[] = {
    [BJ_HEALTHY] = "ok  ", [BJ_ADVICE] = "note", [BJ_AILING] = "BAD "};

static void print(const struct bj_finding *finding)
{
    printf("%s  %s\n", marks[finding->health], finding->what);
    if (finding->remedy[0])
        printf("      %s\n", finding->remedy);
}

int bj_command_doctor(const struct bj_options *options)
{
    int bad = 0;

    for (const bj_check_fn *check = bj_checks; *check; check++) {
        struct bj_finding finding = {.health = BJ_HEALTHY};

        (*check)(options, &finding);
        print(&finding);
        bad += finding.health == BJ_AILING;
    }
    if (bad)
        printf("\n%d thing%s to mend.\n", bad, bad == 1 ? "" : "s");
    else
        puts("\nAll that is needed is there.");
    return bad ? 1 : 0;
}
