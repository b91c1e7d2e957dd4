/* SPDX-License-Identifier: MIT */
#include "session/octets.h"

#define MAC_SIZE 6

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

size_t bj_octets_parse(const char *text, uint8_t *octets, size_t most)
{
    size_t count = 0;

    for (; count < most; count++, text += 2) {
        int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);
        if (low < 0)
            break;
        octets[count] = (uint8_t)(high << 4 | low);
    }
    return count;
}

bool bj_octets_name_one(const uint8_t *octets, size_t count)
{
    size_t same = 0;

    while (same < count && octets[same] == octets[0])
        same++;
    return same < count || (octets[0] != 0 && (octets[0] != 0xff || count < MAC_SIZE));
}

static bool may_be_text(uint8_t octet)
{
    return octet >= ' ' && octet != 0x7f && octet < 0xf8;
}

void bj_octets_text(const uint8_t *octets, size_t most, char *text)
{
    size_t size = 0;

    for (; size < most && octets[size] != 0; size++)
        text[size] = may_be_text(octets[size]) ? (char)octets[size] : '?';
    text[size] = '\0';
}
