/* SPDX-License-Identifier: MIT */
#include "engine/level.h"

#include <math.h>

/* How fast the software estimate follows the reports, of the point rate: far above any
 * crystal's error, far below what one stale report could do. */
#define FOLLOW 0.02
#define WINDOW_NS (5 * BJ_NS_PER_S)
/* After so many reports in a row that contradict it in the same direction it gives way, by
 * this part of the difference each. */
#define PATIENCE 3
#define GIVE_WAY 4.0

static double not_negative(double value)
{
    return value > 0 ? value : 0;
}

void bj_level_init(struct bj_level *level, double pps, int64_t now_ns)
{
    *level = (struct bj_level){.pps = pps,
                               .at_ns = now_ns,
                               .queued_points = -1,
                               .least = INFINITY,
                               .least_before = INFINITY,
                               .window_ns = now_ns};
}

void bj_level_empty(struct bj_level *level, int64_t now_ns)
{
    bj_level_init(level, level->pps, now_ns);
}

static void note_least(struct bj_level *level)
{
    if (level->at_ns - level->window_ns > WINDOW_NS) {
        level->least_before = level->least;
        level->least = INFINITY;
        level->window_ns = level->at_ns;
    }
    level->least = fmin(level->least, bj_level_low(level));
}

double bj_level_least(const struct bj_level *level)
{
    double least = fmin(level->least, level->least_before);
    return isfinite(least) ? least : 0;
}

void bj_level_advance(struct bj_level *level, int64_t now_ns)
{
    if (now_ns <= level->at_ns) {
        return;
    }
    double played = level->playing ? (double)(now_ns - level->at_ns) / 1e9 * level->pps : 0;
    level->at_ns = now_ns;
    level->software = not_negative(level->software - played);
    level->hardware_low = not_negative(level->hardware_low - played);
    level->hardware_high = not_negative(level->hardware_high - played);
    if (level->playing) {
        note_least(level);
    }
}

void bj_level_set_playing(struct bj_level *level, int64_t now_ns, bool playing)
{
    bj_level_advance(level, now_ns);
    level->playing = playing;
}

void bj_level_set_rate(struct bj_level *level, int64_t now_ns, double pps)
{
    bj_level_advance(level, now_ns);
    level->pps = pps;
}

void bj_level_wrote(struct bj_level *level, uint32_t points)
{
    level->software += points;
    level->hardware_low += points;
    level->hardware_high += points;
}

static double played_between(const struct bj_level *level, int64_t from_ns, int64_t to_ns)
{
    return level->playing && to_ns > from_ns ? (double)(to_ns - from_ns) / 1e9 * level->pps
                                             : 0;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* How much of `difference` is made up for now. */
static double followed(struct bj_level *level, double difference, double limit, int sign)
{
    bool again = level->contradicted * sign > 0;
    if (!again || level->contradicted * sign <= PATIENCE) { /* counts no further */
        level->contradicted = again ? level->contradicted + sign : sign;
    }
    if (level->contradicted * sign > PATIENCE) {
        limit = larger(limit, difference / GIVE_WAY);
    }
    return difference < limit ? difference : limit;
}

static void follow(struct bj_level *level, double limit)
{
    double below = level->hardware_low - level->software;
    double above = level->software - level->hardware_high;
    if (below > 0) {
        level->software += followed(level, below, limit, 1);
    } else if (above > 0) {
        level->software -= followed(level, above, limit, -1);
    } else {
        level->contradicted = 0;
    }
}

void bj_level_report(struct bj_level *level, const struct bj_level_report *report)
{
    double held = (double)report->queued_points + report->unreported_points;
    double since = played_between(level, level->report_ns, report->received_ns);
    level->playing = report->playing;
    level->hardware_low =
        not_negative(held - played_between(level, report->sent_ns, level->at_ns));
    level->hardware_high =
        not_negative(held - played_between(level, report->received_ns, level->at_ns));
    if (level->reported && level->playing) {
        follow(level, since * FOLLOW);
    } else {
        level->software =
            level->hardware_low; /* the first report: nothing better is known */
    }
    level->reported = true;
    level->report_ns = report->received_ns;
    level->queued_points = report->queued_points;
}

double bj_level_low(const struct bj_level *level)
{
    return level->reported && level->hardware_low < level->software ? level->hardware_low
                                                                    : level->software;
}

double bj_level_high(const struct bj_level *level)
{
    return level->reported && level->hardware_high > level->software ? level->hardware_high
                                                                     : level->software;
}

bool bj_level_drained(const struct bj_level *level)
{
    double left = bj_level_high(level);
    return level->playing ? left <= 0 : left < 1;
}

int64_t bj_level_drained_ns(const struct bj_level *level)
{
    if (!level->playing) {
        return BJ_NEVER;
    }
    return level->at_ns + (int64_t)(bj_level_high(level) / level->pps * 1e9) + 1;
}
