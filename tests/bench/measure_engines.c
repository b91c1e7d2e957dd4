/* SPDX-License-Identifier: MIT */
#include "measure.h"
#include "projector.h"
#include "rows.h"

#include <stdio.h>
#include <string.h>

#define BLOCK_NS (5 * BJ_NS_PER_MS) /* of virtual time */
#define MIXED 8
#define MIXED_PPS 30000u

/* The highest rate at which people would run such a device. */
static uint32_t top_pps(const char *name)
{
    static const struct {
        const char *name;
        uint32_t pps;
    } rows[] = {
        {"virtual", 100000},  {"ether_dream", 100000}, {"idn", 100000},
        {"lasercube", 30000}, {"helios", 65000},       {"laserdock", 50000},
        {"audio", 96000},     {"lasershark", 30000},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (strcmp(rows[k].name, name) == 0)
            return rows[k].pps;
    return MIXED_PPS;
}

/* Medians over rounds, per point. */
struct cost {
    double engine[BENCH_MAX_ROUNDS], transport[BENCH_MAX_ROUNDS], rest[BENCH_MAX_ROUNDS];
};

static uint64_t play(struct bench_projector *projector, const struct bench_effort *effort,
                     struct cost *cost)
{
    uint64_t steps = 0;
    for (uint32_t k = 0; k < effort->rounds; k++) {
        bench_projector_run(projector, effort->blocks * BLOCK_NS);
        struct bench_effect effect = bench_projector_take(projector);
        double points = effect.points > 0 ? (double)effect.points : 1;
        cost->engine[k] = effect.engine_ns / points;
        cost->transport[k] = effect.transport_ns / points;
        cost->rest[k] = effect.rest_ns / points;
        steps += effect.steps;
    }
    return steps;
}

static bool report_one(const struct conformance_row *row, const struct bench_effort *effort)
{
    static struct bench_projector projector;
    static struct cost cost;
    uint32_t pps = top_pps(row->name);
    bool ran = bench_projector_begin(&projector, row, pps);
    if (ran) {
        double seconds = (double)effort->rounds * effort->blocks * BLOCK_NS / 1e9;
        uint64_t steps = play(&projector, effort, &cost);
        double engine = bench_median(cost.engine, effort->rounds);
        printf("%-12s %4.0f kpps %12.1f %8.2f %% %9.0f %12.1f %11.1f\n", row->name,
               pps / 1e3, engine, engine * pps / 1e9 * 100, (double)steps / seconds,
               bench_median(cost.transport, effort->rounds),
               bench_median(cost.rest, effort->rounds));
        ran = bench_projector_is_well(&projector);
    }
    if (!ran)
        printf("%-12s %s\n", row->name, projector.complaint);
    bench_projector_end(&projector);
    return ran;
}

/* ---- Eight at once ------------------------------------------------------------------- */

/* Real devices first, each kind once, then again from the start. */
static bool begin_mixed(struct bench_projector *projectors)
{
    const struct conformance_row *const *row = conformance_rows;
    bool ran = true;
    for (int k = 0; k < MIXED; row++) {
        if (!*row)
            row = conformance_rows;
        if (strcmp((*row)->name, "virtual") == 0)
            continue;
        if (!bench_projector_begin(&projectors[k], *row, MIXED_PPS)) {
            printf("%s: %s\n", (*row)->name, projectors[k].complaint);
            ran = false;
        }
        k++;
    }
    return ran;
}

/* By turns and in short pieces, so that each finds the others' traces in the caches. */
static void play_mixed(struct bench_projector *projectors,
                       const struct bench_effort *effort, double *engine, double *push)
{
    double whole_ns = (double)effort->blocks * BLOCK_NS;
    for (uint32_t k = 0; k < effort->rounds; k++) {
        struct bench_effect sum = {.steps = 0};
        for (uint32_t block = 0; block < effort->blocks; block++)
            for (int p = 0; p < MIXED; p++)
                bench_projector_run(&projectors[p], BLOCK_NS);
        for (int p = 0; p < MIXED; p++) {
            struct bench_effect effect = bench_projector_take(&projectors[p]);
            sum.engine_ns += effect.engine_ns;
            sum.push_ns += effect.push_ns;
        }
        engine[k] = sum.engine_ns / whole_ns * 100;
        push[k] = sum.push_ns / whole_ns * 100;
    }
}

static bool report_mixed(const struct bench_effort *effort)
{
    static struct bench_projector projectors[MIXED];
    double engine[BENCH_MAX_ROUNDS], push[BENCH_MAX_ROUNDS];
    bool ran = begin_mixed(projectors);
    if (ran) {
        play_mixed(projectors, effort, engine, push);
        printf("eight at %.0f kpps:", MIXED_PPS / 1e3);
        for (int p = 0; p < MIXED; p++)
            printf(" %s", projectors[p].row->name);
        printf("\n%.2f %% of one processor in the engines, %.2f %% in pushes\n",
               bench_median(engine, effort->rounds), bench_median(push, effort->rounds));
    }
    for (int p = 0; p < MIXED; p++) {
        ran = ran && bench_projector_is_well(&projectors[p]);
        if (projectors[p].row)
            bench_projector_end(&projectors[p]);
    }
    return ran;
}

bool measure_engines(const struct bench_effort *effort)
{
    bool ran = true;
    printf("feed, engine, driver        ns/point   of a CPU   steps/s   "
           "sim. wire  sim. device\n");
    for (const struct conformance_row *const *row = conformance_rows; *row; row++)
        ran = report_one(*row, effort) && ran;
    return report_mixed(effort) && ran;
}
