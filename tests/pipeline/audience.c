/* SPDX-License-Identifier: MIT */
#include "audience.h"

#include <math.h>
#include <string.h>

/* Further than this from a plateau's edge a point shows the plateau's colour only. */
#define EDGE_NS 200000.0

void audience_init(struct audience *audience, enum source_signal signal, uint32_t rate_hz,
                   int64_t expected_latency_ns)
{
    memset(audience, 0, sizeof *audience);
    audience->signal = signal;
    audience->rate_hz = rate_hz;
    audience->expected_latency_ns = expected_latency_ns;
    audience->dark_from_ns = BJ_NEVER;
    audience->stride = 1;
    audience_count_anew(audience);
}

void audience_count_anew(struct audience *audience)
{
    audience->points = audience->lit = audience->fillers = audience->skipped = 0;
    audience->repeated = audience->wrong = audience->lit_in_dark = 0;
    audience->dark_frames = audience->dark_run = 0;
    audience->first_lit_ns = audience->last_lit_ns = BJ_NEVER;
    audience->min_latency_ns = INFINITY;
    audience->max_latency_ns = -INFINITY;
}

void audience_expect(struct audience *audience, uint32_t frames, double begin_ns)
{
    audience->cycles[audience->cycle_count++ % AUDIENCE_CYCLES] =
        (struct audience_cycle){audience->frames, begin_ns};
    audience->frames += frames;
}

void audience_expect_dark(struct audience *audience, int64_t from_ns)
{
    audience->dark_from_ns = from_ns;
}

void audience_allow_light(struct audience *audience)
{
    audience->dark_from_ns = BJ_NEVER;
}

static bool is_lit(const struct sim_ed_point *point)
{
    return (point->r | point->g | point->b) != 0 && point->i != 0;
}

/* Frames come in order, so the cycle is at or soon after the last one. */
static double captured_ns(struct audience *audience, uint64_t frame)
{
    uint64_t at = audience->cycle_at;
    const struct audience_cycle *cycle = &audience->cycles[at % AUDIENCE_CYCLES];

    if (frame < cycle->first_frame) {
        at = audience->cycle_count > AUDIENCE_CYCLES
                 ? audience->cycle_count - AUDIENCE_CYCLES
                 : 0;
    }
    while (at + 1 < audience->cycle_count &&
           audience->cycles[(at + 1) % AUDIENCE_CYCLES].first_frame <= frame) {
        at++;
    }
    audience->cycle_at = at;
    cycle = &audience->cycles[at % AUDIENCE_CYCLES];
    return cycle->begin_ns + (double)(frame - cycle->first_frame) * 1e9 / audience->rate_hz;
}

static void note_latency(struct audience *audience, double latency_ns)
{
    audience->latency_ns = latency_ns;
    audience->min_latency_ns = fmin(audience->min_latency_ns, latency_ns);
    audience->max_latency_ns = fmax(audience->max_latency_ns, latency_ns);
}

static bool has_colour(const struct sim_ed_point *point, uint64_t n)
{
    struct source_colour colour = source_colour(n);

    return point->r == colour.r && point->g == colour.g && point->b == colour.b &&
           point->i == 65535;
}

/* ---- Frames by number
 * ------------------------------------------------------------------ */

static void see_next_frame(struct audience *audience, uint64_t frame, bool lit)
{
    if (audience->begun) {
        audience->skipped += frame - audience->last_frame - 1;
    }
    audience->begun = true;
    audience->last_frame = frame;
    if (!lit) {
        audience->dark_run++;
        return;
    }
    audience->dark_frames += audience->lit > 1 ? audience->dark_run : 0;
    audience->dark_run = 0;
}

static void see_numbered(struct audience *audience, const struct sim_ed_point *point)
{
    uint64_t frame = source_numbered_frame(point->x, point->y);
    bool lit = is_lit(point), pushed = frame < audience->frames;
    bool later = !audience->begun || frame > audience->last_frame;

    if (!lit && !(pushed && later)) {
        audience->fillers++;
        return;
    }
    if (!pushed || (lit && !has_colour(point, frame))) {
        audience->wrong++;
        return;
    }
    if (!later) {
        audience->repeated++;
        return;
    }
    see_next_frame(audience, frame, lit);
    if (lit) {
        note_latency(audience, (double)point->time_ns - captured_ns(audience, frame));
    }
}

/* ---- The hand of the clock
 * ------------------------------------------------------------- */

/* The time nearest to where it should be at which the hand stood there. */
static double capture_of_hand(const struct audience *audience,
                              const struct sim_ed_point *point)
{
    double expected_ns = (double)(point->time_ns - audience->expected_latency_ns);
    double turns = (expected_ns - source_hand_ns(point->x, point->y)) / SOURCE_HAND_NS;

    return round(turns) * SOURCE_HAND_NS + source_hand_ns(point->x, point->y);
}

static bool hand_is_right(const struct sim_ed_point *point, double capture_ns)
{
    double into_ns = fmod(capture_ns, SOURCE_PLATEAU_NS);
    double radius = hypot(point->x, point->y);

    if (fabs(radius - 0.9 * 32767) > 2) {
        return false;
    }
    return into_ns < EDGE_NS || into_ns > SOURCE_PLATEAU_NS - EDGE_NS ||
           has_colour(point, (uint64_t)(capture_ns / SOURCE_PLATEAU_NS));
}

static void see_hand(struct audience *audience, const struct sim_ed_point *point)
{
    double capture_ns = capture_of_hand(audience, point);
    double played_ns = (double)(point->time_ns - audience->last_point_ns);
    double moved_ns = capture_ns - audience->last_capture_ns;

    if (!is_lit(point)) {
        audience->fillers++;
        audience->begun = false;
        return;
    }
    audience->wrong += !hand_is_right(point, capture_ns);
    if (audience->begun) {
        audience->repeated += moved_ns <= 0;
        audience->skipped += moved_ns > 1.5 * played_ns;
    }
    audience->begun = true;
    audience->last_capture_ns = capture_ns;
    note_latency(audience, (double)point->time_ns - capture_ns);
}

/* ---- The vernier ------------------------------------------------------------------------ */

static void see_vernier(struct audience *audience, const struct sim_ed_point *point)
{
    struct source_position position = {point->x, point->y};
    double about_ns = (double)point->time_ns - audience->trace->told_ns;

    if (!is_lit(point)) {
        audience->fillers++;
        clock_trace_dark(audience->trace, point->time_ns);
        return;
    }
    if (audience->points % audience->stride != 0) {
        return;
    }
    double capture_ns =
        source_vernier_ns(audience->signal, position, point->r, point->g, about_ns);
    note_latency(audience, (double)point->time_ns - capture_ns);
    clock_trace_lit(audience->trace, point->time_ns, audience->latency_ns);
    if (audience->quality) {
        clock_quality_see(audience->quality, point, capture_ns);
    }
}

void audience_see(struct audience *audience, const struct sim_ed_point *point)
{
    audience->points++;
    if (is_lit(point)) {
        audience->lit++;
        audience->lit_in_dark += point->time_ns >= audience->dark_from_ns;
        audience->last_lit_ns = point->time_ns;
        if (audience->first_lit_ns == BJ_NEVER) {
            audience->first_lit_ns = point->time_ns;
        }
    }
    if (audience->signal == SOURCE_NUMBERED) {
        see_numbered(audience, point);
    } else if (audience->signal == SOURCE_HAND) {
        see_hand(audience, point);
    } else if (audience->signal != SOURCE_BUZZ) {
        see_vernier(audience, point);
    }
    audience->last_point_ns = point->time_ns;
}
