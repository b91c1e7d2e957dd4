/* SPDX-License-Identifier: MIT */
#include "jack/process.h"

#include "options/port_map.h"

#include <math.h>

#define METER_STEP 16

void bj_process_init(struct bj_process *process)
{
    *process = (struct bj_process){0};
    atomic_store(&process->last_cycle_ns, BJ_NEVER);
    atomic_store(&process->control_ns, BJ_NEVER);
}

void bj_process_set_rate(struct bj_process *process, uint32_t rate_hz)
{
    atomic_store(&process->unplayable, !bj_rate_is_playable(rate_hz));
}

void bj_process_attach(struct bj_process *process, const struct bj_sinks *sinks)
{
    process->sinks = sinks;
    atomic_store(&process->attached, true);
}

bool bj_process_detach(struct bj_process *process)
{
    atomic_store(&process->attached, false);
    return !atomic_load(&process->inside);
}

static void measure(struct bj_process *process, const float *const buffers[BJ_CHANNELS],
                    uint32_t frames)
{
    for (int c = 0; c < BJ_CHANNELS; c++) {
        float peak = atomic_load_explicit(&process->peaks[c], memory_order_relaxed);

        for (uint32_t k = 0; k < frames; k += METER_STEP)
            if (fabsf(buffers[c][k]) > peak)
                peak = fabsf(buffers[c][k]);
        atomic_store_explicit(&process->peaks[c], peak, memory_order_relaxed);
    }
}

static bool somebody_was_away(struct bj_process *process, int64_t now_ns)
{
    int64_t here_ns = atomic_load_explicit(&process->last_cycle_ns, memory_order_relaxed);
    int64_t control_ns = atomic_load_explicit(&process->control_ns, memory_order_relaxed);
    bool missing =
        now_ns - control_ns > BJ_AWAY_LIMIT_NS && control_ns != process->missed_ns;

    if (missing)
        process->missed_ns = control_ns;
    return missing || now_ns - here_ns > BJ_AWAY_LIMIT_NS;
}

/* Nothing may flow: its time, or its rate, is none that can be played. */
static bool is_held(struct bj_process *process)
{
    bool held = atomic_load_explicit(&process->freewheeling, memory_order_relaxed) ||
                atomic_load_explicit(&process->unplayable, memory_order_relaxed);

    if (held != process->was_held)
        bj_sinks_restart(process->sinks);
    if (held && !process->was_held)
        bj_sinks_lose(process->sinks);
    process->was_held = held;
    return held;
}

static void forward(struct bj_process *process, const float *const buffers[BJ_CHANNELS],
                    uint32_t frames, int64_t now_ns, int64_t late_ns)
{
    const float *channels[BJ_CHANNELS];

    if (somebody_was_away(process, now_ns))
        bj_sinks_lose(process->sinks);
    if (is_held(process))
        return;
    bj_port_channels(
        buffers, atomic_load_explicit(&process->connected, memory_order_relaxed), channels);
    bj_sinks_push(process->sinks, channels, frames, now_ns, late_ns);
}

void bj_process_cycle(struct bj_process *process, const float *const buffers[BJ_CHANNELS],
                      uint32_t frames, int64_t now_ns, int64_t late_ns)
{
    /* `inside` before `attached` here, the other way round in detach: both orders total. */
    atomic_store(&process->inside, true);
    if (atomic_load(&process->attached))
        forward(process, buffers, frames, now_ns, late_ns);
    atomic_store(&process->inside, false);

    if (atomic_load_explicit(&process->metering, memory_order_relaxed))
        measure(process, buffers, frames);
    atomic_store_explicit(&process->last_cycle_ns, now_ns, memory_order_relaxed);
    atomic_fetch_add_explicit(&process->cycles, 1, memory_order_relaxed);
}

float bj_process_take_peak(struct bj_process *process, enum bj_channel channel)
{
    return atomic_exchange_explicit(&process->peaks[channel], 0.0f, memory_order_relaxed);
}
