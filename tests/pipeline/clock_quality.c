/* SPDX-License-Identifier: MIT */
#include "clock_quality.h"

#include "source.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define TURN 6.283185307179586
#define RADIUS (0.8 * 32767)
#define LOW (SOURCE_BLUE_LOW * 65535)
#define HIGH (SOURCE_BLUE_HIGH * 65535)
#define ROUNDING 1.0 /* counts */

void clock_quality_init(struct clock_quality *quality, uint32_t pps, double origin_ns,
                        double frame_ns)
{
    *quality = (struct clock_quality){.origin_ns = origin_ns, .frame_ns = frame_ns};
    quality->room = pps;
    quality->points = malloc(quality->room * sizeof *quality->points);
    assert(quality->points);
    clock_quality_count_anew(quality);
}

void clock_quality_finish(struct clock_quality *quality)
{
    free(quality->points);
}

void clock_quality_count_anew(struct clock_quality *quality)
{
    quality->worst_snr_db = quality->worst_pure_db = INFINITY;
    quality->worst_edge_points = 0;
    quality->mean_snr_db = quality->mean_edge_points = 0;
    quality->blocks = quality->edges = quality->outside = 0;
    quality->count = 0;
}

/* ---- Position --------------------------------------------------------------------------- */

static double latency_ns(const struct clock_quality *quality)
{
    double sum = 0;

    for (size_t k = 0; k < quality->count; k++) {
        sum += quality->points[k].play_ns - quality->points[k].capture_ns;
    }
    return sum / (double)quality->count;
}

/* In counts, per axis. */
static double noise_power(const struct clock_quality *quality)
{
    double late_ns = latency_ns(quality), power = 0;

    for (size_t k = 0; k < quality->count; k++) {
        const struct clock_quality_point *point = &quality->points[k];
        double turn_ns = 1e9 / SOURCE_CIRCLE_HZ;
        double angle = fmod(point->play_ns - late_ns, turn_ns) / turn_ns * TURN;
        double x = point->x - RADIUS * cos(angle), y = point->y - RADIUS * sin(angle);
        power += (x * x + y * y) / 2;
    }
    return power / (double)quality->count;
}

static double decibels(double noise)
{
    double signal = RADIUS * RADIUS / 2;

    return 10 * log10(signal / fmax(noise, signal * 1e-14));
}

static void judge_position(struct clock_quality *quality)
{
    double noise = noise_power(quality), snr_db = decibels(noise);

    quality->blocks++;
    quality->worst_snr_db = fmin(quality->worst_snr_db, snr_db);
    quality->worst_pure_db = fmin(quality->worst_pure_db, decibels(noise - 1.0 / 12));
    quality->mean_snr_db += (snr_db - quality->mean_snr_db) / (double)quality->blocks;
}

/* ---- Colour ----------------------------------------------------------------------------- */

static bool is_level(uint16_t blue)
{
    return fabs(blue - LOW) <= ROUNDING || fabs(blue - HIGH) <= ROUNDING;
}

/* A step lies between the last frame of one level and the first of the next. */
static double off_its_place_ns(const struct clock_quality *quality, double capture_ns)
{
    double frame = (capture_ns - quality->origin_ns) / quality->frame_ns + 0.5;
    double edge = rint(frame / SOURCE_STEP_FRAMES) * SOURCE_STEP_FRAMES;

    return (frame - edge) * quality->frame_ns;
}

/* From the first point that left its level to the first on the other one: what they have of
 * the new level says where between them the step is. */
static void judge_edge(struct clock_quality *quality, size_t from, size_t until)
{
    const struct clock_quality_point *points = quality->points;
    bool rises = points[until].b > points[from - 1].b;
    double at = (double)until - 0.5;

    for (size_t k = from; k < until; k++) {
        double share = (points[k].b - LOW) / (HIGH - LOW);
        at -= rises ? share : 1 - share;
    }
    size_t before = (size_t)at;
    double point_ns = points[before + 1].capture_ns - points[before].capture_ns;
    double capture_ns = points[before].capture_ns + (at - (double)before) * point_ns;
    double off = fabs(off_its_place_ns(quality, capture_ns)) / point_ns;
    quality->edges++;
    quality->worst_edge_points = fmax(quality->worst_edge_points, off);
    quality->mean_edge_points += (off - quality->mean_edge_points) / (double)quality->edges;
}

static void judge_colour(struct clock_quality *quality)
{
    const struct clock_quality_point *points = quality->points;

    for (size_t k = 1; k + 1 < quality->count; k++) {
        size_t from = k;
        if (!is_level(points[k - 1].b) || abs(points[k].b - points[k - 1].b) <= 2) {
            continue;
        }
        while (k + 1 < quality->count && !is_level(points[k].b)) {
            k++;
        }
        if (is_level(points[k].b)) {
            judge_edge(quality, from, k);
        }
    }
}

/* ---- Points ----------------------------------------------------------------------------- */

void clock_quality_see(struct clock_quality *quality, const struct sim_ed_point *point,
                       double capture_ns)
{
    quality->points[quality->count++] = (struct clock_quality_point){
        capture_ns, (double)point->time_ns, point->x, point->y, point->b};
    quality->outside += point->b < LOW - ROUNDING || point->b > HIGH + ROUNDING;
    if (quality->count == quality->room) {
        judge_position(quality);
        judge_colour(quality);
        quality->count = 0;
    }
}
