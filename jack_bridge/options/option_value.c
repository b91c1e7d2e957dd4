/* SPDX-License-Identifier: MIT */
#include "options/option_value.h"

#include "options/option_number.h"

#include <math.h>
#include <stdio.h>
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

static bool in_range(const struct bj_option *option, const char *text, double *value)
{
    return bj_number_read(&text, value) && *text == '\0' && *value >= option->least &&
           *value <= option->most;
}

static bool set_number(const struct bj_option *option, const char *text, void *member)
{
    double value;

    if (!in_range(option, text, &value) || strchr(text, '.'))
        return false;
    *(uint32_t *)member = (uint32_t)value;
    return true;
}

static bool set_time(const struct bj_option *option, const char *text, void *member)
{
    double value;

    if (!in_range(option, text, &value) || bj_number_is_grouped(text))
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

/* ---- Several numbers ------------------------------------------------------------------- */

/* The place of the name at *text, which ends at '=', ',' or the end; moves *text there. */
static bool read_name(const char *choices, const char **text, int *index)
{
    size_t size = strcspn(*text, "=,");
    char name[16];

    if (size >= sizeof name)
        return false;
    memcpy(name, *text, size);
    name[size] = '\0';
    *text += size;
    return set_choice(choices, name, index);
}

/* "x=1,y=2", each name once; without `numbers` "x,y", and each is 1. */
static bool read_named(const char *choices, bool numbers, const char *text,
                       struct bj_audio_values *named)
{
    *named = (struct bj_audio_values){0};
    for (;; text++) {
        double value = 1;
        int index;

        if (!read_name(choices, &text, &index) || named->given[index] ||
            (*text == '=') != numbers)
            return false;
        if (numbers && (text++, !bj_number_read(&text, &value)))
            return false;
        named->given[index] = true;
        named->value[index] = (float)value;
        if (*text == '\0')
            return true;
        if (*text != ',')
            return false;
    }
}

/* Numbers with commas between them. Returns how many; 0: something else, or above `most`.
 */
static int read_floats(const char *text, int most, float *values)
{
    for (int given = 0; given < most; text++) {
        double value;

        if (!bj_number_read(&text, &value))
            return 0;
        values[given++] = (float)value;
        if (*text == '\0')
            return given;
        if (*text != ',')
            return 0;
    }
    return 0;
}

static bool floats_in_range(const struct bj_option *option, const float *values, int count)
{
    for (int k = 0; k < count; k++)
        if (values[k] < (float)option->least || values[k] > (float)option->most ||
            fabsf(values[k]) < (float)option->apart)
            return false;
    return true;
}

/* Who names a value means it; those not named stay. */
static bool set_named_floats(const struct bj_option *option, const char *text,
                             float *member)
{
    struct bj_audio_values named;

    if (!read_named(option->choices, true, text, &named))
        return false;
    for (int k = 0; k < option->values; k++)
        if (named.given[k] && fabsf(named.value[k]) > BJ_NAMED_MOST)
            return false;
    for (int k = 0; k < option->values; k++)
        if (named.given[k])
            member[k] = named.value[k];
    return true;
}

/* Too few repeat the last. What a comma may have turned into a still or an oversized beam
 * is refused. */
static bool set_floats(const struct bj_option *option, const char *text, float *member)
{
    float values[4] = {0};
    int given;

    if (strchr(text, '='))
        return set_named_floats(option, text, member);
    given = read_floats(text, option->values, values);
    if (given < option->values_least || (given > 1 && given < option->values) ||
        !floats_in_range(option, values, given) || bj_number_may_be_comma(text))
        return false;
    for (int k = 0; k < option->values; k++)
        member[k] = values[k < given ? k : given - 1];
    return true;
}

static bool set_underrun(const char *text, struct bj_underrun_option *member)
{
    static const struct bj_option place = {.values = 2, .least = -1, .most = 1};
    static const enum bj_underrun_policy policies[] = {BJ_BLANK, BJ_REPEAT_LAST, BJ_PARK,
                                                       BJ_STOP};
    struct bj_underrun_option value = {.policy = BJ_PARK};
    float xy[2];
    int index;

    if (!strncmp(text, "park:", 5)) {
        if (read_floats(text + 5, 2, xy) != 2 || !floats_in_range(&place, xy, 2) ||
            bj_number_may_be_comma(text + 5))
            return false;
        value.x = xy[0];
        value.y = xy[1];
    } else {
        if (!set_choice("blank|repeat|park|stop", text, &index))
            return false;
        value.policy = policies[index];
    }
    *member = value;
    return true;
}

static bool set_signals(const struct bj_option *option, const char *text,
                        struct bj_audio_values *member)
{
    struct bj_audio_values named;

    if (!read_named(option->choices, option->values > 0, text, &named) ||
        (option->whole && strchr(text, '.')))
        return false;
    for (int k = 0; option->values > 0 && k < BJ_AUDIO_SIGNALS; k++)
        if (named.given[k] &&
            (named.value[k] < (float)option->least || named.value[k] > (float)option->most))
            return false;
    *member = named;
    return true;
}

/* ---- Any ------------------------------------------------------------------------------- */

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
        return set_floats(option, value, member);
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

static void explain_floats(const struct bj_option *option, char *text, size_t size)
{
    char apart[60] = "";

    if (option->apart > 0)
        snprintf(apart, sizeof apart, " and not nearer to 0 than %.10g", option->apart);
    snprintf(text, size,
             "%s, from %.10g to %.10g%s; or by name, such as %c=%d, where values to %d are "
             "taken",
             option->argument, option->least, option->most, apart, option->choices[0],
             option->apart > 0 ? 0 : 2, BJ_NAMED_MOST);
}

static void explain_signals(const struct bj_option *option, char *text, size_t size)
{
    if (option->values > 0)
        snprintf(text, size, "%s, each of %s once, %sfrom %.10g to %.10g", option->argument,
                 option->choices, option->whole ? "whole numbers " : "", option->least,
                 option->most);
    else
        snprintf(text, size, "%s, each of %s once", option->argument, option->choices);
}

static void explain(const struct bj_option *option, char *text, size_t size)
{
    switch (option->kind) {
    case BJ_OPTION_FLAG:
        snprintf(text, size, "yes or no");
        break;
    case BJ_OPTION_NUMBER:
        snprintf(text, size, "a whole number from %.10g to %.10g, in digits alone",
                 option->least, option->most);
        break;
    case BJ_OPTION_TIME:
        snprintf(text, size, "%s from %.10g to %.10g, such as 1500 or 1.5, without a unit",
                 unit_of(option), option->least, option->most);
        break;
    case BJ_OPTION_LIST:
        snprintf(text, size, "at most %d of them, none empty", BJ_LIST_MAX);
        break;
    case BJ_OPTION_TEXT:
        snprintf(text, size, "a text that is not empty");
        break;
    case BJ_OPTION_FLOATS:
        explain_floats(option, text, size);
        break;
    case BJ_OPTION_UNDERRUN:
        snprintf(text, size, "%s, with X and Y from -1 to 1", option->argument);
        break;
    case BJ_OPTION_SIGNALS:
        explain_signals(option, text, size);
        break;
    case BJ_OPTION_CHOICE:
        snprintf(text, size, "%s", option->argument);
        break;
    }
}

static bool takes_fractions(const struct bj_option *option)
{
    return option->kind == BJ_OPTION_FLOATS || option->kind == BJ_OPTION_TIME ||
           option->kind == BJ_OPTION_UNDERRUN ||
           (option->kind == BJ_OPTION_SIGNALS && option->values > 0 && !option->whole);
}

bool bj_option_value(const struct bj_option *option, const char *name, const char *value,
                     void *member, char *why, size_t why_size)
{
    char right[200], points[80];

    if (set(option, value, member))
        return true;
    explain(option, right, sizeof right);
    if (takes_fractions(option) && strlen(value) < sizeof points &&
        bj_number_with_points(value, points, sizeof points))
        snprintf(why, why_size,
                 "'%.80s' is not right for %s: if %s is meant, write it with a "
                 "point; it takes %s",
                 value, name, points, right);
    else
        snprintf(why, why_size, "'%.80s' is not right for %s; it takes %s", value, name,
                 right);
    return false;
}
