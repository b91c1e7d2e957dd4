/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "clock/dac_clock.h"

#define S BJ_NS_PER_S
#define MS BJ_NS_PER_MS
#define PPS 48000.0

/* A DAC that began point 0 at begin_ns and is always written 40 ms ahead. */
struct scene {
    struct bj_dac_clock clock;
    double pps;
    int64_t begin_ns, now_ns;
    uint64_t lost; /* written and never played */
};

static struct scene make(enum bj_output_model model, double ppm)
{
    struct scene scene = {
        .pps = PPS * (1 + ppm * 1e-6), .begin_ns = 5 * S, .now_ns = 5 * S};
    bj_dac_clock_init(&scene.clock, model, PPS);
    return scene;
}

static uint64_t played(const struct scene *scene, int64_t at_ns)
{
    double points = (double)(at_ns - scene->begin_ns) / 1e9 * scene->pps;
    return points > 0 ? (uint64_t)points + 1 : 0; /* point 0 leaves at begin_ns */
}

static bool report(struct scene *scene, bool playing, bool dry)
{
    return bj_dac_clock_report(
        &scene->clock,
        &(struct bj_level_report){.sent_ns = scene->now_ns,
                                  .received_ns = scene->now_ns + 300000,
                                  .played_points = played(scene, scene->now_ns),
                                  .quantum_points = 1,
                                  .playing = playing,
                                  .dry = dry});
}

static void write_ahead(struct scene *scene)
{
    uint64_t wanted = played(scene, scene->now_ns + 40 * MS);
    if (wanted > scene->clock.points) {
        bj_dac_clock_wrote(&scene->clock, scene->now_ns,
                           (uint32_t)(wanted - scene->clock.points), PPS);
    }
}

static void run(struct scene *scene, double seconds)
{
    int64_t until_ns = scene->now_ns + (int64_t)(seconds * 1e9);
    for (; scene->now_ns < until_ns; scene->now_ns += 4700000) {
        write_ahead(scene);
        report(scene, true, false);
    }
}

static double error_us(const struct scene *scene, uint32_t pending)
{
    double true_ns = (double)scene->begin_ns +
                     (double)(scene->clock.points + pending) / scene->pps * 1e9;
    return (bj_dac_clock_play_ns(&scene->clock, pending) - true_ns) / 1e3;
}

static void tells_when_the_next_point_leaves(void **state)
{
    (void)state;
    const double ppm[] = {0, 300, -300, 10000};
    for (int k = 0; k < 4; k++) {
        struct scene scene = make(BJ_MODEL_FIFO, ppm[k]);
        assert_false(bj_dac_clock_known(&scene.clock));
        run(&scene, 20);
        assert_true(bj_dac_clock_known(&scene.clock));
        assert_true(fabs(error_us(&scene, 0)) < 5);
        assert_true(fabs(error_us(&scene, 500)) < 5);
    }
}

/* Counts cut to whole quanta: half of one is added on average. */
static void a_coarse_count_has_no_bias(void **state)
{
    (void)state;
    struct scene scene = make(BJ_MODEL_FIFO, 50);
    for (int k = 0; k < 8000; k++, scene.now_ns += 4700000) {
        uint64_t count = (played(&scene, scene.now_ns) + 99) / 100 * 100;
        write_ahead(&scene);
        bj_dac_clock_report(&scene.clock,
                            &(struct bj_level_report){.sent_ns = scene.now_ns,
                                                      .received_ns = scene.now_ns + 300000,
                                                      .played_points = count,
                                                      .quantum_points = 100,
                                                      .playing = true});
    }
    assert_true(fabs(error_us(&scene, 0)) < 100); /* a quantum lasts 2083 us */
}

/* A swap happens between the last "not yet" and the first "ready". */
static void swaps_are_seen_from_both_sides(void **state)
{
    (void)state;
    struct scene scene = make(BJ_MODEL_SWAP, 200);
    for (uint64_t frame = 1; frame < 2000; frame++) {
        double swap_ns = (double)scene.begin_ns + (double)frame * 480 / scene.pps * 1e9;
        scene.now_ns = (int64_t)swap_ns + 1000000;
        bj_dac_clock_report(&scene.clock, &(struct bj_level_report){
                                              .sent_ns = (int64_t)swap_ns - 600000,
                                              .received_ns = (int64_t)swap_ns + 600000,
                                              .played_points = frame * 480,
                                              .quantum_points = 1,
                                              .playing = true});
        scene.clock.points = (frame + 2) * 480;
    }
    assert_true(fabs(error_us(&scene, 0)) < 5);
}

static void a_dac_that_does_not_play_tells_no_time(void **state)
{
    (void)state;
    struct scene scene = make(BJ_MODEL_FIFO, 0);
    for (int k = 0; k < 100; k++, scene.now_ns += 5 * MS) {
        assert_false(report(&scene, false, false));
        assert_false(bj_dac_clock_known(&scene.clock));
    }
}

/* Steady small underruns look like a slow DAC: they must not be believed. */
static void dry_reports_teach_nothing(void **state)
{
    (void)state;
    struct scene scene = make(BJ_MODEL_FIFO, 0);
    run(&scene, 20);
    double hz = scene.clock.fit.line.hz;
    for (int k = 0; k < 4000; k++, scene.now_ns += 5 * MS) {
        scene.begin_ns += MS; /* a fifth of all time nothing plays */
        report(&scene, true, true);
    }
    assert_false(bj_dac_clock_known(&scene.clock));
    assert_true(scene.clock.fit.line.hz == hz);
    run(&scene, 0.06);
    assert_true(bj_dac_clock_known(&scene.clock));
    assert_true(fabs(error_us(&scene, 0)) < 50);
}

/* It says it plays, but what was written must have been over: the phase is found anew. */
static void a_queue_that_must_be_empty_is_noticed(void **state)
{
    (void)state;
    struct scene scene = make(BJ_MODEL_FIFO, 0);
    run(&scene, 20);
    uint32_t lines = scene.clock.fit.lines;
    scene.begin_ns += 60 * MS; /* it stood still for so long */
    scene.now_ns += 100 * MS;
    write_ahead(&scene);
    assert_false(bj_dac_clock_known(&scene.clock));
    run(&scene, 0.06);
    assert_int_equal(scene.clock.fit.lines, lines + 1);
    assert_true(fabs(error_us(&scene, 0)) < 50);
}

/* Chunks at alternating rates, as when the DAC is steered: each lasts as long as it lasts.
 */
static void chunks_of_different_rates_are_told_apart(void **state)
{
    (void)state;
    struct scene scene = make(BJ_MODEL_FIFO, 200);
    enum { CHUNK = 240, CHUNKS = 8000 };
    static double begins_s[CHUNKS + 1]; /* by the device's clock */
    const double rates[] = {48000, 48096, 47904, 30000};
    for (int k = 0; k < CHUNKS; k++) {
        begins_s[k + 1] = begins_s[k] + CHUNK / rates[k * 7 % 4];
    }
    int written = 0, at = 0;
    for (; written < CHUNKS; scene.now_ns += 5 * MS) {
        double device_s = (double)(scene.now_ns - scene.begin_ns) / 1e9 * (1 + 200e-6);
        for (; written < CHUNKS && begins_s[written] < device_s + 0.04; written++) {
            bj_dac_clock_wrote(&scene.clock, scene.now_ns, CHUNK, rates[written * 7 % 4]);
        }
        while (begins_s[at + 1] < device_s) {
            at++;
        }
        double into = (device_s - begins_s[at]) * rates[at * 7 % 4];
        bj_dac_clock_report(
            &scene.clock,
            &(struct bj_level_report){.sent_ns = scene.now_ns,
                                      .received_ns = scene.now_ns + 300000,
                                      .played_points = (uint64_t)(at * CHUNK + into) + 1,
                                      .quantum_points = 1,
                                      .playing = true});
        if (scene.now_ns > scene.begin_ns + 10 * S) {
            double true_ns =
                (double)scene.begin_ns + begins_s[written] / (1 + 200e-6) * 1e9;
            assert_true(fabs(bj_dac_clock_play_ns(&scene.clock, 0) - true_ns) < 20e3);
        }
    }
}

static void lost_points_have_no_number(void **state)
{
    (void)state;
    struct scene scene = make(BJ_MODEL_FIFO, 0);
    run(&scene, 20);
    uint64_t points = scene.clock.points;
    bj_dac_clock_wrote(&scene.clock, scene.now_ns, 700, PPS);
    bj_dac_clock_emptied(&scene.clock, 700);
    assert_int_equal(scene.clock.points, points);
    assert_false(bj_dac_clock_known(&scene.clock));
    bj_dac_clock_emptied(&scene.clock, 1000000000); /* more than there were */
    assert_int_equal(scene.clock.points, 0);
}

static void a_new_connection_counts_anew_at_the_known_rate(void **state)
{
    (void)state;
    struct scene scene = make(BJ_MODEL_FIFO, 444);
    run(&scene, 30);
    double hz = scene.clock.fit.line.hz;
    bj_dac_clock_connect(&scene.clock);
    assert_int_equal(scene.clock.points, 0);
    assert_false(bj_dac_clock_known(&scene.clock));
    assert_true(scene.clock.fit.line.hz == hz);
    scene.begin_ns = scene.now_ns;
    run(&scene, 1);
    assert_true(fabs(scene.clock.fit.line.hz / hz - 1) < 1e-5);
}

static void a_commanded_rate_is_followed_at_once(void **state)
{
    (void)state;
    struct scene scene = make(BJ_MODEL_FIFO, 100);
    run(&scene, 20);
    bj_dac_clock_set_rate(&scene.clock, scene.now_ns, 30000);
    assert_true(fabs(scene.clock.fit.line.hz / (30000 * (1 + 100e-6)) - 1) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_when_the_next_point_leaves),
        cmocka_unit_test(a_coarse_count_has_no_bias),
        cmocka_unit_test(swaps_are_seen_from_both_sides),
        cmocka_unit_test(a_dac_that_does_not_play_tells_no_time),
        cmocka_unit_test(dry_reports_teach_nothing),
        cmocka_unit_test(a_queue_that_must_be_empty_is_noticed),
        cmocka_unit_test(chunks_of_different_rates_are_told_apart),
        cmocka_unit_test(lost_points_have_no_number),
        cmocka_unit_test(a_new_connection_counts_anew_at_the_known_rate),
        cmocka_unit_test(a_commanded_rate_is_followed_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
