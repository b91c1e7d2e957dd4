/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_level.h"

#define SLOWEST 0.999       /* of its nominal rate; no crystal is further off */
#define DOUBT_S 0.5e-3      /* a count and its answer take about as long */
#define UNCOUNTED_POINTS 16 /* two packets before the ring, the last time */
#define UNSURE_POINTS 4     /* a packet that waits for the next tick, and rounding */

static double not_negative(double value)
{
    return value > 0 ? value : 0;
}

static double played(const struct shark_level *level, int64_t from_ns, int64_t to_ns)
{
    return to_ns > from_ns ? (double)(to_ns - from_ns) / 1e9 * level->hz : 0;
}

void shark_level_init(struct shark_level *level, int64_t now_ns)
{
    *level = (struct shark_level){.at_ns = now_ns};
}

void shark_level_advance(struct shark_level *level, int64_t now_ns)
{
    double points = played(level, level->at_ns, now_ns);

    level->low -= points;
    if (level->low < -(double)level->under_way)
        level->low = -(double)level->under_way;
    level->high = not_negative(level->high - points);
    level->unpaused -= SLOWEST * points;
    if (now_ns > level->at_ns)
        level->at_ns = now_ns;
}

void shark_level_set_hz(struct shark_level *level, int64_t now_ns, double hz)
{
    shark_level_advance(level, now_ns);
    level->hz = hz;
}

void shark_level_sent(struct shark_level *level, uint32_t points)
{
    level->under_way = points;
}

void shark_level_accepted(struct shark_level *level, int64_t now_ns, uint32_t points)
{
    shark_level_advance(level, now_ns);
    level->under_way = 0;
    level->low += points;
    level->high += points;
    level->unpaused += points;
}

void shark_level_counted(struct shark_level *level, uint32_t points, int64_t sent_ns,
                         int64_t received_ns, int64_t now_ns)
{
    double most = played(level, sent_ns, now_ns);
    double least = played(level, received_ns, now_ns);

    level->low = not_negative(points - most);
    level->high = not_negative(points - least);
    level->unpaused = points - SLOWEST * least;
    level->at_ns = now_ns;
}

bool shark_level_may_be_dry(const struct shark_level *level)
{
    return level->under_way == 0 && level->low <= 0 &&
           level->unpaused <= DOUBT_S * level->hz;
}

bool shark_level_paused(const struct shark_level *level, uint32_t points, int64_t sent_ns)
{
    double most = level->unpaused + played(level, sent_ns, level->at_ns);

    return points > most + UNCOUNTED_POINTS + UNSURE_POINTS;
}

static int64_t reaches_ns(const struct shark_level *level, double surplus)
{
    if (surplus <= 0)
        return level->at_ns;
    if (level->hz <= 0)
        return BJ_NEVER;
    return level->at_ns + (int64_t)(surplus / level->hz * 1e9) + 1;
}

int64_t shark_level_low_at_ns(const struct shark_level *level, double points)
{
    return reaches_ns(level, level->low - points);
}

int64_t shark_level_high_at_ns(const struct shark_level *level, double points)
{
    return reaches_ns(level, level->high - points);
}

double shark_level_points_in(const struct shark_level *level, int64_t ns)
{
    return (double)ns / 1e9 * level->hz;
}

void shark_level_wait(struct bj_wait *wait, int64_t now_ns, int64_t at_ns)
{
    if (at_ns > now_ns)
        bj_wait_until(wait, at_ns);
}
