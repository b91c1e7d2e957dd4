/* SPDX-License-Identifier: MIT */
#include "plain.h"

static uint8_t *put16(uint8_t *to, float value)
{
    int16_t whole = (int16_t)(value * 32767.0f);
    to[0] = (uint8_t)whole;
    to[1] = (uint8_t)(whole >> 8);
    return to + 2;
}

void bench_plain(uint8_t *out, uint32_t stride, const float *const channels[5],
                 uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        uint8_t *to = out + k * stride;
        for (int c = 0; c < 5; c++)
            to = put16(to, channels[c][k]);
    }
}
