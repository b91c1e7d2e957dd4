/* SPDX-License-Identifier: MIT */
#include "view/log.h"

#include "view/shown_text.h"
#include "view/writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE (BJ_LOG_WIDTH + 80)

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

static int compose_line(char *text, size_t size, const struct bj_log_line *line)
{
    return snprintf(text, size, "beamjack: %s %s: %s\n", line->time,
                    bj_log_level_name(line->level), line->text);
}

void bj_log_catch_up(struct bj_log *log)
{
    uint64_t dropped = bj_writer_dropped(log->out), more = dropped - log->told_dropped;
    struct bj_log_line line = {.level = BJ_LOG_WARNING};
    char text[LINE_SIZE];

    if (more == 0 || log->keep)
        return;
    stamp(&line);
    snprintf(line.text, sizeof line.text,
             "%llu line%s dropped: nobody took what is said here", (unsigned long long)more,
             more == 1 ? " was" : "s were");
    if (bj_writer_offer(log->out, text, (size_t)compose_line(text, sizeof text, &line)))
        log->told_dropped = dropped;
}

static void print_line(struct bj_log *log, const struct bj_log_line *line)
{
    char text[LINE_SIZE];
    int size = compose_line(text, sizeof text, line), fd = STDERR_FILENO;

    bj_log_catch_up(log);
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
    unsigned shown = kept < BJ_LOG_LINES ? kept : BJ_LOG_LINES;
    unsigned first = log->count - shown;

    if (!log->keep)
        return;
    log->keep = false;
    for (unsigned n = first; n != first + shown; n++)
        print_line(log, &log->lines[n % BJ_LOG_LINES]);
    if (kept > shown)
        bj_log_say(log,
                   "above are the last %u lines; %u before them were in the view alone",
                   shown, kept - shown);
}
