/* SPDX-License-Identifier: MIT
 *
 * The latency of every point that was decoded, in windows of time, and the figures that
 * judge it. Both times are the true ones of the simulation: latency is when a point came
 * out less when its place in the source was captured. Where it does not change the pitch is
 * right, whatever the clocks do.
 */
#ifndef CLOCK_TRACE_H
#define CLOCK_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Latencies less what was told. A jump is a step between two points that no pitch makes. */
struct clock_window {
    double mean_ns;
    float least_ns, most_ns;
    uint32_t lit, dark, jumps;
};

struct clock_trace {
    int64_t start_ns, window_ns;
    double told_ns;               /* L */
    struct clock_window *windows; /* one after the other, from start_ns on */
    size_t count, room;           /* the last one is still being filled */
    bool begun;
    int64_t last_ns; /* the last lit point */
    double last_latency_ns;
};

void clock_trace_init(struct clock_trace *trace, int64_t start_ns, int64_t window_ns,
                      double told_ns);
void clock_trace_finish(struct clock_trace *trace);

/* Another L from now on. */
void clock_trace_tell(struct clock_trace *trace, double told_ns);

/* In the order of time. */
void clock_trace_lit(struct clock_trace *trace, int64_t now_ns, double latency_ns);
void clock_trace_dark(struct clock_trace *trace, int64_t now_ns);

/* The window of a moment, NULL when it is not complete or nothing was seen. */
const struct clock_window *clock_trace_at(const struct clock_trace *trace, int64_t now_ns);

/* ---- Figures, between two moments in seconds since the start ------------------------ */

struct clock_figures {
    double pitch_rms_ppm, pitch_peak_ppm; /* of window to window, off the truth */
    double off_ms;                        /* mean latency less what was told */
    double wobble_ms;                     /* rms about that mean */
    double error_ms;                      /* rms off what was told */
    double peak_ms;                       /* the most off what was told */
    uint64_t dark, jumps;                 /* points; steps */
};

struct clock_figures clock_trace_figures(const struct clock_trace *trace, double from_s,
                                         double until_s);

/* How long after from_s the last block of 2 s ended that was dark somewhere, jumped, or was
 * more than 10 ppm off; NAN when that is the last block. */
double clock_trace_lock_s(const struct clock_trace *trace, double from_s, double until_s);

/* What became of an event: how far the latency went from the mean of the 5 s before it, and
 * when it was last further off than within_ms, or dark. */
struct clock_recovery {
    double excursion_ms, recovery_s, dark_ms;
};

struct clock_recovery clock_trace_recovery(const struct clock_trace *trace, double event_s,
                                           double until_s, double within_ms);

#endif
