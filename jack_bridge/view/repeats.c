/* SPDX-License-Identifier: MIT */
#include "view/repeats.h"

#include <stdio.h>
#include <string.h>

static bool is_kept(const struct bj_repeat *repeat)
{
    return repeat->quiet_ns > 0;
}

static struct bj_repeat *find(struct bj_repeats *repeats, const char *text)
{
    for (int k = 0; k < BJ_REPEATS_KEPT; k++)
        if (is_kept(&repeats->kept[k]) &&
            strncmp(repeats->kept[k].text, text, BJ_LOG_WIDTH - 1) == 0)
            return &repeats->kept[k];
    return NULL;
}

static void say(struct bj_log *log, enum bj_log_level level, const char *text)
{
    switch (level) {
    case BJ_LOG_INFO:
        bj_log_say(log, "%s", text);
        break;
    case BJ_LOG_WARNING:
        bj_log_warn(log, "%s", text);
        break;
    case BJ_LOG_ERROR:
        bj_log_error(log, "%s", text);
        break;
    }
}

static void say_counted(struct bj_repeat *repeat, struct bj_log *log, int64_t now_ns)
{
    char text[BJ_LOG_WIDTH];

    snprintf(text, sizeof text, "%.340s (%u time%s in %lld s)", repeat->text, repeat->again,
             repeat->again == 1 ? "" : "s",
             (long long)((now_ns - repeat->told_ns) / BJ_NS_PER_S));
    say(log, repeat->level, text);
    repeat->told_ns = now_ns;
    repeat->again = 0;
    if (repeat->quiet_ns < BJ_REPEATS_LONGEST_NS / 2)
        repeat->quiet_ns *= 2;
    else
        repeat->quiet_ns = BJ_REPEATS_LONGEST_NS;
}

/* The one told longest ago makes room; what it counted is said first. */
static struct bj_repeat *make_room(struct bj_repeats *repeats, struct bj_log *log,
                                   int64_t now_ns)
{
    struct bj_repeat *oldest = &repeats->kept[0];

    for (int k = 0; k < BJ_REPEATS_KEPT; k++) {
        if (!is_kept(&repeats->kept[k]))
            return &repeats->kept[k];
        if (repeats->kept[k].told_ns < oldest->told_ns)
            oldest = &repeats->kept[k];
    }
    if (oldest->again > 0)
        say_counted(oldest, log, now_ns);
    return oldest;
}

void bj_repeats_say(struct bj_repeats *repeats, struct bj_log *log, int64_t now_ns,
                    enum bj_log_level level, const char *text)
{
    struct bj_repeat *repeat;

    bj_repeats_catch_up(repeats, log, now_ns);
    repeat = find(repeats, text);
    if (repeat) {
        repeat->again++;
        return;
    }
    repeat = make_room(repeats, log, now_ns);
    *repeat = (struct bj_repeat){
        .level = level, .told_ns = now_ns, .quiet_ns = BJ_REPEATS_QUIET_NS};
    snprintf(repeat->text, sizeof repeat->text, "%s", text);
    say(log, level, text);
}

void bj_repeats_catch_up(struct bj_repeats *repeats, struct bj_log *log, int64_t now_ns)
{
    for (int k = 0; k < BJ_REPEATS_KEPT; k++) {
        struct bj_repeat *repeat = &repeats->kept[k];

        if (!is_kept(repeat) || now_ns - repeat->told_ns < repeat->quiet_ns)
            continue;
        if (repeat->again > 0)
            say_counted(repeat, log, now_ns);
        else
            repeat->quiet_ns = 0;
    }
}
