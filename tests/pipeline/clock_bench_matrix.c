/* SPDX-License-Identifier: MIT */
#include "clock_bench.h"
#include "clock_scenarios.h"
#include "clock_workers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define PITCH_LIMIT_PPM 10.0
#define LOCK_LIMIT_S 60.0
#define SLOW_SHARE 0.01

struct matrix {
    uint64_t seed;
    size_t first;
    double seconds;
    bool harsh;
};

static uint64_t case_seed(const struct matrix *matrix, size_t index)
{
    struct sim_random random = {matrix->seed + index + matrix->first};

    return sim_random_next(&random);
}

static struct clock_scenario scenario_of(const struct matrix *matrix, size_t index)
{
    struct clock_scenario scenario = clock_random(case_seed(matrix, index), matrix->harsh);

    if (matrix->seconds > 0) {
        scenario.seconds = matrix->seconds;
        scenario.from_s = matrix->seconds / 3;
    }
    return scenario;
}

static void run_case(const void *user, size_t index, void *result)
{
    struct clock_scenario scenario = scenario_of(user, index);

    *(struct clock_result *)result = clock_run(&scenario, case_seed(user, index));
}

static bool is_slow(const struct clock_result *result)
{
    return !(result->lock_s <= LOCK_LIMIT_S);
}

static bool is_good(const struct clock_result *result)
{
    return result->dry == 0 && result->refused == 0 && result->fillers == 0 &&
           result->figures.jumps == 0 && result->figures.pitch_rms_ppm < PITCH_LIMIT_PPM;
}

static void print_case(const struct matrix *matrix, size_t index,
                       const struct clock_result *result)
{
    struct clock_scenario scenario = scenario_of(matrix, index);
    const struct clock_figures *figures = &result->figures;
    char text[256];

    clock_describe(&scenario, text, sizeof text);
    printf(
        "- case %zu: %s, L %.1f ms: lock %.0f s, pitch %.2f / %.1f ppm, latency %+.3f, rms "
        "%.4f, peak %.3f ms, least level %.2f ms, %" PRIu64 " dry, %" PRIu64
        " dark, %" PRIu64 " jumps, %" PRIu64 " refused\n",
        index + matrix->first, text, result->latency_ms, result->lock_s,
        figures->pitch_rms_ppm, figures->pitch_peak_ppm, figures->off_ms,
        figures->wobble_ms, figures->peak_ms, result->min_level_ms, result->dry,
        result->fillers, figures->jumps, result->refused);
}

/* The worst of all. */
struct summary {
    double pitch_rms, pitch_peak, wobble, off, level, lock;
    uint64_t dry, dark, refused, slow, bad;
};

static void sum_up(struct summary *all, const struct clock_result *result)
{
    const struct clock_figures *figures = &result->figures;

    all->pitch_rms = fmax(all->pitch_rms, figures->pitch_rms_ppm);
    all->pitch_peak = fmax(all->pitch_peak, figures->pitch_peak_ppm);
    all->wobble = fmax(all->wobble, figures->wobble_ms);
    all->off = fmax(all->off, fabs(figures->off_ms));
    all->level = fmin(all->level, result->min_level_ms);
    all->lock = isnan(result->lock_s) ? INFINITY : fmax(all->lock, result->lock_s);
    all->dry += result->dry;
    all->dark += result->fillers;
    all->refused += result->refused;
    all->slow += is_slow(result);
    all->bad += !is_good(result);
}

static void print_summary(const struct summary *all, size_t cases)
{
    printf("| Cases | Worst pitch ppm rms / peak | Worst latency ms rms | Worst off L ms | "
           "Least level ms | Dry | Dark points | Refused | Over 60 s to lock |\n"
           "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
           "| %zu | %.1f / %.1f | %.3f | %.3f | %.2f | %" PRIu64 " | %" PRIu64 " | %" PRIu64
           " | %" PRIu64 " (worst %.0f s) |\n",
           cases, all->pitch_rms, all->pitch_peak, all->wobble, all->off, all->level,
           all->dry, all->dark, all->refused, all->slow, all->lock);
}

bool clock_bench_matrix(const struct clock_bench *bench)
{
    bool one = bench->only_case >= 0;
    struct matrix matrix = {bench->seed, one ? (size_t)bench->only_case : 0, bench->seconds,
                            bench->harsh};
    struct summary all = {.level = INFINITY};
    size_t cases = one ? 1 : bench->cases;
    struct clock_result *results =
        clock_workers_run(bench->jobs, cases, sizeof *results, run_case, &matrix);

    if (!results) {
        fprintf(stderr, "a run failed\n");
        return false;
    }
    for (size_t k = 0; k < cases; k++) {
        sum_up(&all, &results[k]);
        if (one || !is_good(&results[k]) || is_slow(&results[k])) {
            print_case(&matrix, k, &results[k]);
        }
    }
    printf("\n");
    print_summary(&all, cases);
    clock_workers_free(results, cases, sizeof *results);
    return all.bad == 0 && (double)all.slow <= SLOW_SHARE * (double)cases;
}
