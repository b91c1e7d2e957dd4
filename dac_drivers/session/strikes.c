/* SPDX-License-Identifier: MIT */
#include "session/strikes.h"

uint32_t bj_strikes_add(struct bj_strikes *strikes, int64_t now_ns, int64_t within_ns)
{
    if (strikes->count > 0 && now_ns - strikes->newest_ns > within_ns)
        strikes->count = 0;
    strikes->newest_ns = now_ns;
    strikes->count += strikes->count < UINT32_MAX;
    return strikes->count;
}
