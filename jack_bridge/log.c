/* SPDX-License-Identifier: MIT */
#include "log.h"

#include "shown_text.h"
#include "writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const char *bj_log_level_name(enum bj_log_level level)
{
    static const char *const names[] = {
        [BJ_LOG_INFO] = "info", [BJ_LOG_WARNING] = "warning", [BJ_LOG_ERROR] = "error"};

    return names[level];
}

static void stamp(struct bj_log_line *line)
{
    struct timespec now;
    struct tm local;
    size_t used;

    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    used = strftime(line->time, sizeof line->time, "%Y-%m-%d %H:%M:%S", &local);
    snprintf(line->time + used, sizeof line->time - used, ".%03d",
             (int)(now.tv_nsec / 1000000));
}

static void print_line(struct bj_log *log, const struct bj_log_line *line)
{
    char text[BJ_LOG_WIDTH + 80];
    int size = snprintf(text, sizeof text, "beamjack: %s %s: %s\n", line->time,
                        bj_log_level_name(line->level), line->text);
    int fd = STDERR_FILENO;

    if (log->out)
        bj_writer_put(log->out, text, (size_t)size);
    else
        bj_write_to_fd(&fd, text, (size_t)size);
}

/* With the name of the DAC in front where the sentence has it not. */
static void compose(const struct bj_log *log, char *text, const char *format,
                    va_list arguments)
{
    size_t used = 0;

    vsnprintf(text, BJ_LOG_WIDTH, format, arguments);
    if (!log->about || strstr(text, log->about))
        return;
    used = strlen(log->about) + 2;
    if (used >= BJ_LOG_WIDTH)
        return;
    memmove(text + used, text, BJ_LOG_WIDTH - used);
    memcpy(text, log->about, used - 2);
    memcpy(text + used - 2, ": ", 2);
    text[BJ_LOG_WIDTH - 1] = '\0';
}

static void say(struct bj_log *log, enum bj_log_level level, const char *format,
                va_list arguments)
{
    struct bj_log_line *line = &log->lines[log->count++ % BJ_LOG_LINES];

    line->level = level;
    stamp(line);
    compose(log, line->text, format, arguments);
    bj_text_clean(line->text);
    if (!log->keep)
        print_line(log, line);
}

void bj_log_say(struct bj_log *log, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(log, BJ_LOG_INFO, format, arguments);
    va_end(arguments);
}

void bj_log_warn(struct bj_log *log, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(log, BJ_LOG_WARNING, format, arguments);
    va_end(arguments);
}

void bj_log_error(struct bj_log *log, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(log, BJ_LOG_ERROR, format, arguments);
    va_end(arguments);
}

void bj_log_keep(struct bj_log *log)
{
    if (!log->keep)
        log->first = log->count;
    log->keep = true;
}

void bj_log_release(struct bj_log *log)
{
    unsigned kept = log->count - log->first;

    if (log->keep)
        for (unsigned n = log->count - (kept < BJ_LOG_LINES ? kept : BJ_LOG_LINES);
             n != log->count; n++)
            print_line(log, &log->lines[n % BJ_LOG_LINES]);
    log->keep = false;
}
