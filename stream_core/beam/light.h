/* SPDX-License-Identifier: MIT
 *
 * Colour and intensity of a point, side by side: red, green, blue, intensity, 0 to 1.
 */
#ifndef BJ_LIGHT_H
#define BJ_LIGHT_H

#include "feed/sanitise.h"
#include "feed/simd4.h"

#include <math.h>

static const bj_simd4 bj_light_none = {0, 0, 0, 0};
static const bj_simd4 bj_light_full = {1, 1, 1, 1};

/* Returns light clamped to 0..1; dark if any value is far out of range, or NaN. */
static inline bj_simd4 bj_light_mended(bj_simd4 light)
{
    bool sensible = true;
    for (int k = 0; k < 4; k++) {
        sensible = sensible && fabsf(light[k]) <= BJ_SENSIBLE_SAMPLE;
    }
    return sensible ? bj_simd4_clamp(light, bj_light_none, bj_light_full) : bj_light_none;
}

/* Returns the light of a point, within 0..1 for any point. */
static inline bj_simd4 bj_light_of(const struct bj_point *point)
{
    bj_simd4 light;
    memcpy(&light, (const char *)point + offsetof(struct bj_point, r), sizeof light);
    bj_simd4 inside = bj_simd4_clamp(light, bj_light_none, bj_light_full);
    return bj_simd4_lanes(inside != light) == 0 ? inside : bj_light_mended(light);
}

static inline void bj_light_set(struct bj_point *point, bj_simd4 light)
{
    memcpy((char *)point + offsetof(struct bj_point, r), &light, sizeof light);
}

/* Returns whether there is a colour, and intensity above 0. */
static inline bool bj_light_is_lit(bj_simd4 light)
{
    int lanes = bj_simd4_lanes(light > bj_light_none), intensity = 1 << 3;
    return lanes > intensity;
}

#endif
