/* SPDX-License-Identifier: MIT */
#include "lasershark_family/laserdock_wire.h"

#define FULL 255

static void encode(uint8_t *out, const struct bj_point *point, uint16_t full)
{
    struct bj_light light = bj_round_light(point, full);

    shark_put_words(out, (uint16_t)(light.r | light.g << 8), light.b,
                    (uint16_t)(SHARK_DAC_MAX - shark_coordinate(point->x)),
                    shark_coordinate(point->y));
}

void laserdock_encode(uint8_t *out, const struct bj_point *points, uint32_t count,
                      bool dark, bool *ttl)
{
    *ttl = false;
    for (uint32_t k = 0; k < count; k++)
        encode(out + (size_t)k * SHARK_SAMPLE_SIZE, &points[k], dark ? 0 : FULL);
}
