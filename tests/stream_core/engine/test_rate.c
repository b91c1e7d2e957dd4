/* SPDX-License-Identifier: MIT
 *
 * Every stage that counts time in points hears of another rate: afterwards each is as if
 * the stream had begun with it.
 */
#include "engine/rate.h"
#include "engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>

#define MS BJ_NS_PER_MS
#define FIRST_PPS 60000u

static double level(const struct bj_stream *stream)
{
    return stream->level.pps;
}

static double dac_clock(const struct bj_stream *stream)
{
    return stream->clock.fit.nominal_hz;
}

static double start_blank(const struct bj_stream *stream)
{
    return stream->safety.start_points;
}

static double settle(const struct bj_stream *stream)
{
    return stream->safety.settle_points;
}

static double dwell(const struct bj_stream *stream)
{
    return stream->safety.dwell.limit;
}

static double dwell_past(const struct bj_stream *stream)
{
    return stream->safety.dwell.forget_points;
}

static double mirror(const struct bj_stream *stream)
{
    return stream->safety.mirror.position_follows[0];
}

static double target(const struct bj_stream *stream)
{
    return stream->pace.target_points;
}

static double least(const struct bj_stream *stream)
{
    return stream->pace.min_points;
}

static double quantum(const struct bj_stream *stream)
{
    return stream->pace.quantum_points;
}

static double pending(const struct bj_stream *stream)
{
    return stream->batch.true_pps;
}

static double told(const struct bj_stream *stream)
{
    return bj_stream_stats(stream).true_pps;
}

static const struct {
    const char *name;
    double (*value)(const struct bj_stream *stream);
} listeners[] = {
    {"level", level},     {"clock", dac_clock},   {"start blank", start_blank},
    {"settle", settle},   {"dwell limit", dwell}, {"dwell past", dwell_past},
    {"mirror", mirror},   {"target", target},     {"minimum", least},
    {"quantum", quantum}, {"pending", pending},   {"statistics", told},
};

static void begin(struct engine_fixture *fixture, uint32_t pps)
{
    fixture_init(fixture);
    fixture->dac.caps.capacity_points = 20000;
    fixture->dac.caps.max_points_per_chunk = 1000;
    fixture->config.pps = pps;
    fixture->safety.start_blank_ns = 20 * MS;
    fixture_start(fixture);
    fixture_run(fixture, 100 * MS);
}

static void all_hear_of_another_rate(void **state)
{
    (void)state;
    const uint32_t rates[] = {30000, 44100, 96000, 1000};
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        struct engine_fixture changed, fresh;
        begin(&changed, FIRST_PPS);
        begin(&fresh, rates[k]);
        bj_engine_set_rate(changed.stream, rates[k]);
        for (size_t n = 0; n < sizeof listeners / sizeof *listeners; n++) {
            double is = listeners[n].value(changed.stream);
            double wanted = listeners[n].value(fresh.stream);
            if (fabs(is - wanted) > 1e-6 * fabs(wanted)) {
                fail_msg("%s at %u points/s: %g instead of %g", listeners[n].name, rates[k],
                         is, wanted);
            }
        }
        fixture_finish(&changed);
        fixture_finish(&fresh);
    }
}

/* Half of the time that is dark has gone by. */
static void what_is_dark_stays_so_for_as_long(void **state)
{
    (void)state;
    for (int settles = 0; settles < 2; settles++) {
        struct bj_safety safety;
        struct bj_safety_config config = bj_safety_defaults();
        struct bj_point point = {0};
        config.start_blank_ns = settles ? 0 : 100 * MS;
        config.settle_ns = settles ? 100 * MS : 0;
        config.dwell_ns = 0;
        bj_safety_init(&safety, &config, FIRST_PPS);
        bj_safety_arm(&safety);
        bj_safety_connections(&safety, true, 0);
        for (uint32_t k = 0; k < FIRST_PPS / 20; k++) {
            (void)bj_safety_run(&safety, &point, 1);
        }
        bj_safety_set_rate(&safety, FIRST_PPS / 3.0);
        uint32_t dark = 0;
        do {
            point = (struct bj_point){.r = 1, .i = 1};
            dark++;
        } while (bj_safety_run(&safety, &point, 1) != BJ_DARK_NO && dark < FIRST_PPS);
        assert_int_equal(dark - 1, FIRST_PPS / 3 / 20);
    }
}

/* The device was told with the connection when to begin: more than half of the target,
 * where it plays slower than was known. */
static void when_it_begins_stays_as_told(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    begin(&fixture, FIRST_PPS);
    uint32_t begins = fixture.stream->pace.begin_points;
    assert_int_equal(begins, fixture.dac.begin_points);
    bj_engine_set_rate(fixture.stream, FIRST_PPS / 4.0);
    assert_int_equal(fixture.stream->pace.begin_points, begins);
    bj_engine_set_rate(fixture.stream, FIRST_PPS * 4.0);
    assert_true(fixture.stream->pace.begin_points > begins);
    fixture_finish(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_hear_of_another_rate),
        cmocka_unit_test(what_is_dark_stays_so_for_as_long),
        cmocka_unit_test(when_it_begins_stays_as_told),
    };
    return cmocka_run_group_tests_name("rate", tests, NULL, NULL);
}
