/* SPDX-License-Identifier: MIT */
#include "engine/messages.h"

#include <stdio.h>
#include <string.h>

#define AGAIN_NS (10 * BJ_NS_PER_S)

void bj_messages_init(struct bj_messages *messages, bj_error_fn error, void *user,
                      const char *dac_name)
{
    *messages = (struct bj_messages){.error = error, .user = user, .dac_name = dac_name};
}

void bj_messages_begin_step(struct bj_messages *messages, int64_t now_ns)
{
    messages->now_ns = now_ns;
    messages->noticed = false;
}

void bj_messages_begin_session(struct bj_messages *messages)
{
    messages->problems = 0;
}

static void say(const struct bj_messages *messages, enum bj_status status, bool final,
                const char *text)
{
    if (messages->error) {
        messages->error(messages->user, status, final, text);
    }
}

void bj_messages_say(struct bj_messages *messages, const char *text)
{
    say(messages, BJ_OK, false, text);
}

/* NULL: it is none of those kept. */
static struct bj_problem *find(struct bj_messages *messages, const char *text)
{
    uint32_t kept =
        messages->problems < BJ_PROBLEMS_KEPT ? messages->problems : BJ_PROBLEMS_KEPT;
    for (uint32_t k = 0; k < kept; k++) {
        if (strncmp(messages->kept[k].text, text, BJ_PROBLEM_SIZE - 1) == 0) {
            return &messages->kept[k];
        }
    }
    return NULL;
}

static struct bj_problem *keep(struct bj_messages *messages, const char *text)
{
    struct bj_problem *problem = &messages->kept[messages->problems++ % BJ_PROBLEMS_KEPT];
    snprintf(problem->text, sizeof problem->text, "%s", text);
    return problem;
}

void bj_messages_tell(struct bj_messages *messages, enum bj_status status, bool final,
                      const char *text)
{
    messages->noticed = true;
    struct bj_problem *problem = find(messages, text);
    bool again = problem && messages->now_ns - problem->told_ns < AGAIN_NS;
    snprintf(messages->newest, sizeof messages->newest, "%s", text);
    if (again && !final) {
        return;
    }
    problem = problem ? problem : keep(messages, text);
    problem->told_ns = messages->now_ns;
    say(messages, status, final, text);
}

void bj_messages_tell_loss(struct bj_messages *messages, enum bj_status status, bool final)
{
    char text[BJ_PROBLEM_SIZE];
    if (messages->noticed) {
        snprintf(text, sizeof text, "%s", messages->newest);
    } else {
        snprintf(text, sizeof text, "%.160s: %s%s", messages->dac_name, bj_strerror(status),
                 final ? "" : "; trying again");
    }
    if (final || !messages->noticed) {
        bj_messages_tell(messages, status, final, text);
    }
}

/* ---- running dry --------------------------------------------------------------------- */

void bj_messages_ran_dry(struct bj_messages *messages)
{
    messages->dries++;
}

static void count_dries(const struct bj_messages *messages, int64_t now_ns, char *text,
                        size_t size)
{
    int64_t since_s = (now_ns - messages->dry_told_ns) / BJ_NS_PER_S;
    if (messages->dry_told_ns == 0) {
        snprintf(text, size, "ran dry");
    } else {
        snprintf(text, size, "ran dry %u time%s in %lld s", messages->dries,
                 messages->dries == 1 ? "" : "s", (long long)since_s);
    }
}

void bj_messages_tell_dries(struct bj_messages *messages, int64_t now_ns)
{
    char count[60], text[BJ_PROBLEM_SIZE];
    bool told = messages->dry_told_ns > 0;
    if (messages->dries == 0 || (told && now_ns - messages->dry_told_ns < AGAIN_NS)) {
        return;
    }
    count_dries(messages, now_ns, count, sizeof count);
    snprintf(text, sizeof text,
             "%.100s: %s; try a lower --pps or a larger --target-buffer, and see to cable "
             "and network",
             messages->dac_name, count);
    say(messages, BJ_TIMED_OUT, false, text);
    messages->dry_told_ns = now_ns;
    messages->dries = 0;
}
