/* SPDX-License-Identifier: MIT */
#include "options/port_map.h"

#include <string.h>

static const struct {
    const char *name, *numbered, *alias, *title;
    char letter;
} ports[BJ_CHANNELS] = {
    [BJ_X] = {"in_x", "in_1_x", "in_1", "X position", 'x'},
    [BJ_Y] = {"in_y", "in_2_y", "in_2", "Y position", 'y'},
    [BJ_R] = {"in_r", "in_3_r", "in_3", "Red", 'r'},
    [BJ_G] = {"in_g", "in_4_g", "in_4", "Green", 'g'},
    [BJ_B] = {"in_b", "in_5_b", "in_5", "Blue", 'b'},
    [BJ_I] = {"in_i", "in_6_i", "in_6", "Intensity", 'i'},
};

const char *bj_port_name(enum bj_port_style style, enum bj_channel channel)
{
    return style == BJ_PORTS_NUMBERED ? ports[channel].numbered : ports[channel].name;
}

const char *bj_port_alias(enum bj_channel channel)
{
    return ports[channel].alias;
}

const char *bj_port_title(enum bj_channel channel)
{
    return ports[channel].title;
}

char bj_port_letter(enum bj_channel channel)
{
    return ports[channel].letter;
}

static bool same(const char *name, size_t length, const char *other)
{
    return strlen(other) == length && memcmp(name, other, length) == 0;
}

enum bj_channel bj_port_channel(const char *name, size_t length)
{
    int c = 0;

    while (c < BJ_CHANNELS && !(length == 1 && name[0] == ports[c].letter) &&
           !same(name, length, ports[c].name) && !same(name, length, ports[c].numbered) &&
           !same(name, length, ports[c].alias))
        c++;
    return (enum bj_channel)c;
}

void bj_port_letters(unsigned set, char text[BJ_CHANNELS + 1])
{
    for (int c = 0; c < BJ_CHANNELS; c++)
        text[c] = set & BJ_CHANNEL_BIT(c) ? ports[c].letter : '-';
    text[BJ_CHANNELS] = '\0';
}

void bj_port_channels(const float *const buffers[BJ_CHANNELS], unsigned connected,
                      const float *channels[BJ_CHANNELS])
{
    for (int c = 0; c < BJ_CHANNELS; c++)
        channels[c] = buffers[c];
    if (!(connected & BJ_CHANNEL_BIT(BJ_I)))
        channels[BJ_I] = NULL;
}

bool bj_rate_is_playable(uint32_t rate_hz)
{
    return rate_hz >= BJ_FEED_MIN_RATE_HZ && rate_hz <= BJ_FEED_MAX_RATE_HZ;
}
