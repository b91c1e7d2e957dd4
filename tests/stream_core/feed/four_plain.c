/* SPDX-License-Identifier: MIT */
#define BJ_FOUR_PLAIN
#include "feed/four.h"

#include "four_plain.h"

void plain_clamp(const float value[4], float least, float most, float out[4])
{
    bj_four low = {least, least, least, least}, high = {most, most, most, most};
    bj_four clamped = bj_four_clamp(bj_four_load(value), low, high);
    memcpy(out, &clamped, sizeof clamped);
}

int plain_compare(const float a[4], const float b[4], float least[4], float most[4],
                  float chosen[4])
{
    bj_four va = bj_four_load(a), vb = bj_four_load(b);
    bj_four low = bj_four_min(va, vb), high = bj_four_max(va, vb);
    bj_four one = bj_four_choose(va < vb, va, vb);
    memcpy(least, &low, sizeof low);
    memcpy(most, &high, sizeof high);
    memcpy(chosen, &one, sizeof one);
    return bj_four_lanes(va < vb);
}
