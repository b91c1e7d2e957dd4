/* SPDX-License-Identifier: MIT */
#include "view/shown_text.h"

#include "options/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#define MARKS_MAX 4 /* that take no column, on one character */
#define NO_CHARACTER 0u

/* The first character and how many bytes it has; one byte and NO_CHARACTER where it is no
 * UTF-8. Not at the end of the text. */
static size_t decode(const char *text, uint32_t *character)
{
    size_t size = bj_utf8_size(text);

    *character = NO_CHARACTER;
    if (size == 0)
        return 1;
    *character = (uint8_t)text[0] & (size == 1 ? 0x7fu : 0x7fu >> size);
    for (size_t k = 1; k < size; k++)
        *character = *character << 6 | ((uint8_t)text[k] & 0x3fu);
    return size;
}

/* Shows nothing itself but changes how others are shown. */
static bool is_format(uint32_t c)
{
    return c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           c >= 0xe0000;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || is_format(c);
}

static int width_of(uint32_t character)
{
    return is_control(character) ? -1 : wcwidth((wchar_t)character);
}

int bj_text_fit(char *out, size_t size, const char *text, int columns)
{
    int column = 0, marks = 0;
    size_t used = 0, length;
    uint32_t character;

    for (; *text; text += length) {
        int width;

        length = decode(text, &character);
        width = width_of(character);
        marks = width == 0 ? marks + 1 : 0;
        if (width == 0 && (column == 0 || marks > MARKS_MAX))
            continue;
        if (column + (width < 0 ? 1 : width) > columns || used + length >= size)
            break;
        memcpy(out + used, width < 0 ? "?" : text, width < 0 ? 1 : length);
        used += width < 0 ? 1 : length;
        column += width < 0 ? 1 : width;
    }
    out[used] = '\0';
    return column;
}

void bj_text_clean(char *text)
{
    char *out = text;
    uint32_t character;

    while (*text) {
        size_t length = decode(text, &character);

        if (is_control(character)) {
            *out++ = '?';
        } else {
            memmove(out, text, length);
            out += length;
        }
        text += length;
    }
    *out = '\0';
}
