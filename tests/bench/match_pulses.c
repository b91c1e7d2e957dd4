/* SPDX-License-Identifier: MIT
 *
 * match_pulses PULSES POINTS LATENCY_MS [POINTS]: how long each flash took from JACK to the
 * light, and with a second DAC how far apart the two are.
 *
 * PULSES: as written by pulse. POINTS: what the simulated DAC played. LATENCY_MS: what JACK
 * was told. A flash begins with the first point of at least half light after darkness.
 */
#include "load_points.h"
#include "rounds.h"

#include <inttypes.h>
#include <math.h>
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

/* ms[k] is the latency of flash k, negative when it was not seen; both lists are in order
 * of time. Returns how many were. */
static size_t match(const int64_t *pulses, size_t pulse_count,
                    const struct played_point *points, size_t point_count, double *ms)
{
    size_t matched = 0, at = 1;
    for (size_t k = 0; k < pulse_count; k++) {
        ms[k] = -1;
        while (at < point_count &&
               (points[at].time_ns < pulses[k] || !is_edge(&points[at])))
            at++;
        if (at < point_count && points[at].time_ns - pulses[k] < WITHIN_NS) {
            ms[k] = (double)(points[at].time_ns - pulses[k]) * 1e-6;
            matched++;
        }
    }
    return matched;
}

static size_t keep_seen(double *ms, size_t count)
{
    size_t kept = 0;
    for (size_t k = 0; k < count; k++)
        if (ms[k] >= 0)
            ms[kept++] = ms[k];
    return kept;
}

/* Around their mean, once those beyond the 1st and 99th percentile are left out: a flash is
 * timed by a callback, which may come late. Sorted. */
static double rms_around_mean(const double *ms, size_t count)
{
    size_t first = count / 100, last = count - count / 100;
    double mean = 0, sum = 0;
    for (size_t k = first; k < last; k++)
        mean += ms[k] / (double)(last - first);
    for (size_t k = first; k < last; k++)
        sum += (ms[k] - mean) * (ms[k] - mean);
    return sqrt(sum / (double)(last - first));
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
    printf("    spread          %.3f ms (1st to 99th), %.3f ms (all), %.3f ms rms\n",
           p99 - p1, ms[last] - ms[0], rms_around_mean(ms, matched));
}

static void report_pair(const double *first, const double *second, size_t pulses)
{
    static double apart[MAX_PULSES];
    size_t count = 0;
    for (size_t k = 0; k < pulses; k++)
        if (first[k] >= 0 && second[k] >= 0)
            apart[count++] = (second[k] - first[k]) * 1e3;
    double median = bench_median(apart, count); /* sorts */
    printf(
        "    both DACs       %zu flashes, second after first: median %.0f us, 1st to 99th "
        "%.0f to %.0f us, all %.0f to %.0f us\n",
        count, median, apart[count / 100], apart[count - 1 - count / 100], apart[0],
        apart[count - 1]);
}

/* Latencies of the flashes in the file of points; 0: none, and it was said why. */
static size_t measure(const char *program, const char *path, const int64_t *pulses,
                      size_t pulse_count, double *ms)
{
    struct played_point *points;
    size_t point_count, matched;
    const char *problem = load_points(path, &points, &point_count);
    if (problem) {
        fprintf(stderr, "%s: %s %s\n", program, path, problem);
        return 0;
    }
    matched = match(pulses, pulse_count, points, point_count, ms);
    free(points);
    if (matched == 0)
        fprintf(stderr, "%s: none of %zu flashes was seen\n", program, pulse_count);
    return matched;
}

int main(int argc, char **argv)
{
    static int64_t pulses[MAX_PULSES];
    static double first_ms[MAX_PULSES], second_ms[MAX_PULSES];
    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: %s PULSES POINTS LATENCY_MS [POINTS]\n", argv[0]);
        return 2;
    }
    size_t count = load_pulses(argv[1], pulses);
    double told_ms = strtod(argv[3], NULL);
    if (measure(argv[0], argv[2], pulses, count, first_ms) == 0)
        return 1;
    if (argc == 5) {
        if (measure(argv[0], argv[4], pulses, count, second_ms) == 0)
            return 1;
        report_pair(first_ms, second_ms, count);
        report(second_ms, keep_seen(second_ms, count), count, told_ms);
    }
    report(first_ms, keep_seen(first_ms, count), count, told_ms);
    return 0;
}
