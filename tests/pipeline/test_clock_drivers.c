/* SPDX-License-Identifier: MIT
 *
 * One clock, with every driver: however its DAC tells what it has played, latency holds and
 * no new line begins. Judged by the audience. docs/CLOCKS.md has the wide table.
 */
#include "clock_scenarios.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

struct row {
    const char *driver;
    uint32_t pps;
    double skew_ppm, jitter_ms, seconds;
    double off_ms;    /* of the mean latency, at most */
    double pitch_ppm; /* rms; 0: whether it locks is left to chance, see CLOCKS.md */
    double from_s;    /* locked and judged from there on */
    double wobble_ms; /* rms of the latency about its mean */
};

/* The way to a DAC is 0.2 ms on a network and cannot be known, nor its jitter at the least.
 */
static const struct row rows[] = {
    {"helios", 30000, 20, 0.3, 900, 0.1, 3, 20,
     0.05}, /* 5 new lines when looks kept time with swaps */
    {"helios", 30000, -20, 0, 150, 0.02, 3, 20, 0.05},
    {"helios", 65535, 80, 1, 60, 0.2, 4, 20, 0.05},
    {"helios", 65535, 300, 5, 180, 0.8, 0, 60,
     0.5}, /* its frame takes 7 of 16 ms on the bus: 100 dry a minute */
    {"ether_dream", 30000, 20, 0.3, 60, 0.3, 3, 20, 0.05},
    {"ether_dream_batches", 30000, 20, 0.3, 60, 0.4, 8, 20, 0.05},
    {"lasercube", 30000, -20, 0.3, 60, 0.4, 3, 20, 0.05},
    {"laserdock", 30000, 20, 0.3, 60, 0.02, 3, 20, 0.05},
    {"lasershark", 30000, -80, 0.3, 60, 0.02, 3, 20, 0.05},
    {"audio", 48000, 20, 0.3, 60, 0.1, 3, 20, 0.05},
    {"audio_steps", 48000, -80, 0.3, 60, 0.2, 3, 20, 0.05},
};

static void holds(void **state)
{
    const struct row *row = *state;
    struct clock_scenario scenario = {
        .name = row->driver,
        .driver = clock_driver(row->driver),
        .pps = row->pps,
        .dac_ppm = row->skew_ppm,
        .jitter_ms = row->jitter_ms,
        .seconds = row->seconds,
        .from_s = row->from_s,
        .stride = 16,
        .window_ns = 200 * BJ_NS_PER_MS,
    };
    struct clock_result result = clock_run(&scenario, 1);
    const struct clock_figures *figures = &result.figures;

    print_message("lock %.0f s, pitch %.2f ppm, latency %+.3f, rms %.4f ms, %llu dark, "
                  "%llu jumps\n",
                  result.lock_s, figures->pitch_rms_ppm, figures->off_ms,
                  figures->wobble_ms, (unsigned long long)figures->dark,
                  (unsigned long long)figures->jumps);
    assert_int_equal(result.dry + result.fillers + result.relocks, 0);
    assert_int_equal(figures->jumps + figures->dark, 0);
    assert_true(fabs(figures->off_ms) < row->off_ms);
    assert_true(figures->wobble_ms < row->wobble_ms);
    if (row->pitch_ppm > 0) {
        assert_true(result.lock_s <= scenario.from_s);
        assert_true(figures->pitch_rms_ppm < row->pitch_ppm);
    }
}

int main(void)
{
    struct CMUnitTest tests[LENGTH(rows)];
    char names[LENGTH(rows)][64];

    for (size_t k = 0; k < LENGTH(rows); k++) {
        const void *state = &rows[k];
        snprintf(names[k], sizeof names[k], "%s %u, %+.0f ppm, %.1f ms", rows[k].driver,
                 rows[k].pps, rows[k].skew_ppm, rows[k].jitter_ms);
        tests[k] = (struct CMUnitTest){.name = names[k], .test_func = holds};
        memcpy(&tests[k].initial_state, &state, sizeof state);
    }
    return _cmocka_run_group_tests("clock_drivers", tests, LENGTH(rows), NULL, NULL);
}
