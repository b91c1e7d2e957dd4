/* SPDX-License-Identifier: MIT
 *
 * One clock: whatever JACK's and the DAC's crystals, the network and the threads do, every
 * point leaves the DAC as long after it was captured as was told. Judged by the audience.
 *
 * With --long every row runs as long as the table of docs/CLOCKS.md, and hours of drift.
 */
#include "clock_scenarios.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define SEED 1
#define OUTBOUND_MS 0.2 /* what no report can tell: how old it is on its way */

/* A row of the table, and what it must hold. 0: the usual limit. */
struct row {
    const char *name;
    double wobble_ms; /* rms about the mean latency; 0.05 */
    double off_ms;    /* of the mean from what was told; 0.1 around OUTBOUND_MS */
    double pitch_ppm; /* rms; 10 */
    double lock_s;    /* 15 */
    double from_s;    /* judged from there in the short run; 20 */
    bool only_long;
    bool run_long;
};

static double or_else(double value, double usual)
{
    return value != 0 ? value : usual;
}

static void tell(const char *name, const struct clock_result *result)
{
    const struct clock_figures *figures = &result->figures;

    print_message("%s: lock %.0f s, pitch %.2f/%.1f ppm, latency %+.3f, rms %.4f, peak "
                  "%.3f ms, level %.2f ms, %llu dry, %llu dark, %llu jumps\n",
                  name, result->lock_s, figures->pitch_rms_ppm, figures->pitch_peak_ppm,
                  figures->off_ms, figures->wobble_ms, figures->peak_ms,
                  result->min_level_ms, (unsigned long long)result->dry,
                  (unsigned long long)figures->dark, (unsigned long long)figures->jumps);
}

static void assert_nothing_is_lost(const struct clock_result *result)
{
    assert_int_equal(result->dry, 0);
    assert_int_equal(result->refused, 0);
    assert_int_equal(result->reconnects, 0);
    assert_true(result->min_level_ms > 0);
}

static void holds(void **state)
{
    const struct row *row = *state;
    struct clock_scenario scenario = *clock_scenario(row->name);

    scenario.from_s = row->run_long ? 100 : or_else(row->from_s, 20);
    scenario.seconds = row->run_long ? 300 : scenario.from_s + 15;
    scenario.stride = 4;
    struct clock_result result = clock_run(&scenario, SEED);
    tell(row->name, &result);
    assert_nothing_is_lost(&result);
    assert_int_equal(result.fillers, 0);
    assert_int_equal(result.figures.jumps, 0);
    assert_true(result.lock_s < or_else(row->lock_s, 15));
    assert_true(result.figures.wobble_ms < or_else(row->wobble_ms, 0.05));
    assert_true(fabs(result.figures.off_ms - OUTBOUND_MS) < or_else(row->off_ms, 0.1));
    assert_true(result.figures.pitch_rms_ppm < or_else(row->pitch_ppm, 10));
}

/* Four hours of 0.5 ppm a minute: 120 ppm in all. */
static void hours_of_drift(void **state)
{
    struct clock_scenario scenario = *clock_scenario("base");

    (void)state;
    scenario.drift_ppm_per_min = 0.5;
    scenario.seconds = 4 * 3600;
    scenario.from_s = 100;
    scenario.stride = 16;
    scenario.window_ns = 100 * MS;
    struct clock_result result = clock_run(&scenario, SEED);
    tell("4 hours of 0.5 ppm/min", &result);
    assert_nothing_is_lost(&result);
    assert_int_equal(result.fillers, 0);
    assert_true(result.figures.wobble_ms < 0.05);
    assert_true(result.figures.pitch_rms_ppm < 10);
}

/* ---- All of it -------------------------------------------------------------------------- */

/* Reports of before the data are a chunk older: a constant. Steps of 100 points have no
 * limit for the pitch in the tests, only for staying alive. */
static const struct row rows[] = {
    {.name = "base"},
    {.name = "skew 0"},
    {.name = "skew +50"},
    {.name = "skew -50"},
    {.name = "skew -100"},
    {.name = "skew +500"},
    {.name = "skew -500"},
    {.name = "skew +10000"},
    {.name = "skew -10000"},
    {.name = "JACK +300"},
    {.name = "48 kpps"},
    {.name = "96 kHz"},
    {.name = "44.1 kHz"},
    {.name = "period 64"},
    {.name = "period 128", .only_long = true},
    {.name = "period 512", .only_long = true},
    {.name = "period 1024"},
    {.name = "jitter 2 ms"},
    {.name = "jitter 10 ms", .lock_s = 60, .from_s = 60},
    {.name = "quantum 4", .only_long = true},
    {.name = "quantum 16"},
    {.name = "quantum 100", .pitch_ppm = 2, .lock_s = 60, .from_s = 60},
    {.name = "fullness of before", .off_ms = 8, .lock_s = 60, .from_s = 60},
    {.name = "replies +5 ms", .only_long = true},
    {.name = "replies +20 ms"},
    {.name = "replies +0..20 ms"},
    {.name = "20 % replies lost"},
    {.name = "stalls 5 ms", .only_long = true},
    {.name = "stalls 20 ms", .only_long = true},
    {.name = "stalls 50 ms"},
    {.name = "drift 5 ppm/min", .only_long = true},
    {.name = "callbacks 2 ms"},
    {.name = "capacity 1800, L 60"},
    {.name = "worst", .wobble_ms = 0.1, .off_ms = 0.3, .lock_s = 60, .from_s = 45},
};

static void add(struct CMUnitTest *test, const char *name, CMUnitTestFunction run,
                const void *state)
{
    *test = (struct CMUnitTest){.name = name, .test_func = run};
    memcpy(&test->initial_state, &state, sizeof state);
}

static size_t add_rows(struct CMUnitTest *tests, struct row *mine, bool run_long)
{
    size_t count = 0;

    for (size_t k = 0; k < LENGTH(rows); k++) {
        mine[k] = rows[k];
        mine[k].run_long = run_long;
        if (run_long || !rows[k].only_long) {
            add(&tests[count++], mine[k].name, holds, &mine[k]);
        }
    }
    return count;
}

int main(int argc, char **argv)
{
    bool run_long = argc == 2 && strcmp(argv[1], "--long") == 0;
    struct CMUnitTest tests[LENGTH(rows) + 1];
    struct row mine[LENGTH(rows)];
    size_t count = add_rows(tests, mine, run_long);

    if (run_long) {
        add(&tests[count++], "hours of drift", hours_of_drift, NULL);
    }
    return _cmocka_run_group_tests("clock", tests, count, NULL, NULL);
}
