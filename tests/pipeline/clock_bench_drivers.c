/* SPDX-License-Identifier: MIT */
#include "clock_bench.h"
#include "clock_scenarios.h"
#include "clock_workers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SECONDS 300.0
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

/* Some of them, by chance: the first ones of a shuffle, each once. */
static void choose_some(struct chosen *chosen)
{
    struct sim_random random = {chosen->bench->seed};
    size_t wanted = chosen->bench->cases;

    for (size_t k = 0; k < wanted && k < chosen->count; k++) {
        size_t other =
            k + (size_t)sim_random_upto(&random, (int64_t)(chosen->count - k) - 1);
        struct clock_scenario scenario = chosen->scenarios[k];
        chosen->scenarios[k] = chosen->scenarios[other];
        chosen->scenarios[other] = scenario;
    }
    chosen->count = wanted > 0 && wanted < chosen->count ? wanted : chosen->count;
}

static void run_case(const void *user, size_t index, void *result)
{
    const struct chosen *chosen = user;

    *(struct clock_result *)result =
        clock_run(&chosen->scenarios[index], chosen->bench->seed + index);
}

/* ---- Figures ---------------------------------------------------------------------------- */

static bool is_good(const struct clock_scenario *scenario,
                    const struct clock_result *result)
{
    const struct clock_driver *driver = scenario->driver;
    const struct clock_figures *figures = &result->figures;
    bool locks = driver->lock_s == 0 || result->lock_s <= driver->lock_s;

    return locks && result->dry == 0 && result->relocks == 0 && figures->dark == 0 &&
           figures->jumps == 0 && figures->pitch_rms_ppm < driver->pitch_ppm &&
           fabs(figures->off_ms) < driver->off_ms;
}

static void print_case(const struct clock_scenario *scenario,
                       const struct clock_result *result)
{
    const struct clock_figures *figures = &result->figures;
    char text[64];

    name_case(scenario, text, sizeof text);
    printf("- %s, L %.1f ms: lock %.0f s, pitch %.2f / %.1f ppm, latency %+.3f, rms %.4f, "
           "peak %.3f ms, %" PRIu64 " dry, %" PRIu64 " dark, %" PRIu64 " jumps, %" PRIu64
           " new lines\n",
           text, result->latency_ms, result->lock_s, figures->pitch_rms_ppm,
           figures->pitch_peak_ppm, figures->off_ms, figures->wobble_ms, figures->peak_ms,
           result->dry, figures->dark, figures->jumps, result->relocks);
}

/* The worst of a driver's cases with one jitter. */
struct worst {
    size_t cases;
    double lock, pitch_rms, pitch_peak, off, wobble;
    uint64_t dry, dark, relocks;
};

static struct worst worst_of(const struct chosen *chosen,
                             const struct clock_result *results,
                             const struct clock_driver *driver, double jitter_ms)
{
    struct worst worst = {0};

    for (size_t k = 0; k < chosen->count; k++) {
        const struct clock_figures *figures = &results[k].figures;
        if (chosen->scenarios[k].driver != driver ||
            chosen->scenarios[k].jitter_ms != jitter_ms) {
            continue;
        }
        worst.cases++;
        worst.lock =
            isnan(results[k].lock_s) ? INFINITY : fmax(worst.lock, results[k].lock_s);
        worst.pitch_rms = fmax(worst.pitch_rms, figures->pitch_rms_ppm);
        worst.pitch_peak = fmax(worst.pitch_peak, figures->pitch_peak_ppm);
        worst.wobble = fmax(worst.wobble, figures->wobble_ms);
        worst.off = fabs(figures->off_ms) > fabs(worst.off) ? figures->off_ms : worst.off;
        worst.dry += results[k].dry;
        worst.dark += figures->dark;
        worst.relocks += results[k].relocks;
    }
    return worst;
}

static void print_worst(const struct chosen *chosen, const struct clock_result *results)
{
    printf("| Driver | Jitter ms | Cases | Lock s | Pitch ppm rms / peak | Off L ms | "
           "Latency ms rms | Dry | Dark points | New lines |\n"
           "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (const struct clock_driver *driver = clock_drivers; driver->name; driver++) {
        for (size_t k = 0; k < LENGTH(jitters); k++) {
            struct worst worst = worst_of(chosen, results, driver, jitters[k]);
            if (worst.cases == 0) {
                continue;
            }
            printf("| %s | %g | %zu | %.0f | %.2f / %.1f | %+.3f | %.4f | %" PRIu64
                   " | %" PRIu64 " | %" PRIu64 " |\n",
                   driver->name, jitters[k], worst.cases, worst.lock, worst.pitch_rms,
                   worst.pitch_peak, worst.off, worst.wobble, worst.dry, worst.dark,
                   worst.relocks);
        }
    }
}

bool clock_bench_drivers(const struct clock_bench *bench)
{
    struct clock_scenario scenarios[MOST_CASES];
    struct chosen chosen = {bench, scenarios, 0};
    size_t bad = 0;

    choose(&chosen);
    choose_some(&chosen);
    struct clock_result *results =
        clock_workers_run(bench->jobs, chosen.count, sizeof *results, run_case, &chosen);
    if (!results) {
        fprintf(stderr, "a run failed\n");
        return false;
    }
    for (size_t k = 0; k < chosen.count; k++) {
        bool good = is_good(&scenarios[k], &results[k]);
        bad += !good;
        if (!good || bench->only) {
            print_case(&scenarios[k], &results[k]);
        }
    }
    print_worst(&chosen, results);
    clock_workers_free(results, chosen.count, sizeof *results);
    return bad == 0;
}
