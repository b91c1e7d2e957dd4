/* SPDX-License-Identifier: MIT */
#include "clock_bench.h"
#include "clock_scenarios.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define HOUR_S 3600.0
#define SETTLED_S 30.0
#define APART_LIMIT_NS 100e3
#define SNR_LIMIT_DB 80.0
#define EDGE_LIMIT_POINTS 0.5

static void run_to(struct pipeline *pipeline, double s)
{
    pipeline_run_until(pipeline, PIPELINE_START_NS + (int64_t)(s * 1e9));
}

/* ---- Two DACs --------------------------------------------------------------------------- */

static void run_one(struct pipeline *pipeline, double dac_ppm, uint64_t seed,
                    const struct clock_bench *bench, double seconds)
{
    struct clock_scenario scenario = {.name = "pair", .dac_ppm = dac_ppm, .stride = 4};

    scenario.jack_ppm = 50;
    scenario.latency_ms = 30;
    struct pipeline_config config = clock_config(&scenario, seed);
    config.jack_seed = bench->seed;
    pipeline_init(pipeline, &config);
    run_to(pipeline, seconds);
}

bool clock_bench_pair(const struct clock_bench *bench)
{
    double seconds = bench->seconds > 0 ? bench->seconds : HOUR_S, apart_ns = 0,
           squares = 0;
    struct pipeline pair[2];
    size_t from = (size_t)(SETTLED_S * 100), seen = 0, missing = 0;

    run_one(&pair[0], 200, bench->seed + 1, bench, seconds);
    run_one(&pair[1], -200, bench->seed + 2, bench, seconds);
    size_t until = (size_t)fmin((double)pair[0].trace.count, (double)pair[1].trace.count);
    for (size_t k = from; k + 1 < until; k++) {
        const struct clock_window *one = &pair[0].trace.windows[k];
        const struct clock_window *other = &pair[1].trace.windows[k];
        double ns = fabs(one->mean_ns - other->mean_ns);
        bool both = one->lit > 0 && other->lit > 0;
        missing += !both;
        seen += both;
        apart_ns = both ? fmax(apart_ns, ns) : apart_ns;
        squares += both ? ns * ns : 0;
    }
    printf("| Two DACs, +200 and -200 ppm | |\n| --- | --- |\n| seconds | %.0f |\n"
           "| most apart, us | %.2f |\n| rms apart, us | %.2f |\n| dark windows | %zu |\n",
           seconds, apart_ns / 1e3, sqrt(squares / (double)seen) / 1e3, missing);
    pipeline_finish(&pair[0]);
    pipeline_finish(&pair[1]);
    return seen > 0 && missing == 0 && apart_ns < APART_LIMIT_NS;
}

/* ---- Quality ---------------------------------------------------------------------------- */

static void print_quality(const struct clock_quality *quality,
                          const struct clock_figures *figures, double seconds)
{
    printf("| 50 Hz circle of 0.8, 48 kHz to 48 kpps | |\n| --- | --- |\n"
           "| seconds | %.0f |\n"
           "| signal to noise, worst second, dB | %.1f |\n"
           "| the same without rounding to 16 bits, dB | %.1f |\n"
           "| mean, dB | %.1f |\n"
           "| colour steps | %" PRIu64 " |\n"
           "| off their place, worst and mean, points | %.3f, %.3f |\n"
           "| points beyond the two levels | %" PRIu64 " |\n"
           "| jumps, dark points | %" PRIu64 ", %" PRIu64 " |\n"
           "| latency ms rms, pitch ppm rms | %.5f, %.2f |\n",
           seconds, quality->worst_snr_db, quality->worst_pure_db, quality->mean_snr_db,
           quality->edges, quality->worst_edge_points, quality->mean_edge_points,
           quality->outside, figures->jumps, figures->dark, figures->wobble_ms,
           figures->pitch_rms_ppm);
}

bool clock_bench_quality(const struct clock_bench *bench)
{
    double seconds = bench->seconds > 0 ? bench->seconds : HOUR_S;
    struct clock_scenario scenario = {
        .name = "quality", .pps = 48000, .dac_ppm = 100, .latency_ms = 30};
    struct pipeline_config config = clock_config(&scenario, bench->seed);
    struct clock_quality quality;
    struct pipeline pipeline;

    config.signal = SOURCE_CIRCLE;
    pipeline_init(&pipeline, &config);
    clock_quality_init(&quality, config.stream.pps, PIPELINE_START_NS, pipeline.frame_ns);
    run_to(&pipeline, SETTLED_S);
    pipeline.audience.quality = &quality;
    run_to(&pipeline, seconds);
    struct clock_figures figures = clock_trace_figures(&pipeline.trace, SETTLED_S, seconds);
    print_quality(&quality, &figures, seconds);
    bool good = quality.blocks > 0 && quality.edges > 0 && quality.outside == 0 &&
                quality.worst_pure_db > SNR_LIMIT_DB &&
                quality.worst_edge_points < EDGE_LIMIT_POINTS && figures.jumps == 0 &&
                figures.dark == 0;
    pipeline_finish(&pipeline);
    clock_quality_finish(&quality);
    return good;
}
