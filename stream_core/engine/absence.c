/* SPDX-License-Identifier: MIT */
#include "engine/absence.h"

static int64_t away_ns(int64_t since_ns, int64_t now_ns)
{
    bool too_long = since_ns > 0 && now_ns - since_ns > BJ_AWAY_LIMIT_NS;
    return too_long ? now_ns - since_ns : 0;
}

int64_t bj_absence_of_steps(struct bj_absence *absence, int64_t now_ns)
{
    int64_t away = away_ns(absence->stepped_ns, now_ns);
    absence->stepped_ns = now_ns;
    if (away > 0) {
        absence->taken_ns = 0;
    }
    return away;
}

int64_t bj_absence_of_points(struct bj_absence *absence, int64_t now_ns)
{
    int64_t away = away_ns(absence->taken_ns, now_ns);
    if (away > 0) {
        absence->taken_ns = 0;
    }
    return away;
}

void bj_absence_took_points(struct bj_absence *absence, int64_t now_ns)
{
    absence->taken_ns = now_ns;
}

void bj_absence_begin(struct bj_absence *absence)
{
    absence->taken_ns = 0;
}
