/* SPDX-License-Identifier: MIT */
#include "beam/intensity.h"

#include "beam/light.h"

void bj_intensity_into_colour(struct bj_point *points, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        bj_simd4 light = bj_light_of(&points[k]), full = bj_light_full;

        light *= __builtin_shufflevector(light, light, 3, 3, 3, 3);
        light = bj_light_is_lit(light) ? __builtin_shufflevector(light, full, 0, 1, 2, 7)
                                       : bj_light_none;
        bj_light_set(&points[k], light);
    }
}
