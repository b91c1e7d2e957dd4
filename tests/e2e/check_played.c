/* SPDX-License-Identifier: MIT */
#include "colour.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FEW_POINTS 3 /* fewer, if no rest goes before, may be the edge of one */
#define HISTORY_POINTS 64
#define LOST_COUNTS 26.0    /* half a frame: further away is another place */
#define EDGE_POINTS 3       /* as many an interpolation needs into or out of a rest */
#define WIDE_EDGE_POINTS 10 /* the same where the rate falls: a longer filter */
#define EDGE_COUNTS 130.0   /* and as far it may lead, on either axis */
#define MERGE_NS 60000000
#define BLANK_NS 1500000

struct walk {
    struct path path;
    const struct played_point *points;
    size_t count;
    size_t at;       /* the point looked at */
    double position; /* where it should be */
    size_t unknown;  /* points since the last whose place was known: near corners */
    size_t begin;    /* of the stretch since the last gap */
    double begin_position;
    double history[HISTORY_POINTS];
    int64_t gap_end_ns; /* of the last gap, INT64_MIN: none */
    struct check_verdict *verdict;
};

static bool is_lit(const struct played_point *point)
{
    return (point->r | point->g | point->b) != 0 && point->i != 0;
}

__attribute__((format(printf, 4, 5))) static void fault(struct check_verdict *verdict,
                                                        enum check_fault kind,
                                                        int64_t times, const char *format,
                                                        ...)
{
    verdict->faults[kind] += times;
    if (verdict->first[0] != '\0' || times == 0)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict->first, sizeof verdict->first, format, arguments);
    va_end(arguments);
}

static void expect_dark(struct walk *walk, size_t from, size_t to, const char *when)
{
    for (size_t i = from; i < to; i++)
        if (is_lit(&walk->points[i]))
            fault(walk->verdict, CHECK_LIT, 1, "point %zu at %lld ns is lit %s", i,
                  (long long)walk->points[i].time_ns, when);
}

static double clamp_to_lit(const struct walk *walk, double position)
{
    const struct tagged_signal *signal = walk->path.signal;
    return fmin(fmax(position, (double)signal->lit_begin), (double)signal->lit_end);
}

static bool in_range(const struct walk *walk, double position)
{
    return position == clamp_to_lit(walk, position) &&
           position < (double)walk->path.signal->lit_end;
}

static size_t edge_points(const struct walk *walk)
{
    return walk->path.step > 1.05 ? WIDE_EDGE_POINTS : EDGE_POINTS;
}

/* ---- Colour
 * ------------------------------------------------------------------------------- */

static bool has_colour(const struct walk *walk, double position)
{
    const struct played_point *point = &walk->points[walk->at];
    return colour_off(&walk->path, point, position) == 0 &&
           (!is_lit(point) || point->i == 65535);
}

/* After a gap the light may come back a little later than the position, and softly. */
static bool is_blanked(const struct walk *walk, double position)
{
    const struct played_point *point = &walk->points[walk->at];
    if (walk->gap_end_ns == INT64_MIN)
        return false;
    return (!is_lit(point) && point->time_ns - walk->gap_end_ns <= BLANK_NS) ||
           (walk->at - walk->begin < edge_points(walk) &&
            colour_is_below(&walk->path, point, position));
}

static void wrong_colour(struct walk *walk, double position)
{
    const struct played_point *point = &walk->points[walk->at];
    enum check_fault kind = !is_lit(point)                                 ? CHECK_DARKENED
                            : colour_source_is_dark(&walk->path, position) ? CHECK_LIT
                                                                           : CHECK_COLOUR;
    uint16_t colour[3];
    tagged_colour(walk->path.signal, (int64_t)floor(position + 0.5), colour);
    fault(walk->verdict, kind, 1,
          "point %zu, frame %.2f: colour %u %u %u (intensity %u), source %u %u %u",
          walk->at, position, point->r, point->g, point->b, point->i, colour[0], colour[1],
          colour[2]);
}

/* ---- Gaps
 * ------------------------------------------------------------------------------------ */

static struct check_gap *open_gap(struct walk *walk, size_t at)
{
    static struct check_gap spare;
    struct check_verdict *verdict = walk->verdict;
    int64_t time_ns = walk->points[at].time_ns;

    if (verdict->gaps == 0 || walk->gap_end_ns == INT64_MIN ||
        time_ns - walk->gap_end_ns > MERGE_NS) {
        if (verdict->gaps < CHECK_GAPS)
            verdict->gap[verdict->gaps] = (struct check_gap){.at = at, .time_ns = time_ns};
        verdict->gaps++;
    }
    return verdict->gaps <= CHECK_GAPS ? &verdict->gap[verdict->gaps - 1] : &spare;
}

static void end_stretch(struct walk *walk)
{
    int64_t points = (int64_t)(walk->at - walk->begin);
    if (points <= walk->verdict->longest_points)
        return;
    walk->verdict->longest_points = points;
    walk->verdict->frames_per_point =
        (walk->position - walk->begin_position) / (double)points;
}

static void begin_stretch(struct walk *walk, double position)
{
    walk->begin = walk->at;
    walk->begin_position = walk->position = position;
    walk->unknown = 0;
}

/* The point is where the one before it was. */
static bool stays(const struct walk *walk, size_t at)
{
    const struct played_point *point = &walk->points[at];
    return at > 0 && point->x == point[-1].x && point->y == point[-1].y;
}

static bool rests(const struct walk *walk, size_t at)
{
    return stays(walk, at) || (at + 1 < walk->count && stays(walk, at + 1));
}

/* An interpolation leaves the path into a rest, and comes back, over a few points that are
 * less bright than the frames beside the gap. */
static bool is_edge(const struct walk *walk, size_t at, double position)
{
    const struct played_point *point = &walk->points[at];
    double far = EDGE_COUNTS * fmax(walk->path.step, 1);
    return position < (double)walk->path.signal->frames &&
           fabs(point->x - tagged_x_at(position)) <= far &&
           fabs(point->y - tagged_y_at(position)) <= far &&
           colour_is_below(&walk->path, point, position);
}

/* Does the beam rest dark somewhere from `from` to `to`? */
static bool has_rest(const struct walk *walk, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (!is_lit(&walk->points[i]) && stays(walk, i))
            return true;
    return false;
}

/* Frames that went into the edges of a rest. */
static double frames_in_edges(const struct walk *walk, size_t from, size_t to)
{
    size_t edge = edge_points(walk), into = 0, out = 0;
    if (!has_rest(walk, from, to))
        return 0;
    while (into < edge && !rests(walk, from + into))
        into++;
    while (out < edge && !rests(walk, to - 1 - out))
        out++;
    return (double)(into + out) * walk->path.step;
}

static void judge_gap_points(struct walk *walk, size_t end, double after,
                             struct check_gap *gap)
{
    size_t edge = has_rest(walk, walk->at, end) ? edge_points(walk) : 0;
    for (size_t i = walk->at; i < end; i++) {
        const struct played_point *point = &walk->points[i];
        bool entering = i < walk->at + edge && is_edge(walk, i, walk->position);
        bool leaving = i + edge >= end && after >= 0 && is_edge(walk, i, after);
        gap->dark += !is_lit(point);
        if (is_lit(point) && (stays(walk, i) || (!entering && !leaving)))
            fault(walk->verdict, CHECK_FOREIGN, 1,
                  "point %zu at %d %d is lit and no frame of the source (expected frame "
                  "%.2f, at %.0f %.0f)",
                  i, point->x, point->y, walk->position, tagged_x_at(walk->position),
                  tagged_y_at(walk->position));
    }
}

/* How many points from `at` on move, as far as an anchor needs; the last may then rest. */
static size_t moving(const struct walk *walk, size_t at)
{
    size_t length = 0;
    while (length < PLACE_CERTAIN && at + length < walk->count && !stays(walk, at + length))
        length++;
    return length;
}

/* The first point from `at` on whose place is known; its position, or -1. Near a corner the
 * place is known from later points. */
static double find_again(const struct walk *walk, size_t *at, size_t shortest)
{
    double found = -1;
    size_t start = *at;
    for (; *at < walk->count; ++*at) {
        size_t length = moving(walk, *at);
        bool island = *at > 0 && stays(walk, *at - 1); /* between two rests */
        if (length < shortest || (length < FEW_POINTS && !island))
            continue;
        found = place_find(&walk->path, &walk->points[*at], length, walk->position);
        if (found >= 0)
            break;
    }
    while (found >= walk->path.step && *at > start && !rests(walk, *at - 1) &&
           place_is_run(&walk->path, &walk->points[*at - 1], 2, found - walk->path.step)) {
        --*at;
        found -= walk->path.step;
    }
    return found;
}

/* The signal does not simply go on: find where it does, looking at `end` first. */
static void cross_gap(struct walk *walk, size_t end)
{
    double after = find_again(walk, &end, 1);
    double to = after >= 0 ? after : (double)walk->path.signal->frames;
    double lost = clamp_to_lit(walk, to) - clamp_to_lit(walk, walk->position);
    struct check_gap spare = {0}, *gap = &spare;

    lost = fmax(lost - frames_in_edges(walk, walk->at, end), 0);
    end_stretch(walk);
    if (lost > 0 || in_range(walk, walk->position)) {
        gap = open_gap(walk, walk->at);
        if (lost > 0.25) {
            gap->missing += lost;
            walk->verdict->missing += lost;
        }
    }
    if (after >= 0 && after < walk->position - 0.5 * walk->path.step)
        fault(walk->verdict, CHECK_BACKWARD, 1,
              "point %zu goes back to frame %.2f from %.2f", end, after, walk->position);
    judge_gap_points(walk, end, after, gap);
    walk->at = end;
    if (gap != &spare)
        walk->gap_end_ns = walk->points[end < walk->count ? end : walk->count - 1].time_ns;
    begin_stretch(walk, to);
}

/* ---- The way
 * ---------------------------------------------------------------------------------- */

/* As far along as the rate says, since the point before and over many? */
static bool is_on_time(const struct walk *walk, double position)
{
    size_t since = walk->at - walk->begin;
    if (fabs(position - walk->position) >
        place_slack(&walk->path, (double)(walk->unknown + 1)))
        return false;
    if (since < HISTORY_POINTS)
        return true;
    double before = walk->history[walk->at % HISTORY_POINTS];
    return fabs(position - before - HISTORY_POINTS * walk->path.step) <=
           place_slack(&walk->path, HISTORY_POINTS);
}

static void judge_point(struct walk *walk, const struct place *place)
{
    struct check_verdict *verdict = walk->verdict;
    const struct played_point *point = &walk->points[walk->at];

    if (place->room == walk->path.limits.position && place->off > verdict->max_error_counts)
        verdict->max_error_counts = place->off;
    if (place->off > place->room || !is_on_time(walk, place->position))
        fault(verdict, CHECK_POSITION, 1,
              "point %zu: at %d %d; source position %.3f, expected %.3f, is at %.1f %.1f",
              walk->at, point->x, point->y, place->position, walk->position,
              tagged_x_at(place->position), tagged_y_at(place->position));
    else if (has_colour(walk, place->position))
        verdict->matched++;
    else if (!is_blanked(walk, place->position))
        wrong_colour(walk, place->position);
    else if (verdict->gaps <= CHECK_GAPS)
        verdict->gap[verdict->gaps - 1].blanked++;
}

/* A DAC that plays never pauses between two points. */
static void judge_pause(struct walk *walk)
{
    int64_t pause_ns, step_ns;
    if (walk->at == 0)
        return;
    pause_ns = walk->points[walk->at].time_ns - walk->points[walk->at - 1].time_ns;
    step_ns = (int64_t)(walk->path.step / walk->path.signal->rate_hz * 1e9);
    if (pause_ns <= step_ns + step_ns / 2)
        return;
    open_gap(walk, walk->at)->idle_ns += pause_ns - step_ns;
    walk->gap_end_ns = walk->points[walk->at].time_ns;
}

/* Is this point about to leave the path for a rest? */
static bool leaves(const struct walk *walk, const struct place *place)
{
    if (place->off <= place->room && is_on_time(walk, place->position) &&
        (has_colour(walk, place->position) || is_blanked(walk, place->position)))
        return false;
    for (size_t i = walk->at; i < walk->at + edge_points(walk) && i + 1 < walk->count; i++)
        if (stays(walk, i + 1))
            return true;
    return false;
}

static void step(struct walk *walk)
{
    const struct played_point *point = &walk->points[walk->at];
    struct place place = place_near(&walk->path, point, walk->position);
    bool inside = in_range(walk, walk->position);
    bool lost = place.off > fmax(place.room, LOST_COUNTS) ||
                fabs(place.position - walk->position) * TAGGED_STEP_COUNTS > LOST_COUNTS;

    if (inside)
        judge_pause(walk);
    if (lost || leaves(walk, &place)) {
        cross_gap(walk, lost ? walk->at : walk->at + 1);
        return;
    }
    if (inside)
        judge_point(walk, &place);
    else if (is_lit(point) && !has_colour(walk, place.position))
        wrong_colour(walk, place.position);
    if (place.off <= place.room && is_on_time(walk, place.position))
        walk->position = place.position;
    walk->unknown = place.known ? 0 : walk->unknown + 1;
    walk->history[walk->at % HISTORY_POINTS] = walk->position;
    walk->at++;
    walk->position += walk->path.step;
}

static bool begin(struct walk *walk)
{
    struct check_verdict *verdict = walk->verdict;

    memset(verdict, 0, sizeof *verdict);
    verdict->first_frame = verdict->last_frame = -1;
    verdict->points = (int64_t)walk->count;
    for (size_t i = 0; i < walk->count; i++)
        verdict->lit_points += is_lit(&walk->points[i]);
    walk->gap_end_ns = INT64_MIN;
    double found = find_again(walk, &walk->at, PLACE_CERTAIN);
    expect_dark(walk, 0, walk->at, "before the signal began");
    if (found < 0) {
        fault(verdict, CHECK_ABSENT, 1, "the signal was not recognised in %zu points",
              walk->count);
        return false;
    }
    verdict->first_frame = found;
    begin_stretch(walk, found);
    if (found > (double)walk->path.signal->lit_begin) {
        struct check_gap *gap = open_gap(walk, walk->at);
        gap->missing = verdict->missing =
            clamp_to_lit(walk, found) - (double)walk->path.signal->lit_begin;
        walk->gap_end_ns = gap->time_ns;
    }
    return true;
}

bool check_played(const struct tagged_signal *signal, double frames_per_point,
                  const struct check_limits *limits, const struct played_point *points,
                  size_t count, struct check_verdict *verdict)
{
    struct walk walk = {.path = {signal, frames_per_point, *limits},
                        .points = points,
                        .count = count,
                        .verdict = verdict};
    double last = (double)signal->lit_end + 1;

    if (!begin(&walk))
        return false;
    while (walk.at < count && walk.position < last)
        step(&walk);
    end_stretch(&walk);
    verdict->last_frame = walk.position;
    if (walk.at == count && walk.position < (double)signal->lit_end) {
        double lost = (double)signal->lit_end - clamp_to_lit(&walk, walk.position);
        open_gap(&walk, count - 1)->missing += lost;
        verdict->missing += lost;
    }
    expect_dark(&walk, walk.at, count, "after the signal ended");
    for (int i = 0; i < CHECK_FAULTS; i++)
        if (verdict->faults[i] != 0)
            return false;
    return true;
}
