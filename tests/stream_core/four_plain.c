/* SPDX-License-Identifier: MIT */
#define BJ_FOUR_PLAIN
#include "four.h"

#include "four_plain.h"

void plain_clamp(const float value[4], float least, float most, float out[4])
{
    bj_four low = {least, least, least, least}, high = {most, most, most, most};
    bj_four clamped = bj_four_clamp(bj_four_load(value), low, high);
    memcpy(out, &clamped, sizeof clamped);
}
