/* SPDX-License-Identifier: MIT */
#include "option_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool bj_option_truth(const char *text, bool *truth)
{
    static const char *const words[2][4] = {{"no", "false", "off", "0"},
                                            {"yes", "true", "on", "1"}};

    for (int side = 0; side < 2; side++)
        for (int k = 0; k < 4; k++)
            if (!strcasecmp(text, words[side][k])) {
                *truth = side == 1;
                return true;
            }
    return false;
}

static bool read_number(const char *text, const char **end, double *value)
{
    char *stop;

    *value = strtod(text, &stop);
    *end = stop;
    return stop != text && isfinite(*value);
}

static bool in_range(const struct bj_option *option, const char *text, double *value)
{
    const char *end;

    return read_number(text, &end, value) && *end == '\0' && *value >= option->least &&
           *value <= option->most;
}

static bool set_number(const struct bj_option *option, const char *text, void *member)
{
    double value;

    if (!in_range(option, text, &value) || value != floor(value))
        return false;
    *(uint32_t *)member = (uint32_t)value;
    return true;
}

static bool set_time(const struct bj_option *option, const char *text, void *member)
{
    double value;

    if (!in_range(option, text, &value))
        return false;
    *(int64_t *)member = llround(value * (double)option->unit_ns);
    return true;
}

static bool set_text(const char *text, char **member)
{
    char *copy = text[0] ? strdup(text) : NULL;

    if (!copy)
        return false;
    free(*member);
    *member = copy;
    return true;
}

static bool set_list(const char *text, struct bj_text_list *list)
{
    if (list->count == BJ_LIST_MAX || !set_text(text, &list->items[list->count]))
        return false;
    list->count++;
    return true;
}

static bool set_choice(const char *choices, const char *text, int *member)
{
    size_t length = strlen(text);

    for (int index = 0; choices; index++) {
        const char *end = strchr(choices, '|');
        size_t size = end ? (size_t)(end - choices) : strlen(choices);

        if (size == length && !memcmp(choices, text, length)) {
            *member = index;
            return true;
        }
        choices = end ? end + 1 : NULL;
    }
    return false;
}

/* Numbers with commas between them; too few repeat the last. */
static bool set_floats(const char *text, int least, int count, double limit, float *member)
{
    float values[4];
    int given = 0;

    for (const char *at = text;; at++) {
        double value;

        if (given == count || !read_number(at, &at, &value) || fabs(value) > limit)
            return false;
        values[given++] = (float)value;
        if (*at == '\0')
            break;
        if (*at != ',')
            return false;
    }
    if (given < least || (given > 1 && given < count))
        return false;
    for (int k = 0; k < count; k++)
        member[k] = values[k < given ? k : given - 1];
    return true;
}

static bool set_underrun(const char *text, struct bj_underrun_option *member)
{
    static const enum bj_underrun_policy policies[] = {BJ_BLANK, BJ_REPEAT_LAST, BJ_PARK,
                                                       BJ_STOP};
    struct bj_underrun_option value = {.policy = BJ_PARK};
    int index;

    if (!strncmp(text, "park:", 5)) {
        float place[2];

        if (!set_floats(text + 5, 2, 2, 1.0, place))
            return false;
        value.x = place[0];
        value.y = place[1];
    } else {
        if (!set_choice("blank|repeat|park|stop", text, &index))
            return false;
        value.policy = policies[index];
    }
    *member = value;
    return true;
}

/* One of "x=1" or "x"; *end is what follows. */
static bool set_signal(const struct bj_option *option, const char *text, const char **end,
                       struct bj_audio_values *signals)
{
    size_t size = strcspn(text, "=,");
    double value = 1;
    char name[16];
    int index;

    if (size >= sizeof name)
        return false;
    memcpy(name, text, size);
    name[size] = '\0';
    *end = text + size;
    if (!set_choice(option->choices, name, &index) || signals->given[index] ||
        (**end == '=') != (option->values > 0))
        return false;
    if (option->values > 0 && (!read_number(*end + 1, end, &value) ||
                               value < option->least || value > option->most))
        return false;
    if (option->whole && value != floor(value))
        return false;
    signals->given[index] = true;
    signals->value[index] = (float)value;
    return true;
}

static bool set_signals(const struct bj_option *option, const char *text,
                        struct bj_audio_values *member)
{
    struct bj_audio_values signals = {0};

    for (const char *at = text;; at++) {
        if (!set_signal(option, at, &at, &signals))
            return false;
        if (*at == '\0')
            break;
        if (*at != ',')
            return false;
    }
    *member = signals;
    return true;
}

static bool set(const struct bj_option *option, const char *value, void *member)
{
    switch (option->kind) {
    case BJ_OPTION_FLAG:
        return bj_option_truth(value, member);
    case BJ_OPTION_NUMBER:
        return set_number(option, value, member);
    case BJ_OPTION_TIME:
        return set_time(option, value, member);
    case BJ_OPTION_TEXT:
        return set_text(value, member);
    case BJ_OPTION_LIST:
        return set_list(value, member);
    case BJ_OPTION_CHOICE:
        return set_choice(option->choices, value, member);
    case BJ_OPTION_FLOATS:
        return set_floats(value, option->values_least, option->values, option->most,
                          member);
    case BJ_OPTION_UNDERRUN:
        return set_underrun(value, member);
    case BJ_OPTION_SIGNALS:
        return set_signals(option, value, member);
    }
    return false;
}

static const char *unit_of(const struct bj_option *option)
{
    if (option->unit_ns == BJ_NS_PER_S)
        return "seconds";
    return option->unit_ns == BJ_NS_PER_MS ? "milliseconds" : "microseconds";
}

static void explain(const struct bj_option *option, char *text, size_t size)
{
    switch (option->kind) {
    case BJ_OPTION_FLAG:
        snprintf(text, size, "yes or no");
        break;
    case BJ_OPTION_NUMBER:
        snprintf(text, size, "a whole number from %.10g to %.10g", option->least,
                 option->most);
        break;
    case BJ_OPTION_TIME:
        snprintf(text, size, "%s from %.10g to %.10g", unit_of(option), option->least,
                 option->most);
        break;
    case BJ_OPTION_LIST:
        snprintf(text, size, "at most %d of them, none empty", BJ_LIST_MAX);
        break;
    case BJ_OPTION_TEXT:
        snprintf(text, size, "a text that is not empty");
        break;
    case BJ_OPTION_UNDERRUN:
        snprintf(text, size, "%s, with X and Y from -1 to 1", option->argument);
        break;
    case BJ_OPTION_SIGNALS:
        if (option->values > 0)
            snprintf(text, size, "%s, each of %s once, %sfrom %.10g to %.10g",
                     option->argument, option->choices,
                     option->whole ? "whole numbers " : "", option->least, option->most);
        else
            snprintf(text, size, "%s, each of %s once", option->argument, option->choices);
        break;
    default:
        snprintf(text, size, "%s", option->argument);
    }
}

bool bj_option_value(const struct bj_option *option, const char *name, const char *value,
                     void *member, char *why, size_t why_size)
{
    char right[120];

    if (set(option, value, member))
        return true;
    explain(option, right, sizeof right);
    snprintf(why, why_size, "'%.80s' is not right for %s; it takes %s", value, name, right);
    return false;
}
