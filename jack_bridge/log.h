/* SPDX-License-Identifier: MIT
 *
 * What the program has to say: lines on stderr, or the last few kept for the terminal view.
 * Main thread only.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>

#define BJ_LOG_LINES 6
#define BJ_LOG_WIDTH 400

struct bj_log {
    bool keep;      /* do not print: a view shows the lines */
    unsigned first; /* the line the keeping began with */
    unsigned count;
    char lines[BJ_LOG_LINES][BJ_LOG_WIDTH]; /* line n is at n % BJ_LOG_LINES */
};

void bj_log_say(struct bj_log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* From now on lines are kept, not printed. */
void bj_log_keep(struct bj_log *log);

/* Prints what was kept, when the view is gone. */
void bj_log_release(struct bj_log *log);

#endif
