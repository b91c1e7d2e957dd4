/* SPDX-License-Identifier: MIT
 *
 * Judges a file of played points on the command line. Exit status 0: as it should be,
 * 1: not, 2: wrong usage.
 */
#include "check.h"
#include "load_points.h"
#include "tagged_options.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int usage(const char *program)
{
    fprintf(stderr,
            "usage: %s played FILE [--pps TRUE_PPS] [--tolerance COUNTS]\n"
            "         [--colour-tolerance COUNTS] [--blue-tolerance COUNTS]\n"
            "         [--interruptions N] [--lost-frames N] [--flushed-points N] "
            "[--lost-time N]\n"
            "         " TAGGED_OPTIONS_HELP "\n"
            "       %s dark FILE [--after NS] [--until NS]\n"
            "       %s lit FILE [--after NS] [--until NS]   some lit point is there\n"
            "       %s summary FILE                         key=value\n"
            "       %s now                                  CLOCK_MONOTONIC in ns\n"
            "       %s signal PID NUMBER                    sends it; when, in ns\n"
            "--after and --until choose the points by their play time, in every mode\n",
            program, program, program, program, program, program);
    return 2;
}

static void tell_gaps(const struct check_verdict *verdict)
{
    for (int64_t i = 0; i < verdict->gaps && i < CHECK_GAPS; i++) {
        const struct check_gap *gap = &verdict->gap[i];
        printf("  gap at point %zu, %lld ns: %lld dark, %.2f frames missing, %lld blanked, "
               "idle for %.3f ms\n",
               gap->at, (long long)gap->time_ns, (long long)gap->dark, gap->missing,
               (long long)gap->blanked, (double)gap->idle_ns / 1e6);
    }
}

static int tell(bool good, const char *mode, const struct check_verdict *verdict)
{
    printf("%s %s: points=%lld lit=%lld", good ? "PASS" : "FAIL", mode,
           (long long)verdict->points, (long long)verdict->lit_points);
    if (verdict->first_frame >= 0)
        printf(" matched=%lld frames=%.2f..%.2f gaps=%lld missing=%.2f max_error=%.2f "
               "frames_per_point=%.7f",
               (long long)verdict->matched, verdict->first_frame, verdict->last_frame,
               (long long)verdict->gaps, verdict->missing, verdict->max_error_counts,
               verdict->frames_per_point);
    for (int i = 0; i < CHECK_FAULTS; i++)
        if (verdict->faults[i] != 0)
            printf(" %s=%lld", check_fault_name((enum check_fault)i),
                   (long long)verdict->faults[i]);
    printf("\n");
    if (verdict->first[0] != '\0')
        printf("  first: %s\n", verdict->first);
    tell_gaps(verdict);
    return good ? 0 : 1;
}

static int judge_played(const struct tagged_options *options,
                        const struct played_point *points, size_t count)
{
    double step = options->pps > 0 ? options->signal.rate_hz / options->pps : 1;
    const struct check_counts counts = {.interruptions = (int64_t)options->interruptions,
                                        .lost_frames = options->lost_frames +
                                                       step * options->flushed_points,
                                        .lost_time = (int64_t)options->lost_time};
    struct check_verdict verdict;
    char why[200];
    const struct check_limits limits = {
        .position = options->tolerance_counts,
        .colour = {options->colour_tolerance, options->colour_tolerance,
                   options->blue_tolerance},
        .bend = counts.lost_time > 0 ? CHECK_BEND_OF_LOST_TIME : CHECK_BEND};
    bool good = check_played(&options->signal, step, &limits, points, count, &verdict);
    bool explained = check_explained(&verdict, &counts, step, why, sizeof why);
    tell(good && explained, "played", &verdict);
    if (!explained)
        printf("  not explained: %s\n", why);
    return good && explained ? 0 : 1;
}

static int tell_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("%lld\n", (long long)now.tv_sec * 1000000000LL + now.tv_nsec);
    return 0;
}

/* Without a moment between the two: what follows is judged from then on. */
static int tell_signal(const char *pid, const char *number)
{
    if (kill((pid_t)strtol(pid, NULL, 10), (int)strtol(number, NULL, 10)) != 0) {
        perror(pid);
        return 1;
    }
    return tell_now();
}

static int tell_summary(const struct played_point *points, size_t count)
{
    int64_t lit = 0, first = -1, last = -1;
    for (size_t i = 0; i < count; i++) {
        if ((points[i].r | points[i].g | points[i].b) == 0 || points[i].i == 0)
            continue;
        lit++;
        first = first < 0 ? points[i].time_ns : first;
        last = points[i].time_ns;
    }
    printf("points=%zu lit=%lld first_lit_ns=%lld last_lit_ns=%lld first_ns=%lld "
           "last_ns=%lld\n",
           count, (long long)lit, (long long)first, (long long)last,
           count ? (long long)points[0].time_ns : -1LL,
           count ? (long long)points[count - 1].time_ns : -1LL);
    return 0;
}

/* Leaves the points of the asked time. */
static void trim(const struct tagged_options *options, const struct played_point **points,
                 size_t *count)
{
    for (; *count > 0 && (*points)->time_ns < options->after_ns; ++*points)
        --*count;
    while (*count > 0 && (*points)[*count - 1].time_ns >= options->until_ns)
        --*count;
}

static int judge(const struct tagged_options *options, const struct played_point *points,
                 size_t count)
{
    const char *mode = options->word[0];
    struct check_verdict verdict;
    trim(options, &points, &count);
    if (strcmp(mode, "played") == 0)
        return judge_played(options, points, count);
    bool dark = check_dark(points, count, options->after_ns, options->until_ns, &verdict);
    if (strcmp(mode, "dark") == 0)
        return tell(dark, mode, &verdict);
    if (strcmp(mode, "lit") == 0)
        return tell(!dark, mode, &verdict);
    if (strcmp(mode, "summary") == 0)
        return tell_summary(points, count);
    return 2;
}

int main(int argc, char **argv)
{
    struct tagged_options options;
    if (argc == 2 && strcmp(argv[1], "now") == 0)
        return tell_now();
    if (argc == 4 && strcmp(argv[1], "signal") == 0)
        return tell_signal(argv[2], argv[3]);
    if (!tagged_options_parse(&options, argc, argv) || options.words != 2)
        return usage(argv[0]);
    struct played_point *points;
    size_t count;
    const char *problem = load_points(options.word[1], &points, &count);
    int status = 1;
    if (problem)
        fprintf(stderr, "%s: %s\n", options.word[1], problem);
    else
        status = judge(&options, points, count);
    free(points);
    return status == 2 ? usage(argv[0]) : status;
}
