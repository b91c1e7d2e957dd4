/* SPDX-License-Identifier: MIT
 *
 * The options, read again while the bridge runs. A file system may hang, so a helper thread
 * reads; one that has no answer within the limit is left behind, and what it reads later is
 * of no effect. Main thread.
 */
#ifndef REREAD_H
#define REREAD_H

#include "options/options.h"

#include <stdatomic.h>

#define BJ_REREAD_LIMIT_NS (10 * BJ_NS_PER_S)

struct bj_reread {
    atomic_int helpers;         /* threads that read, left behind or not */
    struct bj_reading *reading; /* that somebody waits for; NULL: none */
    int64_t begun_ns;
    bool left_behind;    /* the last one */
    const char *refusal; /* why there is none, not told yet; NULL: nothing */
};

enum bj_reread_news {
    BJ_REREAD_NOTHING, /* nobody asked, or it is still read */
    BJ_REREAD_DONE,
    BJ_REREAD_FAILED, /* what was in force stays */
};

/* `argv` lives as long as the process; wake_fd is woken when all was read. Not while one is
 * under way. While one that was left behind hangs, it fails at the next step. */
void bj_reread_begin(struct bj_reread *reread, int argc, char **argv, int wake_fd,
                     int64_t now_ns);

bool bj_reread_under_way(const struct bj_reread *reread);

/* The outcome, once: `words` for the log, and the new shape if it is done. Lowers
 * *deadline_ns to when it wants to be called again. */
enum bj_reread_news bj_reread_step(struct bj_reread *reread, int64_t now_ns,
                                   int64_t *deadline_ns, struct bj_shape *shape,
                                   char *words, size_t words_size);

/* False: a thread still reads; leave the process with _exit. */
bool bj_reread_finish(struct bj_reread *reread);

#endif
