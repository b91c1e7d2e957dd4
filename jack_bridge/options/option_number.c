/* SPDX-License-Identifier: MIT */
#include "options/option_number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MOST 15 /* all of them count in a double */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

static const char *behind_sign(const char *text)
{
    return *text == '-' || *text == '+' ? text + 1 : text;
}

static double join(const char *text, size_t count, double before)
{
    for (size_t k = 0; k < count; k++)
        before = 10 * before + (text[k] - '0');
    return before;
}

bool bj_number_read(const char **text, double *value)
{
    const char *whole = behind_sign(*text);
    size_t whole_size = digits(whole);
    const char *end = whole + whole_size, *part = end;
    size_t part_size = 0;

    if (*end == '.' && is_digit(end[1])) {
        part = end + 1;
        part_size = digits(part);
        end = part + part_size;
    }
    if (end == whole || whole_size + part_size > DIGITS_MOST)
        return false;
    *value = join(part, part_size, join(whole, whole_size, 0)) / pow(10, (double)part_size);
    if (**text == '-')
        *value = -*value;
    *text = end;
    return true;
}

bool bj_number_is_grouped(const char *text)
{
    const char *whole = behind_sign(text);
    size_t first = digits(whole);

    return first >= 1 && first <= 3 && *whole != '0' && whole[first] == '.' &&
           digits(whole + first + 1) == 3 && whole[first + 4] == '\0';
}

bool bj_number_may_be_comma(const char *text)
{
    char point[40];
    const char *at = point, *second = strchr(text, ',');
    double one, two;

    if (!second || strlen(text) >= sizeof point || strchr(text, '.') ||
        !is_digit(second[1]) || second[1 + digits(second + 1)] != '\0')
        return false;
    snprintf(point, sizeof point, "%s", text);
    point[second - text] = '.';
    second++;
    return bj_number_read(&at, &one) && bj_number_read(&second, &two) &&
           fabs(two) > fabs(one);
}

bool bj_number_with_points(const char *text, char *repaired, size_t size)
{
    bool found = false, may = true;

    snprintf(repaired, size, "%s", text);
    for (size_t k = 1; k + 1 < size && repaired[k]; k++) {
        if (repaired[k] == '.') {
            may = false;
        } else if (repaired[k] == ',') {
            if (may && is_digit(repaired[k - 1]) && is_digit(repaired[k + 1])) {
                repaired[k] = '.';
                found = true;
                may = false;
            } else {
                may = true;
            }
        }
    }
    return found;
}
