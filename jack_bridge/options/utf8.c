/* SPDX-License-Identifier: MIT */
#include "options/utf8.h"

#include <stdbool.h>

/* What may follow a first byte, in the order of the bytes. */
static const struct {
    unsigned char first_low, first_high, second_low, second_high;
    size_t size;
} forms[] = {
    {0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static bool within(unsigned char byte, unsigned char low, unsigned char high)
{
    return byte >= low && byte <= high;
}

size_t bj_utf8_size(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t form = 0, size;

    while (form < sizeof forms / sizeof *forms &&
           !within(at[0], forms[form].first_low, forms[form].first_high))
        form++;
    if (form == sizeof forms / sizeof *forms)
        return 0;
    size = forms[form].size;
    if (size > 1 && !within(at[1], forms[form].second_low, forms[form].second_high))
        return 0;
    for (size_t k = 2; k < size; k++)
        if (!within(at[k], 0x80, 0xbf))
            return 0;
    return size;
}
