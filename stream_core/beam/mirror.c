/* SPDX-License-Identifier: MIT */
#include "beam/mirror.h"

#include <math.h>

#define PI 3.14159265358979323846
/* Outside of these no DAC plays, and nothing is to be computed. */
#define LEAST_PPS 1.0
#define MOST_PPS 1e7

static double resonance(double rated)
{
    return 2 * PI * rated / BJ_MIRROR_POINTS;
}

/* The matrix exponential of one point, for the scanner in lanes `first` and `first + 1`. */
static void set_scanner(struct bj_mirror *mirror, int first, double rated, double pps)
{
    double turned = sqrt(1 - BJ_MIRROR_DAMPING * BJ_MIRROR_DAMPING);
    double angle = resonance(rated) / pps;
    double decay = exp(-BJ_MIRROR_DAMPING * angle);
    double cosine = decay * cos(turned * angle);
    double sine = decay * sin(turned * angle) / turned;
    for (int lane = first; lane < first + 2; lane++) {
        mirror->position_stays[lane] = (float)(cosine + BJ_MIRROR_DAMPING * sine);
        mirror->position_follows[lane] = (float)(1 - cosine - BJ_MIRROR_DAMPING * sine);
        mirror->position_coasts[lane] = (float)sine;
        mirror->speed_stays[lane] = (float)(cosine - BJ_MIRROR_DAMPING * sine);
        mirror->speed_follows[lane] = (float)sine;
    }
}

void bj_mirror_set_rate(struct bj_mirror *mirror, double pps)
{
    pps = fmin(fmax(pps, LEAST_PPS), MOST_PPS); /* NaN becomes the least */
    set_scanner(mirror, 0, BJ_MIRROR_SLOW, pps);
    set_scanner(mirror, 2, BJ_MIRROR_FAST, pps);
}

void bj_mirror_init(struct bj_mirror *mirror, double pps)
{
    *mirror = (struct bj_mirror){.position = {0}};
    bj_mirror_set_rate(mirror, pps);
}

double bj_mirror_forgets_s(void)
{
    return log(1000) / (BJ_MIRROR_DAMPING * resonance(BJ_MIRROR_SLOW));
}
