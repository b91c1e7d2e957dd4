/* SPDX-License-Identifier: MIT */
#include "lasershark_family/lasershark_wire.h"

#define FULL 4095
#define C_ON 0x4000u
#define INTERLOCK_ON 0x8000u
#define GOES_ON 2176 /* half of full and a sixteenth more, or less */
#define GOES_OFF 1920

static bool switched(bool on, uint16_t level)
{
    return on ? level >= GOES_OFF : level >= GOES_ON;
}

static void encode(uint8_t *out, const struct bj_point *point, bool dark, bool *ttl)
{
    struct bj_light light = bj_round_light(point, dark ? 0 : FULL);

    *ttl = switched(*ttl, light.b);
    shark_put_words(
        out, (uint16_t)(light.r | (*ttl ? C_ON : 0) | (dark ? 0 : INTERLOCK_ON)), light.g,
        shark_coordinate(point->x), (uint16_t)(SHARK_DAC_MAX - shark_coordinate(point->y)));
}

void lasershark_encode(uint8_t *out, const struct bj_point *points, uint32_t count,
                       bool dark, bool *ttl)
{
    for (uint32_t k = 0; k < count; k++)
        encode(out + (size_t)k * SHARK_SAMPLE_SIZE, &points[k], dark, ttl);
}
