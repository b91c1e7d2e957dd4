/* SPDX-License-Identifier: MIT */
#include "clock/dac_clock.h"

/* A queue whose end is this far in the past is empty. */
#define DRY_NS (BJ_NS_PER_MS * 3 / 10)

void bj_dac_clock_init(struct bj_dac_clock *clock, enum bj_output_model model, double pps)
{
    *clock = (struct bj_dac_clock){.model = model};
    bj_clock_fit_init(&clock->fit,
                      model == BJ_MODEL_SWAP ? BJ_CLOCK_BRACKET : BJ_CLOCK_ROUND_TRIP, pps,
                      1);
    clock->rates[0].per_point = 1;
    clock->rate_count = 1;
}

void bj_dac_clock_connect(struct bj_dac_clock *clock)
{
    double hz =
        bj_clock_fit_settled(&clock->fit) ? clock->fit.line.hz : clock->fit.nominal_hz;
    bj_dac_clock_init(clock, clock->model, clock->fit.nominal_hz);
    clock->fit.line.hz = hz;
}

void bj_dac_clock_set_rate(struct bj_dac_clock *clock, int64_t now_ns, double pps)
{
    bj_clock_fit_rescale(&clock->fit, now_ns, pps);
}

bool bj_dac_clock_known(const struct bj_dac_clock *clock)
{
    return clock->playing && clock->fit.samples > 0 && bj_clock_fit_known(&clock->fit);
}

/* What the fit counts when `point` points have been played. */
static double count_of(const struct bj_dac_clock *clock, double point)
{
    uint32_t k = clock->rate_count - 1;
    while (k > 0 && point < (double)clock->rates[k].point) {
        k--;
    }
    const struct bj_dac_clock_rate *rate = &clock->rates[k];
    return rate->count + (point - (double)rate->point) * rate->per_point;
}

/* The oldest make room: nothing of theirs is queued any more. */
static void note_rate(struct bj_dac_clock *clock, double per_point)
{
    if (per_point == clock->rates[clock->rate_count - 1].per_point) {
        return;
    }
    double count = count_of(clock, (double)clock->points);
    if (clock->rate_count == BJ_DAC_CLOCK_RATES) {
        clock->rate_count /= 2;
        for (uint32_t k = 0; k < clock->rate_count; k++) {
            clock->rates[k] = clock->rates[k + BJ_DAC_CLOCK_RATES - clock->rate_count];
        }
    }
    clock->rates[clock->rate_count++] = (struct bj_dac_clock_rate){
        .point = clock->points, .count = count, .per_point = per_point};
}

double bj_dac_clock_play_ns(const struct bj_dac_clock *clock, uint32_t pending)
{
    return bj_clock_fit_ns(&clock->fit, count_of(clock, (double)(clock->points + pending)));
}

void bj_dac_clock_wrote(struct bj_dac_clock *clock, int64_t now_ns, uint32_t points,
                        double true_pps)
{
    if (bj_dac_clock_known(clock) &&
        bj_dac_clock_play_ns(clock, 0) < (double)(now_ns - DRY_NS)) {
        bj_clock_fit_anchor(&clock->fit);
    }
    note_rate(clock, clock->fit.nominal_hz / true_pps);
    clock->points += points;
}

void bj_dac_clock_emptied(struct bj_dac_clock *clock, uint32_t lost_points)
{
    clock->points -= lost_points < clock->points ? lost_points : clock->points;
    clock->playing = false;
    while (clock->rate_count > 1 &&
           clock->rates[clock->rate_count - 1].point > clock->points) {
        clock->rate_count--;
    }
    bj_clock_fit_anchor(&clock->fit);
}

/* A queue: the next of `played` points has not left yet, the last has, and the report is
 * cut to whole quanta. A swap: the count changed between the two times. */
static bool observe(struct bj_dac_clock *clock, const struct bj_level_report *report)
{
    double played = (double)report->played_points;
    int64_t took_ns = report->received_ns - report->sent_ns;
    if (clock->model == BJ_MODEL_SWAP) {
        return bj_clock_fit_observe(&clock->fit, report->sent_ns + took_ns / 2,
                                    count_of(clock, played), took_ns);
    }
    return bj_clock_fit_observe(&clock->fit, report->sent_ns,
                                count_of(clock, played - report->quantum_points / 2.0),
                                took_ns);
}

bool bj_dac_clock_report(struct bj_dac_clock *clock, const struct bj_level_report *report)
{
    clock->playing = report->playing;
    if (report->quantum_points != clock->quantum || report->spread != clock->spread) {
        clock->quantum = report->quantum_points;
        clock->spread = report->spread;
        bj_clock_fit_set_quantum(&clock->fit, clock->quantum, clock->spread);
    }
    if (!report->playing || report->dry) {
        bj_clock_fit_anchor(&clock->fit);
        return false;
    }
    uint32_t lines = clock->fit.lines;
    observe(clock, report);
    return clock->fit.lines != lines;
}
