/* SPDX-License-Identifier: MIT */
#include "clock_bench.h"
#include "clock_scenarios.h"
#include "clock_workers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_ROWS 128
#define STRIDE 4

/* The scenarios that were asked for. */
struct rows {
    size_t count;
    double seconds;
    uint64_t seed;
    const struct clock_scenario *rows[MOST_ROWS];
};

static struct rows choose(const struct clock_bench *bench)
{
    struct rows chosen = {.seconds = bench->seconds, .seed = bench->seed};

    for (const struct clock_scenario *row = clock_scenarios; row->name; row++) {
        if (chosen.count < MOST_ROWS && (!bench->only || strstr(row->name, bench->only))) {
            chosen.rows[chosen.count++] = row;
        }
    }
    return chosen;
}

static void run_row(const void *user, size_t index, void *result)
{
    const struct rows *chosen = user;
    struct clock_scenario scenario = *chosen->rows[index];

    scenario.stride = STRIDE;
    scenario.seconds = chosen->seconds;
    *(struct clock_result *)result = clock_run(&scenario, chosen->seed);
}

static void print_lock(double lock_s)
{
    if (isnan(lock_s)) {
        printf("| - ");
    } else {
        printf("| %.0f ", lock_s);
    }
}

static void print_row(const struct clock_scenario *scenario,
                      const struct clock_result *result)
{
    const struct clock_figures *figures = &result->figures;

    printf("| %s | %.1f ", scenario->name, result->latency_ms);
    print_lock(result->lock_s);
    printf("| %.2f / %.1f | %+.3f | %.4f / %.3f | %.2f | %llu | %llu ",
           figures->pitch_rms_ppm, figures->pitch_peak_ppm, figures->off_ms,
           figures->wobble_ms, figures->peak_ms, result->min_level_ms,
           (unsigned long long)result->dry, (unsigned long long)result->fillers);
    if (scenario->event == CLOCK_NO_EVENT) {
        printf("| |\n");
        return;
    }
    printf("| %.2f ms off, back after %.2f s, %.0f ms dark, then %+.3f ms, %.1f ppm |\n",
           result->recovery.excursion_ms, result->recovery.recovery_s,
           result->recovery.dark_ms, result->shift_ms, result->after.pitch_rms_ppm);
}

bool clock_bench_table(const struct clock_bench *bench)
{
    struct rows chosen = choose(bench);
    struct clock_result *results =
        clock_workers_run(bench->jobs, chosen.count, sizeof *results, run_row, &chosen);

    if (!results) {
        fprintf(stderr, "a run failed\n");
        return false;
    }
    printf("| Scenario | L ms | Lock s | Pitch ppm rms / peak | Off L ms | "
           "Latency ms rms / peak | Least level ms | Dry | Dark points | Event |\n"
           "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t k = 0; k < chosen.count; k++) {
        print_row(chosen.rows[k], &results[k]);
    }
    clock_workers_free(results, chosen.count, sizeof *results);
    return true;
}
