/* SPDX-License-Identifier: MIT */
#define BJ_SIMD4_PLAIN
#include "feed/simd4.h"

#include "simd4_plain.h"

void plain_clamp(const float value[4], float least, float most, float out[4])
{
    bj_simd4 low = {least, least, least, least}, high = {most, most, most, most};
    bj_simd4 clamped = bj_simd4_clamp(bj_simd4_load(value), low, high);
    memcpy(out, &clamped, sizeof clamped);
}

int plain_compare(const float a[4], const float b[4], float least[4], float most[4],
                  float chosen[4])
{
    bj_simd4 va = bj_simd4_load(a), vb = bj_simd4_load(b);
    bj_simd4 low = bj_simd4_min(va, vb), high = bj_simd4_max(va, vb);
    bj_simd4 one = bj_simd4_choose(va < vb, va, vb);
    memcpy(least, &low, sizeof low);
    memcpy(most, &high, sizeof high);
    memcpy(chosen, &one, sizeof one);
    return bj_simd4_lanes(va < vb);
}
