/* SPDX-License-Identifier: MIT */
#include "colour.h"

#include <math.h>
#include <string.h>

#define ROUNDING 0.51

struct range {
    double low, high;
};

/* Each frame holds from half a frame before to half a frame after. */
static double average(const struct path *path, double position, double width, int channel)
{
    double from = position + 0.5 - width / 2, to = from + width, sum = 0;
    for (double at = from; at < to;) {
        double next = fmin(floor(at) + 1, to);
        uint16_t colour[3] = {0, 0, 0};
        if (at >= 0)
            tagged_colour(path->signal, (int64_t)floor(at), colour);
        sum += colour[channel] * (next - at);
        at = next;
    }
    return sum / width;
}

static void widen(struct range *range, double value)
{
    range->low = fmin(range->low, value);
    range->high = fmax(range->high, value);
}

/* As far as the position is known, for a point that lasts `width` frames. The average is a
 * polygon over the position, with its corners where either end of the point's time meets
 * the edge of a frame. */
static void widen_by(const struct path *path, double position, double width, int channel,
                     struct range *range)
{
    double unsure = 2 * (path->limits.position + 0.1) / TAGGED_STEP_COUNTS;
    for (int side = -1; side <= 1; side += 2) {
        double end = position + 0.5 + side * width / 2;
        double to_edge = floor(end + 0.5) - end;
        widen(range, average(path, position + side * unsure, width, channel));
        if (fabs(to_edge) < unsure)
            widen(range, average(path, position + to_edge, width, channel));
    }
}

/* The rate may be a little off the nominal one. */
static struct range colour_range(const struct path *path, double position, int channel)
{
    double middle = average(path, position, path->step, channel);
    struct range range = {middle, middle};
    widen_by(path, position, path->step * (1 - path->limits.bend), channel, &range);
    widen_by(path, position, path->step * (1 + path->limits.bend), channel, &range);
    double off = ROUNDING + path->limits.colour[channel];
    return (struct range){range.low - off, range.high + off};
}

/* Every frame that can have a share is of one colour: *colour. */
static bool is_plateau(const struct path *path, double position, uint16_t colour[3])
{
    double reach = path->step / 2 + 0.5;
    int64_t last = (int64_t)ceil(position + reach);
    tagged_colour(path->signal, last, colour);
    for (int64_t f = (int64_t)floor(position - reach); f < last; f++) {
        uint16_t other[3] = {0, 0, 0};
        if (f >= 0)
            tagged_colour(path->signal, f, other);
        if (memcmp(other, colour, sizeof other) != 0)
            return false;
    }
    return true;
}

int colour_off(const struct path *path, const struct played_point *point, double position)
{
    const uint16_t played[3] = {point->r, point->g, point->b};
    uint16_t all[3];
    bool plateau = is_plateau(path, position, all);
    for (int channel = 0; channel < 3; channel++) {
        double off = path->limits.colour[channel];
        struct range range = plateau
                                 ? (struct range){all[channel] - off, all[channel] + off}
                                 : colour_range(path, position, channel);
        double value = point->i == 0 ? 0 : played[channel];
        if (value < range.low || value > range.high)
            return value < range.low ? -1 : 1;
    }
    return 0;
}

bool colour_is_below(const struct path *path, const struct played_point *point,
                     double position)
{
    uint16_t most[3] = {0, 0, 0};
    int64_t last = (int64_t)ceil(position + 2 * path->step);
    for (int64_t f = (int64_t)floor(position - 2 * path->step); f <= last; f++) {
        uint16_t colour[3] = {0, 0, 0};
        if (f >= 0)
            tagged_colour(path->signal, f, colour);
        for (int channel = 0; channel < 3; channel++)
            most[channel] =
                colour[channel] > most[channel] ? colour[channel] : most[channel];
    }
    const double *off = path->limits.colour;
    return point->r <= most[0] + 1 + off[0] && point->g <= most[1] + 1 + off[1] &&
           point->b <= most[2] + 1 + off[2];
}

bool colour_source_is_dark(const struct path *path, double position)
{
    for (int channel = 0; channel < 3; channel++)
        if (colour_range(path, position, channel).high > 1 + path->limits.colour[channel])
            return false;
    return true;
}
