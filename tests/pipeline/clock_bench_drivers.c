/* SPDX-License-Identifier: MIT */
#include "clock_bench.h"
#include "clock_scenarios.h"
#include "clock_workers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SECONDS 300.0
#define LOCK_LIMIT_S 60.0
#define WINDOW_NS (200 * BJ_NS_PER_MS) /* in which a stretch of some us is no pitch */
#define MOST_CASES 2000

static const double skews[] = {0, 5, -5, 20, -20, 80, -80, 300, -300};
static const double jitters[] = {0, 0.3, 1, 5};

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define CASES (LENGTH(skews) * LENGTH(jitters) * CLOCK_DRIVER_RATES)

struct chosen {
    const struct clock_bench *bench;
    struct clock_scenario *scenarios;
    size_t count;
};

static struct clock_scenario scenario_of(const struct clock_bench *bench,
                                         const struct clock_driver *driver, size_t index)
{
    double seconds = bench->seconds > 0 ? bench->seconds : SECONDS;

    return (struct clock_scenario){
        .name = driver->name,
        .driver = driver,
        .dac_ppm = skews[index % LENGTH(skews)],
        .jitter_ms = jitters[index / LENGTH(skews) % LENGTH(jitters)],
        .pps = driver->rates[index / LENGTH(skews) / LENGTH(jitters)],
        .seconds = seconds,
        .from_s = fmin(60, seconds / 3),
        .stride = 8,
        .window_ns = WINDOW_NS,
    };
}

static void name_case(const struct clock_scenario *scenario, char *text, size_t size)
{
    snprintf(text, size, "%s %u, %+.0f ppm, %.1f ms", scenario->name, scenario->pps,
             scenario->dac_ppm, scenario->jitter_ms);
}

static bool is_chosen(const struct clock_bench *bench,
                      const struct clock_scenario *scenario)
{
    char text[64];

    name_case(scenario, text, sizeof text);
    return (strcmp(bench->driver, "all") == 0 ||
            strcmp(bench->driver, scenario->name) == 0) &&
           (!bench->only || strstr(text, bench->only));
}

static void choose(struct chosen *chosen)
{
    for (const struct clock_driver *driver = clock_drivers; driver->name; driver++) {
        for (size_t k = 0; k < CASES; k++) {
            struct clock_scenario scenario = scenario_of(chosen->bench, driver, k);
            if (is_chosen(chosen->bench, &scenario)) {
                chosen->scenarios[chosen->count++] = scenario;
            }
        }
    }
}

static void run_case(const void *user, size_t index, void *result)
{
    const struct chosen *chosen = user;

    *(struct clock_result *)result =
        clock_run(&chosen->scenarios[index], chosen->bench->seed + index);
}

/* ---- Figures ---------------------------------------------------------------------------- */

static void print_case(const struct clock_scenario *scenario,
                       const struct clock_result *result)
{
    const struct clock_figures *figures = &result->figures;
    char text[64];

    name_case(scenario, text, sizeof text);
    printf("| %s | %.1f | %.0f | %.2f / %.1f | %+.3f | %.4f / %.3f | %" PRIu64 " | %" PRIu64
           " | %" PRIu64 " | %" PRIu64 " |\n",
           text, result->latency_ms, result->lock_s, figures->pitch_rms_ppm,
           figures->pitch_peak_ppm, figures->off_ms, figures->wobble_ms, figures->peak_ms,
           result->dry, figures->dark, figures->jumps, result->relocks);
}

bool clock_bench_drivers(const struct clock_bench *bench)
{
    struct clock_scenario scenarios[MOST_CASES];
    struct chosen chosen = {bench, scenarios, 0};

    choose(&chosen);
    struct clock_result *results =
        clock_workers_run(bench->jobs, chosen.count, sizeof *results, run_case, &chosen);
    if (!results) {
        fprintf(stderr, "a run failed\n");
        return false;
    }
    printf("| Case | L ms | Lock s | Pitch ppm rms / peak | Off L ms | Latency ms rms / "
           "peak | Dry | Dark points | Jumps | New lines |\n"
           "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t k = 0; k < chosen.count; k++) {
        print_case(&scenarios[k], &results[k]);
    }
    clock_workers_free(results, chosen.count, sizeof *results);
    return true;
}
