/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_wire.h"

#include "session/octets.h"

#include <beamjack/driver.h>
#include <string.h>

#define FULL 4095

static uint32_t get_u16(const uint8_t *bytes)
{
    return (uint32_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t get_u32(const uint8_t *bytes)
{
    return get_u16(bytes) | get_u16(bytes + 2) << 16;
}

static uint8_t *put_u16(uint8_t *out, uint32_t value)
{
    out[0] = (uint8_t)value;
    out[1] = (uint8_t)(value >> 8);
    return out + 2;
}

/* ---- From the device ------------------------------------------------------------------ */

enum bj_status lc_decode_info(const uint8_t *bytes, size_t size, struct lc_info *info)
{
    if (size < LC_INFO_SIZE || bytes[0] != LC_FULL_INFO || bytes[1] != 0 || bytes[2] != 0)
        return BJ_PROTOCOL;
    *info = (struct lc_info){
        .major = bytes[3],
        .minor = bytes[4],
        .flags = bytes[5],
        .rate = get_u32(bytes + 10),
        .max_rate = get_u32(bytes + 14),
        .free_points = get_u16(bytes + 19),
        .ring_points = get_u16(bytes + 21),
        .battery = bytes[23],
        .temperature = (int8_t)bytes[24],
        .connection = bytes[25],
        .model = bytes[37],
    };
    memcpy(info->serial, bytes + 26, LC_SERIAL_SIZE);
    bj_octets_text(bytes + 38, LC_NAME_SIZE - 1, info->name);
    return BJ_OK;
}

enum bj_status lc_decode_reply(const uint8_t *bytes, size_t size, struct lc_reply *reply)
{
    if (size < 2 || (bytes[0] == LC_FREE && bytes[1] == 0 && size < LC_REPORT_SIZE))
        return BJ_PROTOCOL;
    *reply = (struct lc_reply){.opcode = bytes[0], .good = bytes[1] == 0};
    if (bytes[0] == LC_FREE && reply->good)
        reply->free_points = get_u16(bytes + 2);
    return BJ_OK;
}

enum bj_status lc_decode_report(const uint8_t *bytes, size_t size, struct lc_report *report)
{
    if (size < LC_REPORT_SIZE || bytes[0] != LC_FREE)
        return BJ_PROTOCOL;
    *report = (struct lc_report){.message = bytes[1], .free_points = get_u16(bytes + 2)};
    return BJ_OK;
}

/* ---- To the device -------------------------------------------------------------------- */

size_t lc_encode_command(uint8_t out[LC_COMMAND_SIZE], enum lc_opcode opcode,
                         uint32_t value)
{
    out[0] = (uint8_t)opcode;
    switch (opcode) {
    case LC_REPORTS:
    case LC_OUTPUT:
        out[1] = value != 0;
        return 2;
    case LC_RATE:
    case LC_THRESHOLD:
        (void)put_u16(put_u16(out + 1, value & 0xffff), value >> 16);
        return 5;
    default:
        return 1;
    }
}

static uint32_t position(float value)
{
    if (!(value > -1.0F)) /* also not-a-number, which ends in the centre */
        return value <= -1.0F ? 0 : FULL / 2;
    if (value >= 1.0F)
        return FULL;
    return (uint32_t)((1.0F + value) * (FULL / 2.0F) + 0.5F);
}

size_t lc_encode_samples(uint8_t out[LC_PACKET_SIZE], uint8_t message, uint8_t frame,
                         const struct bj_point *points, uint32_t count, bool dark)
{
    uint8_t *at = out + LC_HEADER_SIZE;
    uint16_t full = dark ? 0 : FULL;

    out[0] = LC_SAMPLES;
    out[1] = 0;
    out[2] = message;
    out[3] = frame;
    for (uint32_t k = 0; k < count; k++) {
        const struct bj_point *point = &points[k];
        struct bj_light light = bj_round_light(point, full);
        at = put_u16(at, FULL - position(point->x));
        at = put_u16(at, position(point->y));
        at = put_u16(at, light.r);
        at = put_u16(at, light.g);
        at = put_u16(at, light.b);
    }
    return (size_t)(at - out);
}
