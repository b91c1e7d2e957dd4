/* SPDX-License-Identifier: MIT */
#include "clock/clock_fit.h"

#include <math.h>

/* Samples are not counted any further than this. */
#define MOST_SAMPLES 200u
/* Before anything is seen the nominal rate is believed to within this. */
#define PRIOR_OFF 500e-6
#define SETTLED_SAMPLES 24u
#define AGILE_SAMPLES 10u
#define KEPT_BY_ANCHOR 32u

/* Windows, in seconds: short while little is known, shortest to find a lost phase. */
#define WINDOW 0.25
#define EARLY_WINDOW 0.0625
#define EARLY_SAMPLES 8u
#define ANCHOR_WINDOW 0.03

#define LEAST_SD 30e-6
#define QUANTUM_SD 0.3
#define FIRST_VARIANCE 1e-7
#define FOLLOW_MEAN 0.2
#define MOST_REFUSED 4u
/* Of the nominal rate; no crystal is that bad, some firmwares are. */
#define MOST_OFF 0.03

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* How many samples that scatter so, on the nominal line, tell as much as the prior. */
static double samples_like_prior(double sd, double window_s)
{
    return cbrt(12 * pow(sd / (window_s * PRIOR_OFF), 2));
}

static uint32_t prior_samples(double sd)
{
    double samples = samples_like_prior(sd, EARLY_WINDOW);
    if (samples > EARLY_SAMPLES) {
        samples = fmax(samples_like_prior(sd, WINDOW), EARLY_SAMPLES);
    }
    return (uint32_t)clamp(samples, 1, KEPT_BY_ANCHOR);
}

static void set_prior(struct bj_clock_fit *fit, double sd)
{
    fit->prior = prior_samples(sd);
    fit->prior_spread = pow(sd / PRIOR_OFF, 2);
}

void bj_clock_fit_set_quantum(struct bj_clock_fit *fit, double quantum, bool spread)
{
    enum bj_clock_kind kind = fit->window.kind;
    fit->quantum_s = quantum / fit->nominal_hz;
    if (kind == BJ_CLOCK_ROUND_TRIP || kind == BJ_CLOCK_STEPS) {
        fit->window.kind = spread ? BJ_CLOCK_STEPS : BJ_CLOCK_ROUND_TRIP;
    }
}

void bj_clock_fit_init(struct bj_clock_fit *fit, enum bj_clock_kind kind, double nominal_hz,
                       double quantum)
{
    *fit = (struct bj_clock_fit){
        .nominal_hz = nominal_hz,
        .quantum_s = quantum / nominal_hz,
        .line.hz = nominal_hz,
        .window.kind = kind,
        .variance = FIRST_VARIANCE,
        .prior = 1,
    };
}

bool bj_clock_fit_known(const struct bj_clock_fit *fit)
{
    return !fit->anchoring && (fit->samples > 0 || fit->window.stored > 0);
}

bool bj_clock_fit_settled(const struct bj_clock_fit *fit)
{
    return fit->samples >= SETTLED_SAMPLES;
}

static double seconds(const struct bj_clock_fit *fit, double t_ns)
{
    return (t_ns - (double)fit->origin_ns) / 1e9;
}

double bj_clock_fit_ns(const struct bj_clock_fit *fit, double n)
{
    return (double)fit->origin_ns +
           (fit->line.t0 + (n - fit->line.n0) / fit->line.hz) * 1e9;
}

double bj_clock_fit_count(const struct bj_clock_fit *fit, double t_ns)
{
    return bj_clock_line_count(&fit->line, seconds(fit, t_ns));
}

/* Below LEAST_SD or the scatter of whole quanta, deviations say nothing. */
static double sd(const struct bj_clock_fit *fit)
{
    return fmax(sqrt(fit->variance), fmax(LEAST_SD, QUANTUM_SD * fit->quantum_s));
}

double bj_clock_fit_sd_ns(const struct bj_clock_fit *fit)
{
    return sd(fit) * 1e9;
}

void bj_clock_fit_anchor(struct bj_clock_fit *fit)
{
    fit->anchoring = true;
    fit->window.stored = 0;
    if (fit->samples > 0 && fit->samples < KEPT_BY_ANCHOR) {
        fit->line.hz = fit->nominal_hz;
        fit->samples = fit->prior;
        fit->line.spread = fit->prior_spread;
    }
}

void bj_clock_fit_rescale(struct bj_clock_fit *fit, int64_t now_ns, double nominal_hz)
{
    double t = seconds(fit, (double)now_ns);
    double n = bj_clock_line_count(&fit->line, t);
    fit->line.hz *= nominal_hz / fit->nominal_hz;
    fit->line.n0 = n - fit->line.hz * (t - fit->line.t0);
    fit->quantum_s *= fit->nominal_hz / nominal_hz;
    fit->nominal_hz = nominal_hz;
    fit->window.stored = 0;
}

void bj_clock_fit_shift(struct bj_clock_fit *fit, double count)
{
    fit->line.n0 += count;
}

void bj_clock_fit_step(struct bj_clock_fit *fit, double count)
{
    fit->line.n0 += count;
    fit->window.stored = 0;
}

/* ---- a sample joins the line ------------------------------------------------------------ */

static void begin_line(struct bj_clock_fit *fit, double t, double n)
{
    bj_clock_line_begin(&fit->line, t, n);
    fit->refused = 0;
    fit->mean = 0;
    fit->anchoring = false;
    fit->lines++;
}

/* The rate may be anything near what it was. */
static void begin_rate(struct bj_clock_fit *fit)
{
    fit->samples = fit->prior;
    fit->line.spread = fit->prior_spread;
}

/* The rate is what it was. */
static void keep_rate(struct bj_clock_fit *fit)
{
    fit->samples = fit->samples < KEPT_BY_ANCHOR ? fit->samples : KEPT_BY_ANCHOR;
    fit->line.spread = fmin(fit->line.spread, bj_clock_line_spread(KEPT_BY_ANCHOR, WINDOW));
}

static void forget(struct bj_clock_fit *fit, double t, uint32_t samples)
{
    bj_clock_line_forget(&fit->line, t, samples, WINDOW);
    fit->samples = samples;
}

/* True: the sample does not belong to the line, nor to what it drifts towards. Those that
 * do not and agree with each other are of a line with the same rate. */
static bool refuse(struct bj_clock_fit *fit, double t, double n, double error)
{
    double limit = 6 * sd(fit) + 0.3e-3;
    if (!bj_clock_fit_settled(fit) || fabs(error - fit->mean) <= limit) {
        fit->refused = 0;
        return false;
    }
    if (fit->refused++ == 0) {
        fit->refused_error = error;
    }
    if (fit->refused > MOST_REFUSED) {
        if (fabs(error - fit->refused_error) <= limit) {
            keep_rate(fit);
        } else {
            begin_rate(fit);
        }
        begin_line(fit, t, n);
        fit->misfits++;
    }
    return true;
}

/* A rate that changed shows as errors of one sign; then old samples count for little. */
static void watch_rate(struct bj_clock_fit *fit, double t, double error)
{
    bool settled = bj_clock_fit_settled(fit);
    double limit = sd(fit);
    fit->mean += FOLLOW_MEAN * (error - fit->mean);
    double off = error - fit->mean;
    off = settled ? clamp(off, -3 * limit, 3 * limit) : off;
    fit->variance += (settled ? 0.02 : 0.1) * (off * off - fit->variance);
    if (settled && fabs(fit->mean) > 2.5 * limit + 0.15e-3) {
        forget(fit, t, fit->prior > AGILE_SAMPLES ? fit->prior : AGILE_SAMPLES);
        fit->mean = 0;
    }
}

static void join(struct bj_clock_fit *fit, double t, double n)
{
    bj_clock_line_join(&fit->line, t, n);
    fit->line.hz = clamp(fit->line.hz, fit->nominal_hz * (1 - MOST_OFF),
                         fit->nominal_hz * (1 + MOST_OFF));
    fit->samples += fit->samples < MOST_SAMPLES;
}

static void take_sample(struct bj_clock_fit *fit, double t, double n)
{
    if (fit->samples == 0) {
        begin_rate(fit);
        begin_line(fit, t, n);
        return;
    }
    if (fit->anchoring) {
        keep_rate(fit);
        begin_line(fit, t, n);
        return;
    }
    double error = (n - bj_clock_line_count(&fit->line, t)) / fit->nominal_hz;
    if (!refuse(fit, t, n, error)) {
        watch_rate(fit, t, error);
        join(fit, t, n);
    }
}

/* ---- a window becomes a sample ---------------------------------------------------------- */

static double window_s(const struct bj_clock_fit *fit)
{
    if (fit->anchoring) {
        return ANCHOR_WINDOW;
    }
    return fit->samples < EARLY_SAMPLES ? EARLY_WINDOW : WINDOW;
}

static struct bj_clock_scale scale_of(const struct bj_clock_fit *fit)
{
    return (struct bj_clock_scale){.hz = fit->line.hz, .quantum_s = fit->quantum_s};
}

static void close_window(struct bj_clock_fit *fit)
{
    struct bj_clock_scale scale = scale_of(fit);
    struct bj_clock_sample sample = bj_clock_window_sample(&fit->window, scale);
    if (fit->samples == 0) {
        set_prior(fit, bj_clock_window_sd(&fit->window, scale));
    }
    take_sample(fit, sample.t, sample.n);
    fit->window.stored = 0;
}

/* Before the first sample: the nominal rate, through the tightest observation so far. */
static void guess(struct bj_clock_fit *fit, double t, double n)
{
    double ahead = n - bj_clock_line_count(&fit->line, t);
    bool tighter = fit->window.kind == BJ_CLOCK_ONE_WAY ? ahead > 0 : ahead < 0;
    if (fit->samples == 0 && (fit->window.stored == 0 || tighter)) {
        fit->line.t0 = t;
        fit->line.n0 = n;
    }
}

bool bj_clock_fit_observe(struct bj_clock_fit *fit, int64_t t_ns, double n,
                          int64_t slack_ns)
{
    if (fit->samples == 0 && fit->window.stored == 0) {
        fit->origin_ns = t_ns;
    }
    double t = seconds(fit, (double)t_ns);
    bool due = fit->window.stored > 0 && t - fit->window.first_t >= window_s(fit);
    if (due) {
        close_window(fit);
    }
    guess(fit, t, n);
    bj_clock_window_add(&fit->window, scale_of(fit), t, n, (double)slack_ns / 1e9);
    return due;
}
