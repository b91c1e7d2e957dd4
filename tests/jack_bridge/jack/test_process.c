/* SPDX-License-Identifier: MIT */
#include "jack/process.h"

#include "options/port_map.h"
#include "sink_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define FRAMES 64
#define MS BJ_NS_PER_MS

struct fixture {
    struct bj_process process;
    struct sink_fixture sink_fixture;
    float samples[BJ_CHANNELS][FRAMES];
    const float *buffers[BJ_CHANNELS];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    bj_process_init(&f->process);
    sink_fixture_create(&f->sink_fixture);
    for (int c = 0; c < BJ_CHANNELS; c++)
        f->buffers[c] = f->samples[c];
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sink_fixture_destroy(&f->sink_fixture);
    free(f);
    return 0;
}

static void cycle(struct fixture *f, int64_t now_ns)
{
    bj_process_cycle(&f->process, f->buffers, FRAMES, now_ns, 0);
}

static void nothing_flows_before_attach(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(f->process.last_cycle_ns, BJ_NEVER);
    cycle(f, 7);
    assert_int_equal(sink_fixture_pushed(&f->sink_fixture), 0);
    assert_int_equal(f->sink_fixture.wakes, 0);
    assert_int_equal(f->process.cycles, 1);
    assert_int_equal(f->process.last_cycle_ns, 7);
}

/* Nothing was filled yet: the engine waits for the first frames. */
static void each_cycle_is_pushed_and_wakes_once(void **state)
{
    struct fixture *f = *state;

    bj_process_attach(&f->process, &f->sink_fixture.sinks);
    for (int k = 0; k < 3; k++)
        cycle(f, 1000 + k * MS);
    assert_int_equal(sink_fixture_pushed(&f->sink_fixture), 3 * FRAMES);
    assert_int_equal(f->sink_fixture.wakes, 3);
    assert_int_equal(bj_feed_stats(f->sink_fixture.feed).last_push_ns, 1000 + 2 * MS);
}

/* The engine got all it asked for, and comes by itself. */
static void an_engine_that_has_enough_sleeps_on(void **state)
{
    struct fixture *f = *state;
    struct bj_point points[8];
    struct bj_fill_request request = {
        .pps = SINK_FIXTURE_RATE_HZ,
        .true_pps = SINK_FIXTURE_RATE_HZ,
        .play_pps = SINK_FIXTURE_RATE_HZ,
        .target_points = 8,
    };

    bj_process_attach(&f->process, &f->sink_fixture.sinks);
    assert_int_equal(bj_feed_fill(f->sink_fixture.feed, &request, points).points, 0);
    for (int64_t k = 0; k < 100; k++) {
        request.now_ns = k * FRAMES * BJ_NS_PER_S / SINK_FIXTURE_RATE_HZ;
        cycle(f, request.now_ns);
    }
    assert_true(f->sink_fixture.wakes > 0);
    request.play_ns = (double)request.now_ns;
    assert_int_equal(bj_feed_fill(f->sink_fixture.feed, &request, points).points, 8);
    atomic_store(&f->sink_fixture.wakes, 0);
    cycle(f, request.now_ns + MS);
    assert_int_equal(f->sink_fixture.wakes, 0);
}

static void nothing_flows_after_detach(void **state)
{
    struct fixture *f = *state;

    bj_process_attach(&f->process, &f->sink_fixture.sinks);
    cycle(f, 1);
    assert_true(bj_process_detach(&f->process));
    cycle(f, 2);
    assert_int_equal(sink_fixture_pushed(&f->sink_fixture), FRAMES);
    assert_int_equal(f->process.cycles, 2);
}

static void detach_notices_a_cycle_under_way(void **state)
{
    struct fixture *f = *state;

    atomic_store(&f->process.inside, true);
    assert_false(bj_process_detach(&f->process));
    atomic_store(&f->process.inside, false);
    assert_true(bj_process_detach(&f->process));
}

static void freewheeling_pushes_nothing(void **state)
{
    struct fixture *f = *state;

    bj_process_attach(&f->process, &f->sink_fixture.sinks);
    cycle(f, 1 * MS);
    atomic_store(&f->process.freewheeling, true);
    cycle(f, 2 * MS);
    cycle(f, 3 * MS);
    assert_int_equal(sink_fixture_pushed(&f->sink_fixture), FRAMES);
    atomic_store(&f->process.freewheeling, false);
    cycle(f, 4 * MS);
    assert_int_equal(sink_fixture_pushed(&f->sink_fixture), 2 * FRAMES);
}

static void a_rate_that_cannot_be_played_pushes_nothing(void **state)
{
    static const uint32_t bad_hz[] = {0, 999, 384001, UINT32_MAX};
    static const uint32_t good_hz[] = {1000, 48000, 384000};
    struct fixture *f = *state;
    uint64_t pushed = 0;

    bj_process_attach(&f->process, &f->sink_fixture.sinks);
    for (size_t k = 0; k < sizeof bad_hz / sizeof bad_hz[0]; k++) {
        bj_process_set_rate(&f->process, bad_hz[k]);
        cycle(f, (int64_t)(2 * k + 1) * MS);
        assert_int_equal(sink_fixture_pushed(&f->sink_fixture), pushed);
        bj_process_set_rate(&f->process, good_hz[k % 3]);
        cycle(f, (int64_t)(2 * k + 2) * MS);
        assert_int_equal(sink_fixture_pushed(&f->sink_fixture), pushed += FRAMES);
    }
}

/* ---- Who is away costs the light ----------------------------------------------------- */

static void step(struct fixture *f, int64_t now_ns)
{
    struct bj_wait wait;

    bj_stream_step(f->sink_fixture.stream, now_ns, &wait);
}

/* Armed, while cycles and the control thread come in time. */
static int64_t light_up(struct fixture *f)
{
    int64_t now_ns = BJ_NS_PER_S;

    bj_process_attach(&f->process, &f->sink_fixture.sinks);
    step(f, now_ns);
    bj_stream_arm(f->sink_fixture.stream);
    for (int k = 0; k < 20; k++) {
        now_ns += 100 * MS;
        f->process.control_ns = now_ns - 900 * MS;
        cycle(f, now_ns);
        step(f, now_ns);
    }
    assert_true(bj_stream_stats(f->sink_fixture.stream).armed);
    return now_ns;
}

enum absence { NOBODY, CYCLES, FREEWHEEL, RATE, CONTROL, CONTROL_AGAIN };

/* The step right after the cycle that finds it out, for the engine is never away. */
static bool armed_after(struct fixture *f, enum absence absence)
{
    int64_t now_ns = light_up(f), gap_ns = absence == CYCLES ? 1001 * MS : 999 * MS;

    for (int64_t step_ns = now_ns; step_ns < now_ns + gap_ns; step_ns += 100 * MS)
        step(f, step_ns);
    now_ns += gap_ns;
    f->process.control_ns = absence >= CONTROL ? now_ns - 1001 * MS : now_ns;
    atomic_store(&f->process.freewheeling, absence == FREEWHEEL);
    bj_process_set_rate(&f->process, absence == RATE ? 500 : 48000);
    cycle(f, now_ns);
    step(f, now_ns);
    if (absence == CONTROL_AGAIN) { /* told once for each time it is away */
        bj_stream_arm(f->sink_fixture.stream);
        step(f, now_ns);
        cycle(f, now_ns + MS);
        step(f, now_ns + MS);
    }
    return bj_stream_stats(f->sink_fixture.stream).armed;
}

static void an_absence_costs_the_light(void **state)
{
    static const struct {
        enum absence absence;
        bool rearm, armed;
    } rows[] = {
        {NOBODY, false, true},   {CYCLES, false, false},    {CYCLES, true, true},
        {CONTROL, false, false}, {CONTROL, true, true},     {CONTROL_AGAIN, false, true},
        {FREEWHEEL, true, true}, {FREEWHEEL, false, false}, {RATE, true, true},
        {RATE, false, false},
    };

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        void *fixture;

        set_up(&fixture);
        ((struct fixture *)fixture)->sink_fixture.sinks.rearm = rows[k].rearm;
        if (armed_after(fixture, rows[k].absence) != rows[k].armed)
            fail_msg("row %zu", k);
        tear_down(&fixture);
    }
}

static void peaks_are_measured_only_for_a_viewer(void **state)
{
    struct fixture *f = *state;

    f->samples[BJ_R][0] = -0.5f;
    cycle(f, 1);
    assert_true(bj_process_take_peak(&f->process, BJ_R) == 0);
    atomic_store(&f->process.metering, true);
    cycle(f, 2);
    f->samples[BJ_R][0] = 0.25f;
    cycle(f, 3);
    assert_true(bj_process_take_peak(&f->process, BJ_R) == 0.5f);
    assert_true(bj_process_take_peak(&f->process, BJ_R) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_flows_before_attach, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_cycle_is_pushed_and_wakes_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_engine_that_has_enough_sleeps_on, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_flows_after_detach, set_up, tear_down),
        cmocka_unit_test_setup_teardown(detach_notices_a_cycle_under_way, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(freewheeling_pushes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rate_that_cannot_be_played_pushes_nothing, set_up,
                                        tear_down),
        cmocka_unit_test(an_absence_costs_the_light),
        cmocka_unit_test_setup_teardown(peaks_are_measured_only_for_a_viewer, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
