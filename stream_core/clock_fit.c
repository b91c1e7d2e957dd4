/* SPDX-License-Identifier: MIT */
#include "clock_fit.h"

#include <math.h>

#define MOST_SAMPLES 200u
/* Samples count alike until they are so many; then older ones fade. */
#define MEMORY 80.0
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

/* Which observations of a window are tight: by how much they exceed the least delay, as
 * told by the line, or by the slack. */
#define OFF_LINE 60e-6
#define OFF_QUANTA 1.1
#define SLACK_MORE 100e-6
#define SLACK_FACTOR 1.25

#define ROOT_12 3.4641 /* the range of what is evenly spread, by its deviation */
#define LEAST_SD 30e-6
#define QUANTUM_SD 0.3
#define FIRST_VARIANCE 1e-7
#define FOLLOW_MEAN 0.2
#define MOST_REFUSED 4u
#define MOST_OFF                                                                           \
    0.03 /* of the nominal rate; no crystal is that bad, some firmwares are                \
          */

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

void bj_clock_fit_set_quantum(struct bj_clock_fit *fit, double quantum)
{
    fit->quantum_s = quantum / fit->nominal_hz;
}

void bj_clock_fit_init(struct bj_clock_fit *fit, enum bj_clock_kind kind, double nominal_hz,
                       double quantum)
{
    *fit = (struct bj_clock_fit){
        .kind = kind,
        .nominal_hz = nominal_hz,
        .hz = nominal_hz,
        .variance = FIRST_VARIANCE,
        .prior = 1,
    };
    bj_clock_fit_set_quantum(fit, quantum);
}

bool bj_clock_fit_known(const struct bj_clock_fit *fit)
{
    return !fit->anchoring && (fit->samples > 0 || fit->stored > 0);
}

bool bj_clock_fit_settled(const struct bj_clock_fit *fit)
{
    return fit->samples >= SETTLED_SAMPLES;
}

static double seconds(const struct bj_clock_fit *fit, double t_ns)
{
    return (t_ns - (double)fit->origin_ns) / 1e9;
}

static double count_at(const struct bj_clock_fit *fit, double t)
{
    return fit->n0 + fit->hz * (t - fit->t0);
}

double bj_clock_fit_ns(const struct bj_clock_fit *fit, double n)
{
    return (double)fit->origin_ns + (fit->t0 + (n - fit->n0) / fit->hz) * 1e9;
}

double bj_clock_fit_count(const struct bj_clock_fit *fit, double t_ns)
{
    return count_at(fit, seconds(fit, t_ns));
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
    fit->stored = 0;
    if (fit->samples > 0 && fit->samples < KEPT_BY_ANCHOR) {
        fit->hz = fit->nominal_hz;
        fit->samples = fit->prior;
        fit->spread = fit->prior_spread;
    }
}

void bj_clock_fit_rescale(struct bj_clock_fit *fit, int64_t now_ns, double nominal_hz)
{
    double t = seconds(fit, (double)now_ns);
    double n = count_at(fit, t);
    fit->hz *= nominal_hz / fit->nominal_hz;
    fit->n0 = n - fit->hz * (t - fit->t0);
    fit->quantum_s *= fit->nominal_hz / nominal_hz;
    fit->nominal_hz = nominal_hz;
    fit->stored = 0;
}

void bj_clock_fit_shift(struct bj_clock_fit *fit, double count)
{
    fit->n0 += count;
}

void bj_clock_fit_step(struct bj_clock_fit *fit, double count)
{
    fit->n0 += count;
    fit->stored = 0;
}

/* ---- a sample joins the line ------------------------------------------------------------ */

/* What so many samples in a row tell of the rate. */
static double spread_of(double samples)
{
    return samples * pow(samples * WINDOW, 2) / 12;
}

static void begin_line(struct bj_clock_fit *fit, double t, double n)
{
    fit->t0 = t;
    fit->n0 = n;
    fit->weight = 1;
    fit->refused = 0;
    fit->mean = 0;
    fit->anchoring = false;
    fit->lines++;
}

/* The rate may be anything near what it was. */
static void begin_rate(struct bj_clock_fit *fit)
{
    fit->samples = fit->prior;
    fit->spread = fit->prior_spread;
}

/* The rate is what it was. */
static void keep_rate(struct bj_clock_fit *fit)
{
    fit->samples = fit->samples < KEPT_BY_ANCHOR ? fit->samples : KEPT_BY_ANCHOR;
    fit->spread = fmin(fit->spread, spread_of(KEPT_BY_ANCHOR));
}

/* As if only the last few samples until t had been seen, on the line. */
static void forget(struct bj_clock_fit *fit, double t, uint32_t samples)
{
    double middle = fmax(t - samples * WINDOW / 2, fit->t0);
    fit->n0 = count_at(fit, middle);
    fit->t0 = middle;
    fit->weight = fmin(fit->weight, samples);
    fit->spread = fmin(fit->spread, spread_of(samples));
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

/* Least squares, one sample at a time. */
static void join(struct bj_clock_fit *fit, double t, double n)
{
    double weight = fmin(fit->weight + 1, MEMORY);
    double faded = (weight - 1) / fit->weight;
    double off = n - count_at(fit, t), dt = t - fit->t0;
    double arm = dt * (weight - 1) / weight;
    fit->spread = faded * fit->spread + arm * dt;
    fit->n0 += (n - fit->n0) / weight;
    fit->t0 += dt / weight;
    fit->weight = weight;
    if (fit->spread > 0) {
        fit->hz += arm / fit->spread * off;
    }
    fit->hz =
        clamp(fit->hz, fit->nominal_hz * (1 - MOST_OFF), fit->nominal_hz * (1 + MOST_OFF));
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
    double error = (n - count_at(fit, t)) / fit->nominal_hz;
    if (!refuse(fit, t, n, error)) {
        watch_rate(fit, t, error);
        join(fit, t, n);
    }
}

/* ---- a window becomes a sample ---------------------------------------------------------- */

static double window(const struct bj_clock_fit *fit)
{
    if (fit->anchoring) {
        return ANCHOR_WINDOW;
    }
    return fit->samples < EARLY_SAMPLES ? EARLY_WINDOW : WINDOW;
}

static double least_delay(const struct bj_clock_fit *fit)
{
    double least = fit->store[0].delay;
    for (uint32_t k = 1; k < fit->stored; k++) {
        least = fmin(least, fit->store[k].delay);
    }
    return least;
}

/* Within a window a slope that is a little wrong does not hide delays of one sign. */
static bool told_by_line(const struct bj_clock_fit *fit)
{
    return fit->kind != BJ_CLOCK_BRACKET;
}

static double tight_limit(const struct bj_clock_fit *fit, double least)
{
    return told_by_line(fit) ? least + OFF_LINE + OFF_QUANTA * fit->quantum_s
                             : least * SLACK_FACTOR + SLACK_MORE;
}

/* Of the observations with a delay up to `limit`, counted from the first. */
struct middle {
    double t, n, count;
};

static struct middle middle_of(const struct bj_clock_fit *fit, double limit)
{
    struct middle middle = {0};
    for (uint32_t k = 0; k < fit->stored; k++) {
        if (fit->store[k].delay <= limit) {
            middle.t += fit->store[k].t - fit->first_t;
            middle.n += fit->store[k].n - fit->store[0].n;
            middle.count++;
        }
    }
    middle.t /= middle.count;
    middle.n /= middle.count;
    return middle;
}

/* How far they lie from the straight line that fits them best, in seconds. */
static double scatter(const struct bj_clock_fit *fit, double limit)
{
    struct middle middle = middle_of(fit, limit);
    double along = 0, across = 0, both = 0;
    for (uint32_t k = 0; k < fit->stored; k++) {
        const struct bj_clock_observation *seen = &fit->store[k];
        double at = seen->t - fit->first_t - middle.t;
        double off = (seen->n - fit->store[0].n - middle.n) / fit->hz - at;
        if (seen->delay <= limit) {
            along += at * at;
            across += off * off;
            both += at * off;
        }
    }
    double left = along > 0 ? across - both * both / along : across;
    return left > 0 ? sqrt(left / middle.count) : 0;
}

/* How sure the first sample is; the least of many delays is as sure as they are many. */
static double first_sd(const struct bj_clock_fit *fit, double limit)
{
    double range = ROOT_12 * scatter(fit, INFINITY);
    return fmax(scatter(fit, limit), range / fit->stored);
}

static void close_window(struct bj_clock_fit *fit)
{
    double limit = tight_limit(fit, least_delay(fit));
    struct middle middle = middle_of(fit, limit);
    if (fit->samples == 0) {
        set_prior(fit, first_sd(fit, limit));
    }
    take_sample(fit, fit->first_t + middle.t, fit->store[0].n + middle.n);
    fit->stored = 0;
}

/* Full: one that is not tight makes room, or the new one is too many; to drop a tight one
 * for its delay would favour one end of a quantum. */
static struct bj_clock_observation *room_for(struct bj_clock_fit *fit, double delay)
{
    if (fit->stored < BJ_CLOCK_FIT_STORE) {
        return &fit->store[fit->stored++];
    }
    struct bj_clock_observation *worst = &fit->store[1]; /* [0] is what n is counted from */
    for (uint32_t k = 2; k < BJ_CLOCK_FIT_STORE; k++) {
        worst = fit->store[k].delay > worst->delay ? &fit->store[k] : worst;
    }
    double least = fmin(delay, least_delay(fit));
    return worst->delay > fmax(delay, tight_limit(fit, least)) ? worst : NULL;
}

/* How late it is against the first of its window. */
static double lateness(const struct bj_clock_fit *fit, double t, double n)
{
    return fit->stored ? t - fit->first_t - (n - fit->store[0].n) / fit->hz : 0;
}

static double delay_of(const struct bj_clock_fit *fit, double t, double n, double slack)
{
    if (!told_by_line(fit)) {
        return slack;
    }
    return fit->kind == BJ_CLOCK_ONE_WAY ? lateness(fit, t, n) : -lateness(fit, t, n);
}

/* Before the first sample: the nominal rate, through the tightest observation so far. */
static void guess(struct bj_clock_fit *fit, double t, double n)
{
    double ahead = n - count_at(fit, t);
    bool tighter = fit->kind == BJ_CLOCK_ONE_WAY ? ahead > 0 : ahead < 0;
    if (fit->samples == 0 && (fit->stored == 0 || tighter)) {
        fit->t0 = t;
        fit->n0 = n;
    }
}

bool bj_clock_fit_observe(struct bj_clock_fit *fit, int64_t t_ns, double n,
                          int64_t slack_ns)
{
    if (fit->samples == 0 && fit->stored == 0) {
        fit->origin_ns = t_ns;
    }
    double t = seconds(fit, (double)t_ns);
    bool due = fit->stored > 0 && t - fit->first_t >= window(fit);
    if (due) {
        close_window(fit);
    }
    guess(fit, t, n);
    if (fit->stored == 0) {
        fit->first_t = t;
    }
    double delay = delay_of(fit, t, n, (double)slack_ns / 1e9);
    struct bj_clock_observation *place = room_for(fit, delay);
    if (place) {
        *place = (struct bj_clock_observation){t, n, delay};
    }
    return due;
}
