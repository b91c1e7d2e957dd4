/* SPDX-License-Identifier: MIT
 *
 * What the program has to say: lines with time and level on stderr, the last few kept for
 * the view. Main thread only. Never waits for stderr.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stdint.h>

struct bj_writer;

#define BJ_LOG_LINES 32
#define BJ_LOG_WIDTH 400

enum bj_log_level { BJ_LOG_INFO, BJ_LOG_WARNING, BJ_LOG_ERROR };

struct bj_log {
    struct bj_writer *out; /* to stderr; NULL: directly */
    uint64_t told_dropped; /* lines that `out` dropped, as far as that was said */
    bool keep;             /* do not print: a view shows the lines */
    unsigned first;        /* the line the keeping began with */
    unsigned count;
    const char *about; /* the DAC that lines are about if they do not name it, or NULL */
    struct bj_log_line {
        enum bj_log_level level;
        char time[32]; /* local, "2026-11-30 20:15:00.123" */
        char text[BJ_LOG_WIDTH];
    } lines[BJ_LOG_LINES]; /* line n is at n % BJ_LOG_LINES */
};

void bj_log_say(struct bj_log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void bj_log_warn(struct bj_log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void bj_log_error(struct bj_log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says how many lines `out` dropped, once it takes lines again; call a few times in a
 * second. */
void bj_log_catch_up(struct bj_log *log);

/* "info", "warning" or "error". */
const char *bj_log_level_name(enum bj_log_level level);

/* From now on lines are kept, not printed. */
void bj_log_keep(struct bj_log *log);

/* Prints what was kept, when the view is gone; says how many lines were too many for that.
 */
void bj_log_release(struct bj_log *log);

#endif
