/* SPDX-License-Identifier: MIT */
#include "clock_scenarios.h"

#define MS ((double)BJ_NS_PER_MS)

static double or_else(double value, double usual)
{
    return value != 0 ? value : usual;
}

static void happen(struct pipeline *pipeline, const struct clock_scenario *scenario)
{
    switch (scenario->event) {
    case CLOCK_NO_EVENT:
        break;
    case CLOCK_DAC_STEP:
        pipeline_step_dac(pipeline, scenario->amount);
        break;
    case CLOCK_JACK_STEP:
        pipeline_step_jack(pipeline, scenario->amount);
        break;
    case CLOCK_XRUN:
        pipeline_xrun(pipeline, (uint32_t)scenario->amount);
        break;
    case CLOCK_STALL:
        pipeline->delay_next_wake_ns = (int64_t)(scenario->amount * MS);
        break;
    case CLOCK_OUTAGE:
        pipeline_fault(pipeline, SIM_ED_STALL, (int64_t)(scenario->amount * MS));
        break;
    case CLOCK_RESET:
        pipeline_fault(pipeline, SIM_ED_RESET, 0);
        break;
    }
}

static void run_to(struct pipeline *pipeline, double s)
{
    pipeline_run_until(pipeline, PIPELINE_START_NS + (int64_t)(s * 1e9));
}

/* What was counted before from_s, taken away at the end. */
static struct clock_result counts(const struct pipeline *pipeline)
{
    return (struct clock_result){
        .dry = pipeline_dries(pipeline),
        .fillers = pipeline->audience.fillers,
        .relocks = pipeline_feed(pipeline).jumps,
        .refused = pipeline->naks,
        .reconnects = pipeline_stats(pipeline).reconnects,
    };
}

static void take_counts(struct clock_result *result, const struct pipeline *pipeline,
                        const struct clock_result *before)
{
    struct clock_result now = counts(pipeline);
    double point_ms = 1e3 / pipeline_stats(pipeline).true_pps;

    result->dry_before = before->dry;
    result->dry = now.dry - before->dry;
    result->fillers = now.fillers - before->fillers;
    result->relocks = now.relocks - before->relocks;
    result->refused = now.refused - before->refused;
    result->reconnects = now.reconnects - before->reconnects;
    result->min_level_ms = result->dry > 0 || !pipeline->device
                               ? 0
                               : pipeline_counters(pipeline)->min_fullness * point_ms;
}

static void judge(struct clock_result *result, const struct clock_scenario *scenario,
                  const struct clock_trace *trace, double from_s, double event_s,
                  double end_s)
{
    bool event = scenario->event != CLOCK_NO_EVENT;
    double until_s = event ? event_s : end_s;

    result->lock_s = clock_trace_lock_s(trace, 0, until_s);
    result->figures = clock_trace_figures(trace, from_s, until_s);
    if (event) {
        double tail_s = end_s - (end_s - event_s) / 10;
        result->recovery = clock_trace_recovery(trace, event_s, end_s, 0.3);
        result->relock_s = clock_trace_lock_s(trace, event_s, end_s);
        result->after = clock_trace_figures(trace, tail_s, end_s);
        result->jumps_after = clock_trace_figures(trace, event_s, end_s).jumps;
        result->shift_ms = result->after.off_ms - result->figures.off_ms;
    }
}

struct clock_result clock_run(const struct clock_scenario *scenario, uint64_t seed)
{
    struct pipeline_config config = clock_config(scenario, seed);
    double end_s = or_else(scenario->seconds, 300);
    double from_s = or_else(scenario->from_s, end_s / 3);
    bool event = scenario->event != CLOCK_NO_EVENT;
    double event_s = event ? or_else(scenario->event_s, end_s / 2) : from_s;
    struct clock_result result = {0};
    struct pipeline pipeline;

    pipeline_init(&pipeline, &config);
    result.latency_ms = (double)pipeline.config.latency_ns / MS;
    run_to(&pipeline, from_s);
    struct clock_result before = counts(&pipeline);
    if (pipeline.device) {
        sim_ed_clear_min_fullness(pipeline.device);
    }
    run_to(&pipeline, event_s);
    happen(&pipeline, scenario);
    run_to(&pipeline, end_s);
    take_counts(&result, &pipeline, &before);
    judge(&result, scenario, &pipeline.trace, from_s, event_s, end_s);
    pipeline_finish(&pipeline);
    return result;
}
