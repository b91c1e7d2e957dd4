/* SPDX-License-Identifier: MIT
 *
 * When the next point leaves: by the DAC's reports where there are any, by our count else.
 */
#include "engine/play_time.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>

#define PPS 30000.0
#define QUEUED 600u /* 20 ms */
#define BEGAN_NS (7 * BJ_NS_PER_S)

struct fixture {
    struct bj_level level;
    struct bj_dac_clock clock;
    int64_t now_ns;
};

static void begin(struct fixture *fixture)
{
    fixture->now_ns = BEGAN_NS;
    bj_level_init(&fixture->level, PPS, BEGAN_NS);
    bj_dac_clock_init(&fixture->clock, BJ_MODEL_FIFO, PPS);
    bj_dac_clock_connect(&fixture->clock);
    bj_level_wrote(&fixture->level, QUEUED);
    bj_dac_clock_wrote(&fixture->clock, BEGAN_NS, QUEUED, PPS);
}

/* A DAC that plays `speed` times as fast and is kept at its level reports every 5 ms. */
static void report(struct fixture *fixture, int times, double speed)
{
    for (int k = 1; k <= times; k++) {
        fixture->now_ns = BEGAN_NS + k * 5 * BJ_NS_PER_MS;
        uint64_t played = (uint64_t)(k * 0.005 * PPS * speed);
        uint32_t fresh = (uint32_t)(played + QUEUED - fixture->clock.points);
        bj_level_advance(&fixture->level, fixture->now_ns);
        bj_level_wrote(&fixture->level, fresh);
        bj_dac_clock_wrote(&fixture->clock, fixture->now_ns, fresh, PPS);
        const struct bj_level_report level = {.sent_ns = fixture->now_ns,
                                              .received_ns = fixture->now_ns,
                                              .queued_points = QUEUED,
                                              .played_points = played,
                                              .quantum_points = 1,
                                              .playing = true};
        bj_level_report(&fixture->level, &level);
        (void)bj_dac_clock_report(&fixture->clock, &level);
    }
}

static void without_reports_the_count_tells(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    for (int playing = 0; playing < 2; playing++) {
        bj_level_set_playing(&fixture.level, BEGAN_NS, playing);
        struct bj_play_time silent = bj_play_time_of(&fixture.level, &fixture.clock, false);
        assert_true(fabs(silent.ns - (double)(BEGAN_NS + 20 * BJ_NS_PER_MS)) < 1);
        assert_true(silent.pps == PPS && silent.sd_ns == 0);
        assert_int_equal(silent.known, playing); /* its own doing, once it has begun */
        assert_int_equal(silent.settled, playing);
        /* one that will report: a guess until then */
        assert_false(bj_play_time_of(&fixture.level, &fixture.clock, true).known);
    }
}

static void reports_tell_first_a_little_then_all(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    report(&fixture, 200, 1.0);
    struct bj_play_time early = bj_play_time_of(&fixture.level, &fixture.clock, true);
    assert_true(early.known && !early.settled);
    begin(&fixture);
    report(&fixture, 2000, 1.0005);
    struct bj_play_time later = bj_play_time_of(&fixture.level, &fixture.clock, true);
    assert_true(later.known && later.settled);
    assert_true(fabs(later.pps / PPS - 1.0005) < 5e-5);
    double expected_ns = (double)fixture.now_ns + QUEUED / (PPS * 1.0005) * 1e9;
    assert_true(fabs(later.ns - expected_ns) < 1e5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_reports_the_count_tells),
        cmocka_unit_test(reports_tell_first_a_little_then_all),
    };
    return cmocka_run_group_tests_name("play_time", tests, NULL, NULL);
}
