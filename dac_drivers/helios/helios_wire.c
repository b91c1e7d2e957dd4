/* SPDX-License-Identifier: MIT */
#include "helios/helios_wire.h"

#include <beamjack/driver.h>
#include <string.h>

#define RESTART_S 3e-6 /* the timer starts anew after a frame's first point is out */
#define TIMER_HZ 112000000u
#define SINGLE 0x02 /* flags: play once; bit 0 would cut the playing frame short */
#define REPLY 0x80  /* a reply begins with its command and this bit */

bool helios_length_is_lost(uint32_t points)
{
    return (points * HELIOS_POINT_SIZE + HELIOS_TRAILER_SIZE) % HELIOS_PACKET_SIZE == 0;
}

/* ---- Frames -------------------------------------------------------------------------- */

static uint32_t coordinate(float v)
{
    double clamped = v > -1.0F ? (v < 1.0F ? (double)v : 1.0) : -1.0;

    return (uint32_t)((clamped + 1.0) * 2047.5 + 0.5);
}

void helios_encode_point(uint8_t bytes[HELIOS_POINT_SIZE], const struct bj_point *point,
                         bool dark)
{
    uint32_t x = coordinate(point->x), y = coordinate(point->y);
    struct bj_light light = bj_round_light(point, dark ? 0 : 255);

    bytes[0] = (uint8_t)(x >> 4);
    bytes[1] = (uint8_t)((x & 0x0f) << 4 | y >> 8);
    bytes[2] = (uint8_t)y;
    bytes[3] = (uint8_t)light.r;
    bytes[4] = (uint8_t)light.g;
    bytes[5] = (uint8_t)light.b;
    bytes[6] = (uint8_t)((light.r | light.g | light.b) != 0 ? light.i : 0);
}

void helios_encode_trailer(uint8_t bytes[HELIOS_TRAILER_SIZE], uint32_t pps,
                           uint32_t points)
{
    uint32_t rate = pps < HELIOS_MIN_PPS   ? HELIOS_MIN_PPS
                    : pps > HELIOS_MAX_PPS ? HELIOS_MAX_PPS
                                           : pps;

    bytes[0] = (uint8_t)rate;
    bytes[1] = (uint8_t)(rate >> 8);
    bytes[2] = (uint8_t)points;
    bytes[3] = (uint8_t)(points >> 8);
    bytes[4] = SINGLE;
}

double helios_timer_pps(uint32_t pps)
{
    uint32_t rate = pps < HELIOS_MIN_PPS   ? HELIOS_MIN_PPS
                    : pps > HELIOS_MAX_PPS ? HELIOS_MAX_PPS
                                           : pps;

    return (double)TIMER_HZ / (TIMER_HZ / rate + 1);
}

double helios_frame_pps(uint32_t pps, uint32_t points)
{
    return points / (points / helios_timer_pps(pps) + RESTART_S);
}

/* ---- Replies ------------------------------------------------------------------------- */

static bool answers(const uint8_t *bytes, size_t size, size_t least, uint8_t command)
{
    return size >= least && bytes[0] == (REPLY | command);
}

enum bj_status helios_decode_status(const uint8_t *bytes, size_t size, bool *is_free)
{
    if (!answers(bytes, size, 2, HELIOS_STATUS) || bytes[1] > 1)
        return BJ_PROTOCOL;
    *is_free = bytes[1] == 1;
    return BJ_OK;
}

/* The first firmware answers with one byte, all later ones with four. */
enum bj_status helios_decode_firmware(const uint8_t *bytes, size_t size, uint32_t *version)
{
    if (!answers(bytes, size, 2, HELIOS_FIRMWARE))
        return BJ_PROTOCOL;
    *version = bytes[1];
    if (size >= 5)
        *version |=
            (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3] << 16 | (uint32_t)bytes[4] << 24;
    return BJ_OK;
}

enum bj_status helios_decode_name(const uint8_t *bytes, size_t size,
                                  char name[HELIOS_REPLY_SIZE])
{
    size_t begin = 1, end;

    name[0] = '\0';
    if (!answers(bytes, size, 2, HELIOS_NAME))
        return BJ_PROTOCOL;
    size = size < HELIOS_REPLY_SIZE ? size : HELIOS_REPLY_SIZE;
    while (begin < size && bytes[begin] == ' ')
        begin++;
    for (end = begin;
         end < size && bytes[end] >= 0x20 && bytes[end] != 0x7f && bytes[end] < 0xf8;)
        end++;
    while (end > begin && bytes[end - 1] == ' ')
        end--;
    memcpy(name, bytes + begin, end - begin);
    name[end - begin] = '\0';
    return end > begin ? BJ_OK : BJ_PROTOCOL;
}
