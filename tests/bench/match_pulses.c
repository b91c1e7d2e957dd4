/* SPDX-License-Identifier: MIT
 *
 * match_pulses PULSES POINTS LATENCY_MS: how long each flash took from JACK to the light.
 *
 * PULSES: as written by pulse. POINTS: what the simulated DAC played. LATENCY_MS: what JACK
 * was told. A flash begins with the first point of at least half light after darkness.
 */
#include "load_points.h"
#include "rounds.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_PULSES 10000
#define WITHIN_NS INT64_C(65000000) /* flashes are further apart than this */
#define HALF_LIGHT 32768

static size_t load_pulses(const char *path, int64_t pulses[MAX_PULSES])
{
    FILE *file = fopen(path, "r");
    size_t count = 0;
    while (file && count < MAX_PULSES && fscanf(file, "%" SCNd64, &pulses[count]) == 1)
        count++;
    if (file)
        fclose(file);
    return count;
}

static bool is_edge(const struct played_point *point)
{
    return point[-1].r < HALF_LIGHT && point[0].r >= HALF_LIGHT;
}

/* Latencies in ms of the flashes that were seen; both lists are in order of time. */
static size_t match(const int64_t *pulses, size_t pulse_count,
                    const struct played_point *points, size_t point_count, double *ms)
{
    size_t matched = 0, at = 1;
    for (size_t k = 0; k < pulse_count; k++) {
        while (at < point_count &&
               (points[at].time_ns < pulses[k] || !is_edge(&points[at])))
            at++;
        if (at < point_count && points[at].time_ns - pulses[k] < WITHIN_NS)
            ms[matched++] = (double)(points[at].time_ns - pulses[k]) * 1e-6;
    }
    return matched;
}

static void report(double *ms, size_t matched, size_t pulses, double told_ms)
{
    double median = bench_median(ms, matched); /* sorts */
    size_t last = matched - 1;
    double p1 = ms[last / 100], p99 = ms[last - last / 100];
    printf("    flashes seen    %zu of %zu\n", matched, pulses);
    printf("    told to JACK    %.3f ms\n", told_ms);
    printf("    median          %.3f ms, %+.3f ms from what was told\n", median,
           median - told_ms);
    printf("    99th percentile %.3f ms\n", p99);
    printf("    spread          %.3f ms (1st to 99th), %.3f ms (all)\n", p99 - p1,
           ms[last] - ms[0]);
}

int main(int argc, char **argv)
{
    static int64_t pulses[MAX_PULSES];
    static double ms[MAX_PULSES];
    struct played_point *points;
    size_t point_count;
    if (argc != 4) {
        fprintf(stderr, "usage: %s PULSES POINTS LATENCY_MS\n", argv[0]);
        return 2;
    }
    const char *problem = load_points(argv[2], &points, &point_count);
    if (problem) {
        fprintf(stderr, "%s: %s %s\n", argv[0], argv[2], problem);
        return 1;
    }
    size_t pulse_count = load_pulses(argv[1], pulses);
    size_t matched = match(pulses, pulse_count, points, point_count, ms);
    free(points);
    if (matched == 0) {
        fprintf(stderr, "%s: none of %zu flashes was seen\n", argv[0], pulse_count);
        return 1;
    }
    report(ms, matched, pulse_count, strtod(argv[3], NULL));
    return 0;
}
