/* SPDX-License-Identifier: MIT
 *
 * The ports: names, order and meaning of the six inputs. No JACK in here.
 */
#ifndef PORT_MAP_H
#define PORT_MAP_H

#include <beamjack/core.h>

enum bj_port_style {
    BJ_PORTS_NAMED,    /* in_x in_y in_r in_g in_b in_i */
    BJ_PORTS_NUMBERED, /* in_1_x ... in_6_i: alphabetical order is channel order */
};

/* Bits of a set of channels. */
#define BJ_CHANNEL_BIT(channel) (1u << (channel))
#define BJ_POSITION_BITS (BJ_CHANNEL_BIT(BJ_X) | BJ_CHANNEL_BIT(BJ_Y))

#define BJ_PORT_NAME_SIZE 16

const char *bj_port_name(enum bj_port_style style, enum bj_channel channel);
const char *bj_port_alias(enum bj_channel channel); /* "in_1": for players that count */
const char *bj_port_title(enum bj_channel channel); /* "X position" */
char bj_port_letter(enum bj_channel channel);       /* 'x' */

/* "x", "in_x", "in_1_x" or "in_1"; BJ_CHANNELS if it is none of ours. */
enum bj_channel bj_port_channel(const char *name, size_t length);

/* Letters of the channels in `set`, '-' for the others: "xyrgb-". */
void bj_port_letters(unsigned set, char text[BJ_CHANNELS + 1]);

/* BJ_RT. What bj_feed_push takes: the port buffers, except that an intensity nobody
 * drives is absent, which means full. */
void bj_port_channels(const float *const buffers[BJ_CHANNELS], unsigned connected,
                      const float *channels[BJ_CHANNELS]);

/* Is this a sample rate that can be played? */
bool bj_rate_is_playable(uint32_t rate_hz);

#endif
