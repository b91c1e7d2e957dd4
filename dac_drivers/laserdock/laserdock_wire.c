/* SPDX-License-Identifier: MIT */
#include "laserdock_wire.h"

#define FULL 255

static void encode(uint8_t *out, const struct bj_point *point, uint16_t mask)
{
    uint16_t r = shark_light(point->r & mask, FULL);
    uint16_t g = shark_light(point->g & mask, FULL);
    uint16_t b = shark_light(point->b & mask, FULL);

    shark_put_words(out, (uint16_t)(r | g << 8), b,
                    (uint16_t)(SHARK_DAC_MAX - shark_coordinate(point->x)),
                    shark_coordinate(point->y));
}

void laserdock_encode(uint8_t *out, const struct bj_point *points, uint32_t count,
                      bool dark, bool *ttl)
{
    *ttl = false;
    for (uint32_t k = 0; k < count; k++)
        encode(out + (size_t)k * SHARK_SAMPLE_SIZE, &points[k], dark ? 0 : 0xffff);
}
