/* SPDX-License-Identifier: MIT */
#include "bridge/reread.h"
#include "options/command_line.h"

#include "jack/helper_thread.h"
#include "jack/message_queue.h"

#include <stdlib.h>

enum stage { RUNNING, DONE, DROPPED };

struct bj_reading {
    int argc, wake_fd;
    char **argv;
    struct bj_options options;
    bool good;
    char why[BJ_WHY_SIZE];
    atomic_int stage;
};

static void free_reading(struct bj_reading *reading)
{
    bj_options_finish(&reading->options);
    free(reading);
}

static void read_all(void *job)
{
    struct bj_reading *reading = job;
    int running = RUNNING, wake_fd = reading->wake_fd;

    reading->good = bj_command_line_parse(&reading->options, reading->argc, reading->argv,
                                          reading->why, sizeof reading->why);
    if (atomic_compare_exchange_strong(&reading->stage, &running, DONE))
        bj_wake_fd(wake_fd);
    else
        free_reading(reading);
}

/* Frees it, at once or when it comes to its end. */
static void drop(struct bj_reread *reread)
{
    int running = RUNNING;

    if (reread->reading &&
        !atomic_compare_exchange_strong(&reread->reading->stage, &running, DROPPED))
        free_reading(reread->reading);
    reread->reading = NULL;
}

static struct bj_reading *start(struct bj_reread *reread, int argc, char **argv,
                                int wake_fd)
{
    struct bj_reading *reading = calloc(1, sizeof *reading);

    if (!reading)
        return NULL;
    reading->argc = argc;
    reading->argv = argv;
    reading->wake_fd = wake_fd;
    bj_options_init(&reading->options, BJ_COMMAND_RUN);
    if (bj_helper_start(read_all, reading, &reread->helpers))
        return reading;
    free_reading(reading);
    return NULL;
}

void bj_reread_begin(struct bj_reread *reread, int argc, char **argv, int wake_fd,
                     int64_t now_ns)
{
    reread->left_behind = reread->left_behind && atomic_load(&reread->helpers) > 0;
    reread->begun_ns = now_ns;
    reread->refusal = "its file system still hangs";
    if (reread->left_behind)
        return;
    reread->reading = start(reread, argc, argv, wake_fd);
    reread->refusal = reread->reading ? NULL : "no memory or no thread to read it";
}

bool bj_reread_under_way(const struct bj_reread *reread)
{
    return reread->reading;
}

static enum bj_reread_news fail(const char *why, char *words, size_t words_size)
{
    snprintf(words, words_size, "configuration not read again: %s", why);
    return BJ_REREAD_FAILED;
}

static enum bj_reread_news take(const struct bj_reading *reading, struct bj_shape *shape,
                                char *words, size_t words_size)
{
    if (!reading->good)
        return fail(reading->why, words, words_size);
    *shape = bj_options_shape(&reading->options);
    snprintf(words, words_size,
             "configuration read again: geometry and colour are in force, the rest waits "
             "for a restart");
    return BJ_REREAD_DONE;
}

enum bj_reread_news bj_reread_step(struct bj_reread *reread, int64_t now_ns,
                                   int64_t *deadline_ns, struct bj_shape *shape,
                                   char *words, size_t words_size)
{
    int64_t until_ns = reread->begun_ns + BJ_REREAD_LIMIT_NS;
    enum bj_reread_news news = BJ_REREAD_NOTHING;

    if (reread->refusal) {
        news = fail(reread->refusal, words, words_size);
        reread->refusal = NULL;
    } else if (reread->reading && atomic_load(&reread->reading->stage) == DONE) {
        news = take(reread->reading, shape, words, words_size);
        drop(reread);
    } else if (reread->reading && now_ns >= until_ns) {
        news = fail("its file has no answer within 10 s: its file system hangs, or it is a "
                    "pipe that nobody writes to",
                    words, words_size);
        drop(reread);
        reread->left_behind = true;
    } else if (reread->reading && until_ns < *deadline_ns) {
        *deadline_ns = until_ns;
    }
    return news;
}

bool bj_reread_finish(struct bj_reread *reread)
{
    drop(reread);
    return bj_helpers_ended(&reread->helpers, 50);
}
