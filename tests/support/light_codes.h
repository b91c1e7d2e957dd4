/* SPDX-License-Identifier: MIT
 *
 * Light as the 16-bit codes that many DACs and recordings know it by: 0 to 65535.
 */
#ifndef LIGHT_CODES_H
#define LIGHT_CODES_H

#include <math.h>
#include <stdint.h>

static inline float light_of(uint32_t code)
{
    return (float)(code / 65535.0);
}

/* The nearest. */
static inline uint32_t code_of(float light)
{
    return (uint32_t)lrint((double)light * 65535.0);
}

#endif
