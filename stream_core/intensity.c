/* SPDX-License-Identifier: MIT */
#include "intensity.h"

/* colour * intensity / 65535, rounded to the nearest, without a division. */
static uint16_t dim(uint32_t colour, uint32_t intensity)
{
    uint32_t product = colour * intensity + 0x8000;

    return (uint16_t)((product + (product >> 16)) >> 16);
}

void bj_intensity_into_colour(struct bj_point *points, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        struct bj_point *p = &points[k];

        p->r = dim(p->r, p->i);
        p->g = dim(p->g, p->i);
        p->b = dim(p->b, p->i);
        p->i = (p->r | p->g | p->b) != 0 ? 65535 : 0;
    }
}
