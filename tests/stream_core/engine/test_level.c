/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "engine/level.h"

#define PPS 30000.0 /* 30 points per millisecond */
#define MS BJ_NS_PER_MS
#define START_NS (500 * BJ_NS_PER_S)

static struct bj_level make(void)
{
    struct bj_level level;
    bj_level_init(&level, PPS, START_NS);
    return level;
}

static void is_between(const struct bj_level *level, double low, double high)
{
    assert_true(fabs(bj_level_low(level) - low) < 1e-6);
    assert_true(fabs(bj_level_high(level) - high) < 1e-6);
}

static struct bj_level_report report_of(int64_t sent_ms, int64_t received_ms,
                                        uint32_t queued)
{
    return (struct bj_level_report){.sent_ns = START_NS + sent_ms * MS,
                                    .received_ns = START_NS + received_ms * MS,
                                    .queued_points = queued,
                                    .playing = true};
}

static void report(struct bj_level *level, int64_t sent_ms, int64_t received_ms,
                   uint32_t queued)
{
    struct bj_level_report it = report_of(sent_ms, received_ms, queued);
    bj_level_report(level, &it);
}

static void begins_empty_and_still(void **state)
{
    (void)state;
    struct bj_level level = make();
    is_between(&level, 0, 0);
    assert_false(level.playing);
    assert_int_equal(level.queued_points, -1);
}

static void without_reports_the_ledger_counts(void **state)
{
    (void)state;
    struct bj_level level = make();
    bj_level_wrote(&level, 600);
    bj_level_advance(&level, START_NS + 10 * MS);
    is_between(&level, 600, 600); /* does not play yet */
    bj_level_set_playing(&level, START_NS + 10 * MS, true);
    bj_level_advance(&level, START_NS + 15 * MS);
    is_between(&level, 450, 450);
    bj_level_wrote(&level, 50);
    is_between(&level, 500, 500);
    bj_level_set_playing(&level, START_NS + 20 * MS, false); /* what played until now */
    bj_level_advance(&level, START_NS + 100 * MS);
    is_between(&level, 350, 350);
}

static void never_falls_below_nothing(void **state)
{
    (void)state;
    struct bj_level level = make();
    bj_level_wrote(&level, 30);
    bj_level_set_playing(&level, START_NS, true);
    bj_level_advance(&level, START_NS + BJ_NS_PER_S);
    is_between(&level, 0, 0);
    bj_level_wrote(&level, 10); /* a dry queue owes nothing */
    is_between(&level, 10, 10);
}

static void time_never_goes_back(void **state)
{
    (void)state;
    struct bj_level level = make();
    bj_level_wrote(&level, 600);
    bj_level_set_playing(&level, START_NS, true);
    bj_level_advance(&level, START_NS + 10 * MS);
    bj_level_advance(&level, START_NS + 5 * MS);
    is_between(&level, 300, 300);
    bj_level_advance(&level, START_NS + 10 * MS);
    is_between(&level, 300, 300);
}

static void a_new_rate_counts_from_now(void **state)
{
    (void)state;
    struct bj_level level = make();
    bj_level_wrote(&level, 600);
    bj_level_set_playing(&level, START_NS, true);
    bj_level_set_rate(&level, START_NS + 5 * MS, 10000);
    bj_level_advance(&level, START_NS + 10 * MS);
    is_between(&level, 600 - 150 - 50, 600 - 150 - 50);
}

/* Sampled between request and reply, so known to the points played in that time. */
static void a_report_is_an_interval(void **state)
{
    (void)state;
    struct bj_level level = make();
    bj_level_set_playing(&level, START_NS, true);
    bj_level_wrote(&level, 900);
    bj_level_advance(&level, START_NS + 10 * MS);
    report(&level, 4, 8, 700); /* at 10 ms: 700 - 180 to 700 - 60 */
    is_between(&level, 520, 640);
    bj_level_advance(&level, START_NS + 12 * MS);
    is_between(&level, 460, 580);
    bj_level_wrote(&level, 100);
    is_between(&level, 560, 680);
}

static void what_is_under_way_counts(void **state)
{
    (void)state;
    struct bj_level level = make();
    bj_level_set_playing(&level, START_NS, true);
    struct bj_level_report it = report_of(0, 0, 100);
    it.unreported_points = 40;
    bj_level_report(&level, &it);
    is_between(&level, 140, 140);
    assert_int_equal(level.queued_points, 100);
}

static void a_report_tells_whether_it_plays(void **state)
{
    (void)state;
    struct bj_level level = make();
    bj_level_set_playing(&level, START_NS, true);
    bj_level_wrote(&level, 400);
    struct bj_level_report it = report_of(0, 0, 400);
    it.playing = false;
    bj_level_report(&level, &it);
    bj_level_advance(&level, START_NS + 10 * MS);
    assert_false(level.playing);
    is_between(&level, 400, 400);
    it = report_of(10, 10, 400);
    bj_level_report(&level, &it);
    bj_level_advance(&level, START_NS + 11 * MS);
    assert_true(level.playing);
    is_between(&level, 370, 370);
}

/* Paced by the smaller, admitted by the larger. */
static void ledger_and_report_bound_it_together(void **state)
{
    (void)state;
    struct bj_level level = make();
    bj_level_set_playing(&level, START_NS, true);
    bj_level_wrote(&level, 600);
    report(&level, 0, 0, 600);
    bj_level_advance(&level, START_NS + 10 * MS); /* ledger: 300 */
    report(&level, 10, 10, 200);                  /* 10 ms of following: 6 points */
    is_between(&level, 200, 294);
    bj_level_advance(&level, START_NS + 11 * MS);
    report(&level, 11, 11, 500); /* ledger 264, then 0.6 up */
    is_between(&level, 264.6, 500);
}

/* Points that get lost, one in ten for ever: the ledger must not grow away. */
static void reports_that_keep_contradicting_win(void **state)
{
    (void)state;
    struct bj_level level = make();
    bj_level_set_playing(&level, START_NS, true);
    bj_level_wrote(&level, 1500);
    report(&level, 0, 0, 1500);
    for (int k = 1; k <= 200; k++) {
        bj_level_advance(&level, START_NS + 5 * k * MS);
        bj_level_wrote(&level, 165);
        report(&level, 5 * k, 5 * k, 1500); /* 15 of these never came */
    }
    assert_true(bj_level_high(&level) < 1600);
    for (int k = 201; k <= 400; k++) { /* and the same with doubles */
        bj_level_advance(&level, START_NS + 5 * k * MS);
        bj_level_wrote(&level, 135);
        report(&level, 5 * k, 5 * k, 1500);
    }
    assert_true(bj_level_low(&level) > 1400);
}

/* As for years, when a crystal is a little off. */
static void contradictions_are_not_counted_for_ever(void **state)
{
    (void)state;
    struct bj_level level = make();
    bj_level_set_playing(&level, START_NS, true);
    bj_level_wrote(&level, 1500);
    report(&level, 0, 0, 1500);
    for (int k = 1; k <= 1000; k++) {
        bj_level_advance(&level, START_NS + 5 * k * MS);
        bj_level_wrote(&level, 165);
        report(&level, 5 * k, 5 * k, 1500);
    }
    assert_in_range(-level.contradicted, 4, 5);
}

static void the_ledger_follows_into_the_interval_and_no_further(void **state)
{
    (void)state;
    struct bj_level level = make();
    bj_level_set_playing(&level, START_NS, true);
    bj_level_wrote(&level, 1000);
    report(&level, 0, 0, 1000);
    for (int k = 1; k <= 20; k++) {
        bj_level_advance(&level, START_NS + k * MS);
        report(&level, k, k, 1002 - 30 * (uint32_t)k); /* two more than the ledger */
    }
    is_between(&level, 402, 402);
    bj_level_advance(&level, START_NS + 21 * MS);
    report(&level, 19, 21, 400); /* interval 340..400, ledger 372 stays */
    assert_true(fabs(level.software - 372) < 1e-6);
}

static void the_first_report_sets_the_ledger(void **state)
{
    (void)state;
    struct bj_level level = make();
    bj_level_set_playing(&level, START_NS, true);
    bj_level_wrote(&level, 5000);
    bj_level_advance(&level, START_NS + 2 * MS);
    report(&level, 0, 2, 300);
    is_between(&level, 240, 300);
    assert_true(level.reported);
}

static void emptied_forgets_everything_but_the_rate(void **state)
{
    (void)state;
    struct bj_level level = make();
    bj_level_set_playing(&level, START_NS, true);
    bj_level_wrote(&level, 500);
    report(&level, 0, 0, 500);
    bj_level_empty(&level, START_NS + 5 * MS);
    is_between(&level, 0, 0);
    assert_false(level.playing);
    assert_false(level.reported);
    assert_int_equal(level.queued_points, -1);
    bj_level_wrote(&level, 300);
    bj_level_set_playing(&level, START_NS + 5 * MS, true);
    bj_level_advance(&level, START_NS + 6 * MS);
    is_between(&level, 270, 270);
}

/* ---- against a device whose true level is known ---- */

struct device {
    double level, rate;
    int64_t at_ns;
};

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void play(struct device *device, int64_t now_ns)
{
    device->level -= (double)(now_ns - device->at_ns) / 1e9 * device->rate;
    device->level = device->level > 0 ? device->level : 0;
    device->at_ns = now_ns;
}

/* An exchange: asked at `sent`, looked at somewhere between, answered up to 20 ms later. */
struct exchange {
    struct bj_level_report report;
    int64_t sampled_ns;
    bool under_way, sampled;
};

static void begin_exchange(struct exchange *exchange, int64_t now_ns, uint32_t *seed)
{
    int64_t lag = next(seed) % (20 * (uint32_t)MS);
    *exchange = (struct exchange){.under_way = true};
    exchange->report.sent_ns = now_ns;
    exchange->report.received_ns = now_ns + lag;
    exchange->report.playing = true;
    exchange->sampled_ns = now_ns + (lag > 0 ? next(seed) % lag : 0);
}

struct worst {
    double low_above_truth, high_below_truth, width;
};

static void keep_worst(struct worst *worst, const struct bj_level *level, double truth)
{
    worst->low_above_truth = fmax(worst->low_above_truth, bj_level_low(level) - truth);
    worst->high_below_truth = fmax(worst->high_below_truth, truth - bj_level_high(level));
    worst->width = fmax(worst->width, bj_level_high(level) - bj_level_low(level));
}

/* The loop of an engine that looks every 1 to 5 ms and keeps 60 ms queued. */
static struct worst simulate(double ppm, int64_t duration_ns, uint32_t seed)
{
    struct bj_level level = make();
    struct device device = {.rate = PPS * (1 + ppm * 1e-6), .at_ns = START_NS};
    struct exchange exchange = {0};
    struct worst worst = {0};
    bj_level_set_playing(&level, START_NS, true);
    for (int64_t now = START_NS; now < START_NS + duration_ns;) {
        if (exchange.under_way && !exchange.sampled && exchange.sampled_ns <= now) {
            play(&device,
                 exchange.sampled_ns > device.at_ns ? exchange.sampled_ns : device.at_ns);
            exchange.report.queued_points = (uint32_t)device.level;
            exchange.sampled = true;
        }
        play(&device, now);
        bj_level_advance(&level, now);
        if (exchange.sampled && exchange.report.received_ns <= now) {
            exchange.report.received_ns = now; /* read now */
            bj_level_report(&level, &exchange.report);
            exchange = (struct exchange){0};
        }
        if (!exchange.under_way) {
            begin_exchange(&exchange, now, &seed);
        }
        keep_worst(&worst, &level, device.level);
        uint32_t missing = (uint32_t)fmax(0, 60 * PPS / 1000 - bj_level_low(&level));
        bj_level_wrote(&level, missing);
        device.level += missing;
        exchange.report.unreported_points += exchange.sampled ? missing : 0;
        keep_worst(&worst, &level, device.level);
        now += MS + next(&seed) % (4 * (uint32_t)MS);
    }
    return worst;
}

/* One point for the whole number reported, the rest for the crystal between reports. */
static void the_truth_lies_between(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 20; seed++) {
        struct worst worst = simulate(0, 20 * BJ_NS_PER_S, seed);
        assert_true(worst.low_above_truth < 0.01);
        assert_true(worst.high_below_truth < 1.01);
    }
}

static void crystals_do_not_pull_it_away(void **state)
{
    (void)state;
    const double ppms[] = {-500, 500, -50, 50};
    for (int k = 0; k < 4; k++) {
        struct worst worst = simulate(ppms[k], 3600 * BJ_NS_PER_S, 5);
        assert_true(worst.low_above_truth < 1);
        assert_true(worst.high_below_truth < 2);
        assert_true(worst.width < 50 * PPS / 1000); /* not more than two exchanges */
    }
}

static void the_least_is_kept_for_a_while(void **state)
{
    (void)state;
    struct bj_level level;
    bj_level_init(&level, 1000, 0);
    assert_true(bj_level_least(&level) == 0);
    bj_level_wrote(&level, 100);
    bj_level_advance(&level, 50 * BJ_NS_PER_MS); /* does not play yet */
    assert_true(bj_level_least(&level) == 0);
    bj_level_set_playing(&level, 50 * BJ_NS_PER_MS, true);
    int64_t now_ns = 50 * BJ_NS_PER_MS;
    for (int k = 0; k < 1800; k++) { /* 9 s: down to 95; once down to 60 */
        now_ns += (k == 100 ? 40 : 5) * BJ_NS_PER_MS;
        bj_level_advance(&level, now_ns);
        double low = bj_level_low(&level);
        bj_level_wrote(&level, (uint32_t)(100 - low + 0.5));
        double least = bj_level_least(&level);
        assert_true(fabs(least - (k < 100 ? 95 : k < 1000 ? 60 : least)) < 1e-6);
    }
    assert_true(fabs(bj_level_least(&level) - 60) < 1e-6);
    for (int k = 0; k < 1200; k++) {
        now_ns += 5 * BJ_NS_PER_MS;
        bj_level_advance(&level, now_ns);
        bj_level_wrote(&level, 5);
    }
    assert_true(fabs(bj_level_least(&level) - 95) < 1e-6);
    bj_level_empty(&level, now_ns);
    assert_true(bj_level_least(&level) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_is_kept_for_a_while),
        cmocka_unit_test(begins_empty_and_still),
        cmocka_unit_test(without_reports_the_ledger_counts),
        cmocka_unit_test(never_falls_below_nothing),
        cmocka_unit_test(time_never_goes_back),
        cmocka_unit_test(a_new_rate_counts_from_now),
        cmocka_unit_test(a_report_is_an_interval),
        cmocka_unit_test(what_is_under_way_counts),
        cmocka_unit_test(a_report_tells_whether_it_plays),
        cmocka_unit_test(ledger_and_report_bound_it_together),
        cmocka_unit_test(reports_that_keep_contradicting_win),
        cmocka_unit_test(contradictions_are_not_counted_for_ever),
        cmocka_unit_test(the_ledger_follows_into_the_interval_and_no_further),
        cmocka_unit_test(the_first_report_sets_the_ledger),
        cmocka_unit_test(emptied_forgets_everything_but_the_rate),
        cmocka_unit_test(the_truth_lies_between),
        cmocka_unit_test(crystals_do_not_pull_it_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
