/* SPDX-License-Identifier: MIT */
#include "options/name_match.h"

#include "options/utf8.h"

static const char *behind_one(const char *name)
{
    size_t size = bj_utf8_size(name);

    return name + (size ? size : 1);
}

/* After a mismatch the last '*' takes one character more; earlier ones need not. */
bool bj_name_matches(const char *pattern, const char *name)
{
    const char *behind_star = NULL, *taken = NULL;

    while (*name) {
        if (*pattern == '*') {
            behind_star = ++pattern;
            taken = name;
        } else if (*pattern == '?') {
            pattern++;
            name = behind_one(name);
        } else if (*pattern == *name) {
            pattern++;
            name++;
        } else if (behind_star) {
            pattern = behind_star;
            name = taken = behind_one(taken);
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}
