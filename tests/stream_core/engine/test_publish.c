/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"

#define MS BJ_NS_PER_MS
#define S BJ_NS_PER_S

/* ---- producers of one colour at one place ---- */

static struct bj_fill_result fill_one(const struct bj_fill_request *request,
                                      struct bj_point *points, float colour)
{
    for (uint32_t k = 0; k < request->target_points; k++) {
        points[k] = (struct bj_point){.g = colour, .i = 1};
    }
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static struct bj_fill_result fill_resting(void *user, const struct bj_fill_request *request,
                                          struct bj_point *points)
{
    (void)user;
    return fill_one(request, points, 1);
}

static struct bj_fill_result fill_dark(void *user, const struct bj_fill_request *request,
                                       struct bj_point *points)
{
    (void)user;
    return fill_one(request, points, 0);
}

/* ---- what becomes of a stream that was lit ---- */

static void stay(struct engine_fixture *fixture)
{
    fixture_run(fixture, 300 * MS);
}

static void disarm(struct engine_fixture *fixture)
{
    bj_stream_disarm(fixture->stream);
    fixture_step(fixture);
}

static void disarm_and_stream(struct engine_fixture *fixture)
{
    disarm(fixture);
    fixture_run(fixture, 300 * MS);
}

static void disconnect_position(struct engine_fixture *fixture)
{
    bj_stream_connections(fixture->stream, false, 0);
    fixture_step(fixture);
    fixture_run(fixture, 300 * MS);
}

static void change_connections(struct engine_fixture *fixture)
{
    disconnect_position(fixture);
    bj_stream_connections(fixture->stream, true, 0);
    fixture_step(fixture);
    fixture_run(fixture, 50 * MS);
}

static void starve(struct engine_fixture *fixture)
{
    fixture->producer.mode = PRODUCE_STARVED;
    fixture_run(fixture, 300 * MS);
}

static void empty_the_queue(struct engine_fixture *fixture)
{
    fixture->dac.write_status = BJ_WOULD_BLOCK;
    fixture->dac.queued = 0;
    fixture->dac.playing = false;
    fixture->dac.base->events->emptied(fixture->dac.base->engine, 10, false);
    fixture_step(fixture);
}

/* By our own count; the device says nothing. */
static void run_dry(struct engine_fixture *fixture)
{
    fixture->dac.write_status = BJ_WOULD_BLOCK;
    fixture_run(fixture, 60 * MS);
    fixture_step(fixture);
}

static void fault(struct engine_fixture *fixture)
{
    fixture->dac.fault = true;
    fixture_run(fixture, 100 * MS);
}

static void fault_and_recover(struct engine_fixture *fixture)
{
    fault(fixture);
    fixture->dac.fault = false;
    fixture_step(fixture);
    fixture_run(fixture, 100 * MS);
}

static void lose(struct engine_fixture *fixture)
{
    fixture->dac.service_status = BJ_DISCONNECTED;
    fixture_run(fixture, 100 * MS);
}

static void lose_and_come_back(struct engine_fixture *fixture)
{
    lose(fixture);
    fixture->dac.service_status = BJ_OK;
    fixture_run(fixture, 3 * S);
}

static void stop(struct engine_fixture *fixture)
{
    fixture->dac.confirms_stop = false;
    bj_stream_stop(fixture->stream);
    fixture_step(fixture);
}

static void stop_and_end(struct engine_fixture *fixture)
{
    stop(fixture);
    fixture_run(fixture, S);
}

static void drain(struct engine_fixture *fixture)
{
    fixture->producer.mode = PRODUCE_END;
    fixture_run(fixture, 30 * MS);
}

static void drain_and_end(struct engine_fixture *fixture)
{
    fixture->producer.mode = PRODUCE_END;
    fixture_run(fixture, 2 * S);
}

struct row {
    const char *name;
    void (*then)(struct engine_fixture *fixture);
    enum bj_stream_state state;
    enum bj_dark dark;
};

static const struct row rows[] = {
    {"streaming", stay, BJ_STREAM_STREAMING, BJ_DARK_NO},
    {"disarmed", disarm, BJ_STREAM_STREAMING, BJ_DARK_DISARMED},
    {"disarmed for a while", disarm_and_stream, BJ_STREAM_STREAMING, BJ_DARK_DISARMED},
    {"position unconnected", disconnect_position, BJ_STREAM_STREAMING, BJ_DARK_UNCONNECTED},
    {"position connected anew", change_connections, BJ_STREAM_STREAMING, BJ_DARK_SETTLING},
    {"starved", starve, BJ_STREAM_STREAMING, BJ_DARK_SILENCE},
    {"queue emptied", empty_the_queue, BJ_STREAM_STREAMING, BJ_DARK_SETTLING},
    {"fault", fault, BJ_STREAM_FAULT, BJ_DARK_FAULT},
    {"fault over", fault_and_recover, BJ_STREAM_STREAMING, BJ_DARK_DISARMED},
    {"lost", lose, BJ_STREAM_RECONNECTING, BJ_DARK_AWAY},
    {"back", lose_and_come_back, BJ_STREAM_STREAMING, BJ_DARK_DISARMED},
    {"stopping", stop, BJ_STREAM_CLOSING, BJ_DARK_DISARMED},
    {"stopped", stop_and_end, BJ_STREAM_DONE, BJ_DARK_AWAY},
    {"draining", drain, BJ_STREAM_DRAINING, BJ_DARK_SILENCE},
    {"drained", drain_and_end, BJ_STREAM_DONE, BJ_DARK_AWAY},
};

static void expect(const struct engine_fixture *fixture, const char *name,
                   enum bj_dark dark)
{
    struct bj_stats stats = fixture_stats(fixture);
    if (stats.dark != dark || stats.lit != (dark == BJ_DARK_NO)) {
        fail_msg("%s: lit %d, \"%s\" instead of \"%s\"", name, stats.lit,
                 bj_dark_text(stats.dark), bj_dark_text(dark));
    }
}

static void says_why_nothing_lit_leaves_in_every_state(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct engine_fixture fixture;
        fixture_init(&fixture);
        fixture_start_lit(&fixture);
        expect(&fixture, "lit", BJ_DARK_NO);
        rows[k].then(&fixture);
        assert_int_equal(fixture_stats(&fixture).state, rows[k].state);
        expect(&fixture, rows[k].name, rows[k].dark);
        fixture_finish(&fixture);
    }
}

static void begins_away_then_disarmed_then_settling(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.dac.connect_delay_ns = 20 * MS;
    fixture.safety.start_blank_ns = 200 * MS;
    fixture_start(&fixture);
    expect(&fixture, "created", BJ_DARK_AWAY);
    fixture_run(&fixture, 10 * MS);
    expect(&fixture, "connecting", BJ_DARK_AWAY);
    fixture_run(&fixture, 100 * MS);
    expect(&fixture, "connected", BJ_DARK_DISARMED);
    bj_stream_arm(fixture.stream);
    fixture_step(&fixture);
    expect(&fixture, "armed", BJ_DARK_SETTLING);
    fixture_run(&fixture, 100 * MS);
    expect(&fixture, "start blank", BJ_DARK_SETTLING);
    fixture_run(&fixture, 300 * MS);
    expect(&fixture, "lit", BJ_DARK_NO);
    fixture_finish(&fixture);
}

static void tells_rest_darkness_and_silence_of_a_source_apart(void **state)
{
    (void)state;
    const struct {
        const char *name;
        bj_fill_fn fill;
        enum bj_dark dark;
    } sources[] = {{"resting", fill_resting, BJ_DARK_DWELL},
                   {"dark", fill_dark, BJ_DARK_SOURCE}};
    for (size_t k = 0; k < sizeof sources / sizeof *sources; k++) {
        struct engine_fixture fixture;
        fixture_init(&fixture);
        fixture.config.fill = sources[k].fill;
        fixture_start(&fixture);
        fixture_run(&fixture, 100 * MS);
        bj_stream_arm(fixture.stream);
        fixture_step(&fixture);
        fixture_run(&fixture, 300 * MS);
        expect(&fixture, sources[k].name, sources[k].dark);
        fixture_finish(&fixture);
    }
}

static void a_silent_device_that_ran_dry_by_our_count_is_dark(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.dac.caps.reports_level = false;
    fixture.dac.speed = 0.5;
    fixture_start_lit(&fixture);
    run_dry(&fixture);
    assert_true(fixture.dac.playing);
    expect(&fixture, "dry", BJ_DARK_SILENCE);
    fixture_finish(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_why_nothing_lit_leaves_in_every_state),
        cmocka_unit_test(begins_away_then_disarmed_then_settling),
        cmocka_unit_test(tells_rest_darkness_and_silence_of_a_source_apart),
        cmocka_unit_test(a_silent_device_that_ran_dry_by_our_count_is_dark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
