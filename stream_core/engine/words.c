/* SPDX-License-Identifier: MIT */
#include "engine/words.h"

#include <stdio.h>
#include <string.h>

#define AGAIN_NS (10 * BJ_NS_PER_S)

void bj_words_init(struct bj_words *words, bj_error_fn error, void *user,
                   const char *dac_name)
{
    *words = (struct bj_words){.error = error, .user = user, .dac_name = dac_name};
}

void bj_words_begin_step(struct bj_words *words, int64_t now_ns)
{
    words->now_ns = now_ns;
    words->noticed = false;
}

void bj_words_begin_connection(struct bj_words *words)
{
    words->problems = 0;
}

static void say(const struct bj_words *words, enum bj_status status, bool final,
                const char *text)
{
    if (words->error) {
        words->error(words->user, status, final, text);
    }
}

void bj_words_say(struct bj_words *words, const char *text)
{
    say(words, BJ_OK, false, text);
}

/* NULL: it is none of those kept. */
static struct bj_problem *find(struct bj_words *words, const char *text)
{
    uint32_t kept = words->problems < BJ_PROBLEMS_KEPT ? words->problems : BJ_PROBLEMS_KEPT;
    for (uint32_t k = 0; k < kept; k++) {
        if (strncmp(words->kept[k].text, text, BJ_PROBLEM_SIZE - 1) == 0) {
            return &words->kept[k];
        }
    }
    return NULL;
}

static struct bj_problem *keep(struct bj_words *words, const char *text)
{
    struct bj_problem *problem = &words->kept[words->problems++ % BJ_PROBLEMS_KEPT];
    snprintf(problem->text, sizeof problem->text, "%s", text);
    return problem;
}

void bj_words_tell(struct bj_words *words, enum bj_status status, bool final,
                   const char *text)
{
    words->noticed = true;
    struct bj_problem *problem = find(words, text);
    bool again = problem && words->now_ns - problem->told_ns < AGAIN_NS;
    snprintf(words->newest, sizeof words->newest, "%s", text);
    if (again && !final) {
        return;
    }
    problem = problem ? problem : keep(words, text);
    problem->told_ns = words->now_ns;
    say(words, status, final, text);
}

void bj_words_tell_loss(struct bj_words *words, enum bj_status status, bool final)
{
    char text[BJ_PROBLEM_SIZE];
    if (words->noticed) {
        snprintf(text, sizeof text, "%s", words->newest);
    } else {
        snprintf(text, sizeof text, "%.160s: %s%s", words->dac_name, bj_strerror(status),
                 final ? "" : "; trying again");
    }
    if (final || !words->noticed) {
        bj_words_tell(words, status, final, text);
    }
}

/* ---- running dry ------------------------------------------------------------------------ */

void bj_words_ran_dry(struct bj_words *words)
{
    words->dries++;
}

static void count_dries(const struct bj_words *words, int64_t now_ns, char *text,
                        size_t size)
{
    int64_t since_s = (now_ns - words->dry_told_ns) / BJ_NS_PER_S;
    if (words->dry_told_ns == 0) {
        snprintf(text, size, "ran dry");
    } else {
        snprintf(text, size, "ran dry %u time%s in %lld s", words->dries,
                 words->dries == 1 ? "" : "s", (long long)since_s);
    }
}

void bj_words_tell_dries(struct bj_words *words, int64_t now_ns)
{
    char count[60], text[BJ_PROBLEM_SIZE];
    bool told = words->dry_told_ns > 0;
    if (words->dries == 0 || (told && now_ns - words->dry_told_ns < AGAIN_NS)) {
        return;
    }
    count_dries(words, now_ns, count, sizeof count);
    snprintf(text, sizeof text,
             "%.100s: %s; try a lower --pps or a larger --target-buffer, and see to cable "
             "and network",
             words->dac_name, count);
    say(words, BJ_TIMED_OUT, false, text);
    words->dry_told_ns = now_ns;
    words->dries = 0;
}
