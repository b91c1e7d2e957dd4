/* SPDX-License-Identifier: MIT */
#include "clock_bench.h"
#include "clock_scenarios.h"
#include "clock_workers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define RUN_HOURS 10.0
#define LATENCY_MS 60.0
#define WOBBLE_LIMIT_MS 0.05
#define SKEW_PPM 500.0

struct hours {
    const struct clock_bench *bench;
    double seconds; /* of a run */
};

static uint64_t run_seed(const struct hours *hours, size_t index)
{
    struct sim_random random = {hours->bench->seed + index};

    return sim_random_next(&random);
}

/* Skews spread evenly from end to end, each run with its own way of wandering. */
static struct clock_scenario scenario_of(const struct hours *hours, size_t index)
{
    uint64_t seed = run_seed(hours, index);
    size_t count = (size_t)ceil(hours->bench->hours * 3600 / hours->seconds);
    double place = count > 1 ? (double)index / (double)(count - 1) : 0.5;
    struct clock_scenario scenario = {
        .name = "hours",
        .jack_hz = hours->bench->rate_hz,
        .pps = hours->bench->rate_hz,
        .jack_crystal = clock_wander(seed, hours->bench->slope),
        .dac_crystal = clock_wander(seed + 1, hours->bench->slope),
        .latency_ms = LATENCY_MS,
        .seconds = hours->seconds,
        .from_s = 60,
        .stride = 16,
        .window_ns = 100 * BJ_NS_PER_MS,
    };

    scenario.dac_crystal.skew_ppm = SKEW_PPM * (2 * place - 1);
    return scenario;
}

static void run(const void *user, size_t index, void *result)
{
    struct clock_scenario scenario = scenario_of(user, index);

    *(struct clock_result *)result = clock_run(&scenario, run_seed(user, index));
}

static bool is_good(const struct clock_result *result)
{
    return result->dry == 0 && result->refused == 0 && result->fillers == 0 &&
           result->figures.jumps == 0 && result->figures.dark == 0 &&
           result->figures.wobble_ms < WOBBLE_LIMIT_MS;
}

static void print_run(const struct hours *hours, size_t index,
                      const struct clock_result *result)
{
    struct clock_scenario scenario = scenario_of(hours, index);
    const struct clock_figures *figures = &result->figures;

    printf("- %+.0f ppm, wandering by %.0f: lock %.0f s, pitch %.2f / %.1f ppm, latency "
           "%+.3f, rms %.4f, peak %.3f ms, least level %.2f ms, %" PRIu64 " dry, %" PRIu64
           " dark, %" PRIu64 " jumps, %" PRIu64 " refused\n",
           scenario.dac_crystal.skew_ppm, scenario.dac_crystal.wander_ppm, result->lock_s,
           figures->pitch_rms_ppm, figures->pitch_peak_ppm, figures->off_ms,
           figures->wobble_ms, figures->peak_ms, result->min_level_ms, result->dry,
           result->fillers, figures->jumps, result->refused);
}

bool clock_bench_hours(const struct clock_bench *bench)
{
    double all_s = bench->hours * 3600;
    struct hours hours = {bench, fmin(RUN_HOURS * 3600, all_s)};
    size_t count = (size_t)ceil(all_s / hours.seconds), bad = 0;
    double wobble = 0, error = 0, off = 0, pitch = 0, level = INFINITY;
    struct clock_result *results =
        clock_workers_run(bench->jobs, count, sizeof *results, run, &hours);

    if (!results) {
        fprintf(stderr, "a run failed\n");
        return false;
    }
    for (size_t k = 0; k < count; k++) {
        const struct clock_result *result = &results[k];
        wobble = fmax(wobble, result->figures.wobble_ms);
        error = fmax(error, result->figures.error_ms);
        off = fmax(off, fabs(result->figures.off_ms));
        pitch = fmax(pitch, result->figures.pitch_rms_ppm);
        level = fmin(level, result->min_level_ms);
        bad += !is_good(result);
        if (!is_good(result)) {
            print_run(&hours, k, result);
        }
    }
    printf("\n| Hours | Runs | Bad | Worst latency ms rms | Worst mean off L ms | Worst "
           "rms off "
           "L ms | Worst pitch ppm rms | Least level ms |\n"
           "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
           "| %.0f | %zu | %zu | %.4f | %.3f | %.3f | %.2f | %.2f |\n",
           (double)count * hours.seconds / 3600, count, bad, wobble, off, error, pitch,
           level);
    clock_workers_free(results, count, sizeof *results);
    return bad == 0;
}
