/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_wire.h"

static void put16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

static size_t arguments_of(uint8_t op)
{
    switch (op) {
    case SHARK_SET_OUTPUT:
    case SHARK_CLEAR_RING:
        return 1;
    case SHARK_RUNNER:
        return 2;
    case SHARK_SET_RATE:
        return 4;
    default:
        return 0;
    }
}

size_t shark_encode_command(uint8_t out[SHARK_COMMAND_SIZE], uint8_t op, uint32_t argument)
{
    out[0] = op;
    for (int k = 0; k < 4; k++)
        out[1 + k] = (uint8_t)(argument >> 8 * k);
    return 1 + arguments_of(op);
}

static uint32_t get32(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* The bytes after a one-byte value are left over from earlier replies. */
bool shark_decode_reply(const uint8_t *bytes, size_t size, struct shark_reply *reply)
{
    if (size != SHARK_REPLY_SIZE)
        return false;
    reply->op = bytes[0];
    reply->status = bytes[1];
    reply->value = reply->op == SHARK_SET_OUTPUT || reply->op == SHARK_GET_OUTPUT
                       ? bytes[2]
                       : get32(bytes + 2);
    return true;
}

uint16_t shark_coordinate(float v)
{
    float clamped = v > -1.0F ? (v < 1.0F ? v : 1.0F) : -1.0F;

    return (uint16_t)((clamped + 1.0F) / 2.0F * SHARK_DAC_MAX + 0.5F);
}

void shark_put_words(uint8_t *out, uint16_t w0, uint16_t w1, uint16_t w2, uint16_t w3)
{
    put16(out, w0);
    put16(out + 2, w1);
    put16(out + 4, w2);
    put16(out + 6, w3);
}
