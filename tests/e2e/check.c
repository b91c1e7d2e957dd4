/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define RATE_PPM 300.0
#define RATE_POINTS 10000 /* a shorter stretch does not tell the rate so well */

const char *check_fault_name(enum check_fault fault)
{
    static const char *const names[CHECK_FAULTS] = {
        "position", "colour", "darkened", "lit", "foreign", "backward", "absent"};
    return names[fault];
}

/* ---- Explained
 * ---------------------------------------------------------------------------- */

static bool is_clean(const struct check_verdict *verdict)
{
    for (int i = 0; i < CHECK_FAULTS; i++)
        if (verdict->faults[i] != 0)
            return false;
    return true;
}

static bool is_undisturbed(const struct check_verdict *verdict,
                           const struct check_counts *counts, double frames_per_point,
                           char *why, size_t why_size)
{
    double ppm = (verdict->frames_per_point / frames_per_point - 1) * 1e6;

    if (verdict->gaps > 0 || counts->interruptions > 0 || counts->lost_frames > 0) {
        snprintf(why, why_size,
                 "the machine lost no time, yet there are %lld gaps, %lld interruptions "
                 "counted, %.0f frames lost",
                 (long long)verdict->gaps, (long long)counts->interruptions,
                 counts->lost_frames);
        return false;
    }
    if (verdict->longest_points >= RATE_POINTS && fabs(ppm) > RATE_PPM) {
        snprintf(why, why_size, "the rate is off by %.0f ppm", ppm);
        return false;
    }
    return true;
}

bool check_explained(const struct check_verdict *verdict, const struct check_counts *counts,
                     double frames_per_point, char *why, size_t why_size)
{
    why[0] = '\0';
    if (verdict->gaps > counts->interruptions) {
        snprintf(why, why_size, "%lld gaps, but only %lld interruptions were counted",
                 (long long)verdict->gaps, (long long)counts->interruptions);
        return false;
    }
    /* each gap is known to about a frame, and each count was rounded to one */
    if (verdict->missing >
        counts->lost_frames + (double)verdict->gaps + 0.5 * (double)counts->interruptions) {
        snprintf(why, why_size, "%.0f frames are missing, but only %.0f were counted",
                 verdict->missing, counts->lost_frames);
        return false;
    }
    return counts->lost_time > 0 ||
           is_undisturbed(verdict, counts, frames_per_point, why, why_size);
}

/* ---- Dark
 * --------------------------------------------------------------------------------- */

bool check_dark(const struct played_point *points, size_t count, int64_t after_ns,
                int64_t until_ns, struct check_verdict *verdict)
{
    memset(verdict, 0, sizeof *verdict);
    verdict->first_frame = verdict->last_frame = -1;
    for (size_t i = 0; i < count; i++) {
        const struct played_point *point = &points[i];
        if (point->time_ns < after_ns || point->time_ns >= until_ns)
            continue;
        verdict->points++;
        if ((point->r | point->g | point->b) == 0 || point->i == 0)
            continue;
        verdict->lit_points++;
        if (verdict->faults[CHECK_LIT]++ == 0)
            snprintf(verdict->first, sizeof verdict->first,
                     "point %zu at %lld ns is lit and should be dark", i,
                     (long long)point->time_ns);
    }
    return is_clean(verdict);
}
