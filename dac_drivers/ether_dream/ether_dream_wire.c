/* SPDX-License-Identifier: MIT */
#include "ether_dream/ether_dream_wire.h"

#include <beamjack/driver.h>
#include <math.h>
#include <string.h>

#define CONTROL_RATE_CHANGE 0x8000

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, (uint16_t)v);
    put16(p + 2, (uint16_t)(v >> 16));
}

static struct ed_status decode_status(const uint8_t *p)
{
    return (struct ed_status){
        .light = p[1],
        .playback = p[2],
        .source = p[3],
        .flags = get16(p + 6) & (ED_FLAG_UNDERFLOW | ED_FLAG_ESTOP),
        .fullness = get16(p + 10),
        .point_rate = get32(p + 12),
        .point_count = get32(p + 16),
    };
}

static bool known_code(uint8_t code)
{
    return code == ED_ACK || code == ED_NAK_INVALID || code == ED_NAK_FULL ||
           code == ED_NAK_STOP;
}

enum bj_status ed_decode_reply(const uint8_t *bytes, struct ed_reply *reply)
{
    reply->code = bytes[0];
    reply->command = bytes[1];
    reply->status = decode_status(bytes + 2);
    if (!known_code(reply->code) || reply->status.light > ED_LIGHT_ESTOP ||
        reply->status.playback > ED_PLAYING)
        return BJ_PROTOCOL;
    return BJ_OK;
}

enum bj_status ed_decode_broadcast(const uint8_t *bytes, size_t size,
                                   struct ed_broadcast *broadcast)
{
    if (size < ED_BROADCAST_SIZE)
        return BJ_PROTOCOL;
    memcpy(broadcast->mac, bytes, sizeof broadcast->mac);
    broadcast->hw_revision = get16(bytes + 6);
    broadcast->sw_revision = get16(bytes + 8);
    broadcast->capacity = get16(bytes + 10);
    broadcast->max_rate = get32(bytes + 12);
    broadcast->status = decode_status(bytes + 16);
    return BJ_OK;
}

static size_t encode_begin(uint8_t *out, uint8_t op, uint32_t rate)
{
    out[0] = op;
    put16(out + 1, 0); /* low water mark: no device looks at it */
    put32(out + 3, rate);
    return ED_BEGIN_SIZE;
}

size_t ed_encode_begin(uint8_t *out, uint32_t rate)
{
    return encode_begin(out, ED_BEGIN, rate);
}

size_t ed_encode_update(uint8_t *out, uint32_t rate)
{
    return encode_begin(out, ED_UPDATE, rate);
}

size_t ed_encode_queue_rate(uint8_t *out, uint32_t rate)
{
    out[0] = ED_QUEUE_RATE;
    put32(out + 1, rate);
    return ED_RATE_SIZE;
}

/* In double, where the product and the sum are exact: ties are real ties. */
static uint16_t coordinate(float v)
{
    double clamped = v > -1.0F ? (v < 1.0F ? (double)v : 1.0) : -1.0;
    double scaled = clamped * 32767.0;
    return (uint16_t)(int16_t)(int)(scaled + copysign(0.5, scaled));
}

/* Byte by byte costs twice as much as a whole point should. */
static void put64(uint8_t *p, uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    memcpy(p, &v, sizeof v);
}

static void put_light(uint8_t *p, struct bj_light light)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    put64(p, light.r | (uint64_t)light.g << 16 | (uint64_t)light.b << 32 |
                 (uint64_t)light.i << 48);
#else
    memcpy(p, &light, sizeof light);
#endif
}

/* Control, x, y; r, g, b, i; two user values. */
static uint8_t *encode_point(uint8_t *p, const struct bj_point *point, uint16_t full)
{
    put64(p, (uint64_t)coordinate(point->x) << 16 | (uint64_t)coordinate(point->y) << 32);
    put_light(p + 6, bj_round_light(point, full));
    put32(p + 14, 0);
    return p + ED_POINT_SIZE;
}

size_t ed_encode_data(uint8_t *out, const struct bj_point *points, uint32_t count,
                      bool rate_change, bool dark)
{
    uint16_t full = dark ? 0 : 65535;
    uint8_t *p = out + ED_DATA_HEADER_SIZE;

    out[0] = ED_DATA;
    put16(out + 1, (uint16_t)count);
    for (uint32_t i = 0; i < count; i++)
        p = encode_point(p, &points[i], full);
    if (rate_change && count > 0)
        put16(out + ED_DATA_HEADER_SIZE, CONTROL_RATE_CHANGE);
    return (size_t)(p - out);
}
