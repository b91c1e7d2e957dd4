/* SPDX-License-Identifier: MIT */
#include "pipeline_jack.h"

static double frame_ns(const struct pipeline *pipeline)
{
    double ppm = crystal_ppm(&pipeline->config.jack_crystal, pipeline_elapsed_ns(pipeline));

    return 1e9 / pipeline->config.rate_hz / (1 + ppm / 1e6);
}

void pipeline_begin_cycles(struct pipeline *pipeline)
{
    const struct pipeline_config *config = &pipeline->config;

    pipeline->pushing = true;
    pipeline->cycle_since_ns = (double)pipeline_elapsed_ns(pipeline);
    pipeline->push_ns = pipeline->now_ns;
    pipeline->jack_random.state = config->jack_seed ? config->jack_seed : config->seed + 1;
    pipeline->frame_ns = frame_ns(pipeline);
}

static void next_cycle(struct pipeline *pipeline, uint32_t cycles)
{
    const struct pipeline_config *config = &pipeline->config;

    pipeline->cycle_since_ns += cycles * config->period_frames * pipeline->frame_ns;
    pipeline->frame_ns = frame_ns(pipeline);
    pipeline->push_ns = PIPELINE_START_NS + (int64_t)pipeline->cycle_since_ns +
                        sim_random_upto(&pipeline->jack_random, config->push_jitter_ns);
}

static void push(struct pipeline *pipeline)
{
    float samples[BJ_CHANNELS][PIPELINE_MAX_PERIOD];
    float *out[BJ_CHANNELS];
    const float *in[BJ_CHANNELS];
    uint32_t frames = pipeline->config.period_frames;
    double begin_ns = (double)PIPELINE_START_NS + pipeline->cycle_since_ns;

    for (int c = 0; c < BJ_CHANNELS; c++) {
        in[c] = out[c] = samples[c];
    }
    source_make(pipeline->config.signal, pipeline->audience.frames, begin_ns,
                pipeline->frame_ns, frames, out);
    audience_expect(&pipeline->audience, frames, begin_ns);
    (void)bj_feed_push(pipeline->feed, in, frames, pipeline->now_ns,
                       pipeline->now_ns - (int64_t)begin_ns);
    bj_stream_wake(pipeline->stream);
}

void pipeline_cycle(struct pipeline *pipeline)
{
    if (pipeline->pushing) {
        push(pipeline);
    }
    next_cycle(pipeline, 1);
}

void pipeline_xrun(struct pipeline *pipeline, uint32_t cycles)
{
    next_cycle(pipeline, cycles);
}

void pipeline_step_jack(struct pipeline *pipeline, double ppm)
{
    pipeline->config.jack_crystal.skew_ppm += ppm;
}

void pipeline_set_latency(struct pipeline *pipeline, int64_t latency_ns)
{
    pipeline->config.latency_ns = latency_ns;
    pipeline->audience.expected_latency_ns = latency_ns;
    clock_trace_tell(&pipeline->trace, (double)latency_ns);
    bj_feed_set_latency(pipeline->feed, latency_ns);
    bj_stream_wake(pipeline->stream);
}
