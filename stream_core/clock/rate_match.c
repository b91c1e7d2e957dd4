/* SPDX-License-Identifier: MIT */
#include "clock/rate_match.h"

#include <math.h>

#define QUICK_PER_S 1.0
#define GENTLE_PER_S 0.1
#define MOST_CORRECTION 0.005
#define MOST_OFF 0.03
#define LARGE_NS 0.5e6
#define LARGE_SD 4.0

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

double bj_rate_match_step(const struct bj_rate_match *match)
{
    double large_ns = fmax(LARGE_NS, LARGE_SD * match->error_sd_ns);
    bool quick = !match->settled || fabs(match->error_ns) > large_ns;
    double gain = quick ? QUICK_PER_S : GENTLE_PER_S;
    double correction =
        clamp(gain * match->error_ns / 1e9, -MOST_CORRECTION, MOST_CORRECTION);
    double step = match->frame_hz / match->point_hz * (1 + correction);
    return clamp(step, match->nominal * (1 - MOST_OFF), match->nominal * (1 + MOST_OFF));
}
