/* SPDX-License-Identifier: MIT */
#include "clock_trace.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A pitch of up to 5 %, and the resolution of what is decoded, are no jump. */
#define JUMP_PITCH 0.05
#define JUMP_NS 10000.0
#define BLOCK_S 2.0
#define LOCKED_PPM 10.0
#define BEFORE_S 5.0

/* ---- Writing down ----------------------------------------------------------------------- */

void clock_trace_init(struct clock_trace *trace, int64_t start_ns, int64_t window_ns,
                      double told_ns)
{
    *trace = (struct clock_trace){
        .start_ns = start_ns, .window_ns = window_ns, .told_ns = told_ns};
}

void clock_trace_finish(struct clock_trace *trace)
{
    free(trace->windows);
    trace->windows = NULL;
    trace->count = trace->room = 0;
}

void clock_trace_tell(struct clock_trace *trace, double told_ns)
{
    trace->told_ns = told_ns;
}

static void make_room(struct clock_trace *trace, size_t count)
{
    if (count > trace->room) {
        trace->room = count * 3 / 2 + 1024;
        trace->windows = realloc(trace->windows, trace->room * sizeof *trace->windows);
        assert(trace->windows);
    }
}

static struct clock_window *window_of(struct clock_trace *trace, int64_t now_ns)
{
    size_t index = (size_t)((now_ns - trace->start_ns) / trace->window_ns);

    make_room(trace, index + 1);
    for (; trace->count <= index; trace->count++) {
        trace->windows[trace->count] =
            (struct clock_window){.least_ns = INFINITY, .most_ns = -INFINITY};
    }
    return &trace->windows[index];
}

static bool jumped(const struct clock_trace *trace, int64_t now_ns, double latency_ns)
{
    double moved_ns = fabs(latency_ns - trace->last_latency_ns);

    return trace->begun &&
           moved_ns > JUMP_NS + JUMP_PITCH * (double)(now_ns - trace->last_ns);
}

void clock_trace_lit(struct clock_trace *trace, int64_t now_ns, double latency_ns)
{
    struct clock_window *window = window_of(trace, now_ns);
    double off_ns = latency_ns - trace->told_ns;

    window->lit++;
    window->jumps += jumped(trace, now_ns, latency_ns);
    window->mean_ns += (off_ns - window->mean_ns) / window->lit;
    window->least_ns = fminf(window->least_ns, (float)off_ns);
    window->most_ns = fmaxf(window->most_ns, (float)off_ns);
    trace->begun = true;
    trace->last_ns = now_ns;
    trace->last_latency_ns = latency_ns;
}

void clock_trace_dark(struct clock_trace *trace, int64_t now_ns)
{
    window_of(trace, now_ns)->dark++;
}

/* ---- Looking at it ---------------------------------------------------------------------- */

const struct clock_window *clock_trace_at(const struct clock_trace *trace, int64_t now_ns)
{
    size_t index = (size_t)((now_ns - trace->start_ns) / trace->window_ns);
    bool complete = now_ns >= trace->start_ns && index + 1 < trace->count;

    return complete && trace->windows[index].lit > 0 ? &trace->windows[index] : NULL;
}

static size_t index_at(const struct clock_trace *trace, double s)
{
    double index = floor(s * 1e9 / (double)trace->window_ns + 0.5);
    size_t complete = trace->count > 0 ? trace->count - 1 : 0;

    return index < 0 ? 0 : index > (double)complete ? complete : (size_t)index;
}

static double seconds_at(const struct clock_trace *trace, size_t index)
{
    return (double)index * (double)trace->window_ns / 1e9;
}

/* Which latencies a window saw at the furthest from `mean_ns`. */
static double furthest_ns(const struct clock_window *window, double mean_ns)
{
    return fmax(fabs(window->least_ns - mean_ns), fabs(window->most_ns - mean_ns));
}

static void note_pitch(struct clock_figures *figures, double *squares, double ppm)
{
    *squares += ppm * ppm;
    figures->pitch_peak_ppm = fmax(figures->pitch_peak_ppm, fabs(ppm));
}

struct clock_figures clock_trace_figures(const struct clock_trace *trace, double from_s,
                                         double until_s)
{
    struct clock_figures figures = {0};
    size_t from = index_at(trace, from_s), until = index_at(trace, until_s);
    double sum = 0, squares = 0, pitch_squares = 0, windows = 0, pairs = 0;

    for (size_t k = from; k < until; k++) {
        const struct clock_window *window = &trace->windows[k];
        figures.dark += window->dark;
        figures.jumps += window->jumps;
        if (window->lit == 0) {
            continue;
        }
        windows++;
        sum += window->mean_ns;
        squares += window->mean_ns * window->mean_ns;
        figures.peak_ms = fmax(figures.peak_ms, furthest_ns(window, 0) / 1e6);
        if (k > from && window[-1].lit > 0) {
            pairs++;
            note_pitch(&figures, &pitch_squares,
                       (window[-1].mean_ns - window->mean_ns) / (double)trace->window_ns *
                           1e6);
        }
    }
    double mean = sum / windows, variance = squares / windows - mean * mean;
    figures.pitch_rms_ppm = sqrt(pitch_squares / pairs);
    figures.off_ms = mean / 1e6;
    figures.wobble_ms = sqrt(fmax(variance, 0)) / 1e6;
    figures.error_ms = sqrt(squares / windows) / 1e6;
    return figures;
}

static bool block_is_good(const struct clock_trace *trace, size_t from, size_t until)
{
    for (size_t k = from; k <= until; k++) {
        const struct clock_window *window = &trace->windows[k];
        if (window->lit == 0 || window->dark > 0 || window->jumps > 0) {
            return false;
        }
    }
    double moved_ns = trace->windows[until].mean_ns - trace->windows[from].mean_ns;
    double took_ns = (double)(until - from) * (double)trace->window_ns;
    return fabs(moved_ns / took_ns) * 1e6 <= LOCKED_PPM;
}

double clock_trace_lock_s(const struct clock_trace *trace, double from_s, double until_s)
{
    size_t block = (size_t)(BLOCK_S * 1e9 / (double)trace->window_ns);
    size_t begin = index_at(trace, from_s), until = index_at(trace, until_s);
    size_t bad = begin, end = begin;

    for (size_t from = begin; from + block < until; from += block) {
        end = from + block;
        if (!block_is_good(trace, from, end)) {
            bad = end;
        }
    }
    return bad == end ? NAN : seconds_at(trace, bad - begin);
}

static double mean_before_ns(const struct clock_trace *trace, size_t event)
{
    size_t from = index_at(trace, seconds_at(trace, event) - BEFORE_S);
    double sum = 0, count = 0;

    for (size_t k = from; k < event; k++) {
        sum += trace->windows[k].lit ? trace->windows[k].mean_ns : 0;
        count += trace->windows[k].lit > 0;
    }
    return sum / count;
}

struct clock_recovery clock_trace_recovery(const struct clock_trace *trace, double event_s,
                                           double until_s, double within_ms)
{
    struct clock_recovery recovery = {0};
    size_t event = index_at(trace, event_s), until = index_at(trace, until_s);
    double mean_ns = mean_before_ns(trace, event);

    for (size_t k = event; k < until; k++) {
        const struct clock_window *window = &trace->windows[k];
        uint32_t seen = window->lit + window->dark;
        double off_ms = window->lit ? furthest_ns(window, mean_ns) / 1e6 : 0;
        double window_ms = (double)trace->window_ns / 1e6;
        recovery.excursion_ms = fmax(recovery.excursion_ms, off_ms);
        recovery.dark_ms += seen ? window_ms * window->dark / seen : window_ms;
        if (off_ms > within_ms || window->lit == 0 || window->dark > 0) {
            recovery.recovery_s = seconds_at(trace, k + 1) - event_s;
        }
    }
    return recovery;
}
