/* SPDX-License-Identifier: MIT */
#include "engine/steer.h"

#include <math.h>

#define MOST_OFF 0.03
/* Beyond this the past is not made good: there was a gap. */
#define MOST_AHEAD_S 1e-3

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* The commanded rate nearest to `wanted` whose true rate is not above (not below) it. */
static uint32_t neighbour(const struct bj_dac *dac, double wanted, bool below,
                          uint32_t least, uint32_t most)
{
    uint32_t pps = (uint32_t)clamp(floor(wanted) + !below, least, most);
    while (below ? pps > least && bj_dac_true_pps(dac, pps) > wanted
                 : pps < most && bj_dac_true_pps(dac, pps) < wanted) {
        pps += below ? -1 : 1;
    }
    return pps;
}

uint32_t bj_steer_choose(struct bj_steer *steer, const struct bj_dac *dac, uint32_t pps,
                         double wanted_pps, uint32_t count, double *true_pps)
{
    uint32_t least = (uint32_t)ceil(pps * (1 - MOST_OFF));
    uint32_t most = (uint32_t)floor(pps * (1 + MOST_OFF));
    double wanted = clamp(wanted_pps, least, most);
    uint32_t chosen = neighbour(dac, wanted, steer->ahead_s > 0, least, most);
    *true_pps = bj_dac_true_pps(dac, chosen);
    steer->ahead_s += count / wanted - count / *true_pps;
    steer->ahead_s = clamp(steer->ahead_s, -MOST_AHEAD_S, MOST_AHEAD_S);
    return chosen;
}
