/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

static void print_line(const char *line)
{
    fprintf(stderr, "beamjack: %s\n", line);
}

void bj_log_say(struct bj_log *log, const char *format, ...)
{
    char *line = log->lines[log->count++ % BJ_LOG_LINES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, BJ_LOG_WIDTH, format, arguments);
    va_end(arguments);
    if (!log->keep)
        print_line(line);
}

void bj_log_keep(struct bj_log *log)
{
    if (!log->keep)
        log->first = log->count;
    log->keep = true;
}

void bj_log_release(struct bj_log *log)
{
    unsigned oldest = log->count > BJ_LOG_LINES ? log->count - BJ_LOG_LINES : 0;

    if (log->keep)
        for (unsigned n = log->first > oldest ? log->first : oldest; n < log->count; n++)
            print_line(log->lines[n % BJ_LOG_LINES]);
    log->keep = false;
}
