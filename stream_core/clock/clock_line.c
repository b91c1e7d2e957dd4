/* SPDX-License-Identifier: MIT */
#include "clock/clock_line.h"

#include <math.h>

/* Of samples every 0.25 s these are 20 s. */
#define MOST_WEIGHT 80.0

double bj_clock_line_count(const struct bj_clock_line *line, double t)
{
    return line->n0 + line->hz * (t - line->t0);
}

void bj_clock_line_begin(struct bj_clock_line *line, double t, double n)
{
    line->t0 = t;
    line->n0 = n;
    line->weight = 1;
}

void bj_clock_line_join(struct bj_clock_line *line, double t, double n)
{
    double weight = fmin(line->weight + 1, MOST_WEIGHT);
    double faded = (weight - 1) / line->weight;
    double off = n - bj_clock_line_count(line, t), dt = t - line->t0;
    double arm = dt * (weight - 1) / weight;
    line->spread = faded * line->spread + arm * dt;
    line->n0 += (n - line->n0) / weight;
    line->t0 += dt / weight;
    line->weight = weight;
    if (line->spread > 0) {
        line->hz += arm / line->spread * off;
    }
}

double bj_clock_line_spread(double samples, double step_s)
{
    return samples * pow(samples * step_s, 2) / 12;
}

void bj_clock_line_forget(struct bj_clock_line *line, double t, double samples,
                          double step_s)
{
    double middle = fmax(t - samples * step_s / 2, line->t0);
    line->n0 = bj_clock_line_count(line, middle);
    line->t0 = middle;
    line->weight = fmin(line->weight, samples);
    line->spread = fmin(line->spread, bj_clock_line_spread(samples, step_s));
}
