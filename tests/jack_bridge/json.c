/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *blanks(const char *at)
{
    while (*at && strchr(" \t\r\n", *at))
        at++;
    return at;
}

static const char *skip_value(const char *at);

static const char *skip_string(const char *at)
{
    if (*at++ != '"')
        return NULL;
    for (; *at != '"'; at++) {
        if ((unsigned char)*at < 0x20)
            return NULL;
        if (*at == '\\' && !strchr("\"\\/bfnrtu", *++at))
            return NULL;
    }
    return at + 1;
}

/* Members or elements up to `close`; an object's have a name first. */
static const char *skip_list(const char *at, char close)
{
    at = blanks(at + 1);
    if (*at == close)
        return at + 1;
    for (;; at++) {
        if (close == '}') {
            at = skip_string(blanks(at));
            at = at ? blanks(at) : NULL;
            if (!at || *at++ != ':')
                return NULL;
        }
        at = skip_value(blanks(at));
        at = at ? blanks(at) : NULL;
        if (at && *at == close)
            return at + 1;
        if (!at || *at != ',')
            return NULL;
    }
}

static const char *skip_word(const char *at)
{
    static const char *const words[] = {"true", "false", "null"};

    for (int k = 0; k < 3; k++)
        if (!strncmp(at, words[k], strlen(words[k])))
            return at + strlen(words[k]);
    return NULL;
}

static const char *skip_value(const char *at)
{
    char *end;

    if (*at == '"')
        return skip_string(at);
    if (*at == '{')
        return skip_list(at, '}');
    if (*at == '[')
        return skip_list(at, ']');
    if (*at != '-' && !isdigit((unsigned char)*at))
        return skip_word(at);
    if (isnan(strtod(at, &end)))
        return NULL;
    return end;
}

bool json_is_object(const char *text)
{
    const char *end = blanks(text);

    end = *end == '{' ? skip_value(end) : NULL;
    return end && *blanks(end) == '\0';
}

bool json_get(const char *text, const char *key, char *value, size_t size)
{
    const char *at = blanks(text) + 1, *end;

    while ((at = blanks(at)) && *at == '"') {
        bool here = !strncmp(at + 1, key, strlen(key)) && at[1 + strlen(key)] == '"';

        at = blanks(blanks(skip_string(at)) + 1);
        end = skip_value(at);
        if (here && (size_t)(end - at) < size) {
            memcpy(value, at, (size_t)(end - at));
            value[end - at] = '\0';
            return true;
        }
        at = blanks(end) + 1;
    }
    return false;
}

double json_number(const char *text, const char *key)
{
    char value[64];

    return json_get(text, key, value, sizeof value) ? strtod(value, NULL) : (double)NAN;
}
