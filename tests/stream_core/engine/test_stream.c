/* SPDX-License-Identifier: MIT
 *
 * The public handle: what it accepts, and the thin loop around a step.
 */
#include "engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <string.h>

#define MS BJ_NS_PER_MS

static enum bj_status create(struct engine_fixture *fixture)
{
    enum bj_status status = bj_stream_create(&fixture->config, &fixture->stream);
    assert_int_equal(status == BJ_OK, fixture->stream != NULL);
    return status;
}

static void rates_outside_the_device_are_refused(void **state)
{
    (void)state;
    const struct {
        uint32_t pps;
        enum bj_status status;
    } rates[] = {{999, BJ_BAD_ARGUMENT},    {1000, BJ_OK}, {100000, BJ_OK},
                 {100001, BJ_BAD_ARGUMENT}, {0, BJ_OK},    {UINT32_MAX, BJ_BAD_ARGUMENT}};
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        struct engine_fixture fixture;
        fixture_init(&fixture);
        fixture.config.pps = rates[k].pps;
        assert_int_equal(create(&fixture), rates[k].status);
        fixture_finish(&fixture);
    }
}

static void zero_means_the_devices_rate(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(create(&fixture), BJ_OK);
    assert_int_equal(fixture_stats(&fixture).pps, 30000);
    fixture_finish(&fixture);
}

static void a_device_without_a_rate_wants_one(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.dac.caps.default_pps = 0;
    assert_int_equal(create(&fixture), BJ_BAD_ARGUMENT);
    fixture_finish(&fixture);
}

/* ---- every value of a configuration has a range -------------------------------------- */

static const struct duration {
    size_t at;
    int64_t most;
} durations[] = {
#define CONFIG(member) offsetof(struct engine_fixture, config.member)
#define SHAPE(member) offsetof(struct engine_fixture, shape.member)
#define SAFETY(member) offsetof(struct engine_fixture, safety.member)
    {CONFIG(target_buffer_ns), BJ_DURATION_LIMIT_NS},
    {CONFIG(min_buffer_ns), BJ_DURATION_LIMIT_NS},
    {CONFIG(drain_timeout_ns), BJ_DURATION_LIMIT_NS},
    {SAFETY(start_blank_ns), BJ_SAFETY_LIMIT_NS},
    {SAFETY(settle_ns), BJ_SAFETY_LIMIT_NS},
    {SAFETY(dwell_ns), BJ_SAFETY_LIMIT_NS},
};

static const struct number {
    size_t at;
    float least, most;
} numbers[] = {
    {CONFIG(park_x), -1, 1},
    {CONFIG(park_y), -1, 1},
    {SHAPE(gain_x), -BJ_GAIN_LIMIT, BJ_GAIN_LIMIT},
    {SHAPE(gain_y), -BJ_GAIN_LIMIT, BJ_GAIN_LIMIT},
    {SHAPE(offset_x), -BJ_OFFSET_LIMIT, BJ_OFFSET_LIMIT},
    {SHAPE(offset_y), -BJ_OFFSET_LIMIT, BJ_OFFSET_LIMIT},
    {SHAPE(gain_r), 0, BJ_GAIN_LIMIT},
    {SHAPE(gain_g), 0, BJ_GAIN_LIMIT},
    {SHAPE(gain_b), 0, BJ_GAIN_LIMIT},
    {SHAPE(gain_i), 0, BJ_GAIN_LIMIT},
    {SAFETY(dwell_extent), FLT_MIN, 1},
};

static enum bj_status create_with(size_t at, const void *value, size_t size)
{
    struct engine_fixture fixture;
    fixture_init(&fixture);
    memcpy((char *)&fixture + at, value, size);
    enum bj_status status = create(&fixture);
    fixture_finish(&fixture);
    return status;
}

static void durations_have_ranges(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof durations / sizeof *durations; k++) {
        const struct {
            int64_t ns;
            enum bj_status status;
        } tries[] = {{0, BJ_OK},
                     {-1, BJ_BAD_ARGUMENT},
                     {durations[k].most, BJ_OK},
                     {durations[k].most + 1, BJ_BAD_ARGUMENT},
                     {INT64_MAX, BJ_BAD_ARGUMENT},
                     {INT64_MIN, BJ_BAD_ARGUMENT}};
        for (size_t t = 0; t < sizeof tries / sizeof *tries; t++) {
            assert_int_equal(create_with(durations[k].at, &tries[t].ns, sizeof(int64_t)),
                             tries[t].status);
        }
    }
}

static void numbers_have_ranges(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        const struct number *number = &numbers[k];
        const struct {
            float value;
            enum bj_status status;
        } tries[] = {{number->least, BJ_OK},
                     {number->most, BJ_OK},
                     {nextafterf(number->least, -INFINITY), BJ_BAD_ARGUMENT},
                     {nextafterf(number->most, INFINITY), BJ_BAD_ARGUMENT},
                     {NAN, BJ_BAD_ARGUMENT},
                     {INFINITY, BJ_BAD_ARGUMENT},
                     {-INFINITY, BJ_BAD_ARGUMENT}};
        for (size_t t = 0; t < sizeof tries / sizeof *tries; t++) {
            if (number->least == FLT_MIN && t == 2) {
                continue; /* below the smallest normal number lies no round limit */
            }
            assert_int_equal(create_with(number->at, &tries[t].value, sizeof(float)),
                             tries[t].status);
        }
    }
    const float none = 0;
    assert_int_equal(create_with(SAFETY(dwell_extent), &none, sizeof none),
                     BJ_BAD_ARGUMENT);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    const void *null = NULL;
    const struct {
        size_t at;
        const void *value;
        size_t size;
    } rows[] = {
        {CONFIG(fill), &null, sizeof null},
        {CONFIG(driver), &null, sizeof null},
        {CONFIG(dac), &null, sizeof null},
        {CONFIG(underrun), &(enum bj_underrun_policy){BJ_STOP + 1}, sizeof(int)},
        {CONFIG(underrun), &(int){-1}, sizeof(int)},
        {CONFIG(intensity), &(int){BJ_INTENSITY_LINE + 1}, sizeof(int)},
        {CONFIG(intensity), &(int){-1}, sizeof(int)},
        {CONFIG(target_buffer_ns), (int64_t[]){10 * MS, 11 * MS}, 2 * sizeof(int64_t)},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        assert_int_equal(create_with(rows[k].at, rows[k].value, rows[k].size),
                         BJ_BAD_ARGUMENT);
    }
}

static void a_driver_without_all_slots_is_refused(void **state)
{
    (void)state;
    const size_t slots[] = {
#define SLOT(member) offsetof(struct bj_dac_driver, member)
        SLOT(init),    SLOT(connect), SLOT(service),    SLOT(write),
        SLOT(shutter), SLOT(stop),    SLOT(disconnect), SLOT(instance_size)};
    for (size_t k = 0; k < sizeof slots / sizeof *slots; k++) {
        struct engine_fixture fixture;
        struct bj_dac_driver lacking = fake_dac_driver;
        memset((char *)&lacking + slots[k], 0, sizeof(void *));
        fixture_init(&fixture);
        fixture.config.driver = &lacking;
        assert_int_equal(create(&fixture), BJ_BAD_ARGUMENT);
        fixture_finish(&fixture);
    }
}

static void impossible_capabilities_are_refused(void **state)
{
    (void)state;
    struct bj_dac_caps bad[9];
    struct engine_fixture fixture;
    fixture_init(&fixture);
    for (int k = 0; k < 9; k++) {
        bad[k] = fixture.dac.caps;
    }
    fixture_finish(&fixture);
    bad[0].max_points_per_chunk = 0;
    bad[1].max_points_per_chunk = UINT32_MAX;
    bad[2].min_points_per_chunk = bad[2].max_points_per_chunk + 1;
    bad[3].min_pps = bad[3].max_pps + 1;
    bad[4].max_pps = bad[4].min_pps = 0;
    bad[5].model = (enum bj_output_model)3;
    bad[6].target_buffer_ns = -1;
    bad[7].min_buffer_ns = INT64_MAX;
    bad[8].stall_ns = -1;
    for (int k = 0; k < 9; k++) {
        fixture_init(&fixture);
        fixture.dac.caps = bad[k];
        assert_int_equal(create(&fixture), BJ_BAD_ARGUMENT);
        assert_int_equal(fixture.dac.finishes, 1);
        fixture_finish(&fixture);
    }
}

/* In every build: no crash, no effect. */
static void nothing_is_answered(void **state)
{
    (void)state;
    struct bj_stream_config config = bj_stream_defaults();
    struct bj_stream *stream = (struct bj_stream *)&config;
    struct bj_shape shape = bj_shape_neutral();
    struct bj_wait wait;
    assert_int_equal(bj_stream_create(&config, NULL), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_stream_create(NULL, &stream), BJ_BAD_ARGUMENT);
    assert_null(stream);
    bj_stream_arm(NULL);
    bj_stream_disarm(NULL);
    bj_stream_stop(NULL);
    bj_stream_wake(NULL);
    bj_stream_connections(NULL, true, 0);
    assert_int_equal(bj_stream_set_shape(NULL, &shape), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_stream_step(NULL, 0, &wait), BJ_RUN_DISCONNECTED);
    assert_int_equal(bj_stream_run_fill(NULL), BJ_RUN_GOING);
    assert_int_equal(bj_stream_stats(NULL).points_written, 0);
    assert_string_equal(bj_stream_dac_name(NULL), "");
}

static void a_bad_shape_changes_nothing(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    struct bj_shape shape = bj_shape_neutral();
    shape.gain_x = NAN;
    assert_int_equal(bj_stream_set_shape(fixture.stream, &shape), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_stream_set_shape(fixture.stream, NULL), BJ_BAD_ARGUMENT);
    fixture_run(&fixture, 100 * MS);
    assert_int_equal(fixture_stats(&fixture).invalid_points, 0);
    assert_true(fixture_count_lit(&fixture, 0) > 0);
    fixture_finish(&fixture);
}

/* The longest lag that fits is taken, not what is left of a longer one: it stays dark. */
static void a_lag_of_years_is_no_short_one(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    bj_stream_connections(fixture.stream, true, (1ll << 40) * 1000);
    fixture_run(&fixture, 10 * MS);
    uint64_t from = fixture.dac.taken;
    fixture_run(&fixture, BJ_NS_PER_S);
    assert_true(fixture.dac.taken > from);
    assert_int_equal(fixture_count_lit(&fixture, from), 0);
    fixture_finish(&fixture);
}

static void a_clock_that_goes_back_stands(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    uint64_t taken = fixture.dac.taken;
    assert_int_equal(bj_stream_step(fixture.stream, -5, &fixture.wait), BJ_RUN_GOING);
    assert_int_equal(bj_stream_step(fixture.stream, 0, &fixture.wait), BJ_RUN_GOING);
    assert_true(fixture.dac.taken - taken < 200);
    fixture_run(&fixture, 200 * MS);
    assert_int_equal(fixture_stats(&fixture).device_underruns, 0);
    fixture_finish(&fixture);
}

static void a_refused_stream_finishes_its_driver(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.config.pps = 1;
    assert_int_equal(create(&fixture), BJ_BAD_ARGUMENT);
    assert_int_equal(fixture.dac.finishes, 1);
    assert_int_equal(fixture.dac.connects, 0);
    fixture_finish(&fixture);
}

static void creating_touches_nothing(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(create(&fixture), BJ_OK);
    assert_int_equal(fixture.dac.connects, 0);
    assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_CONNECTING);
    assert_string_equal(bj_stream_dac_name(fixture.stream), "Fake DAC");
    fixture_finish(&fixture);
}

static void destroying_nothing_is_fine(void **state)
{
    (void)state;
    bj_stream_destroy(NULL);
}

static void a_new_shape_takes_effect(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    struct bj_shape shape = bj_shape_neutral();
    shape.gain_x = 0;
    bj_stream_set_shape(fixture.stream, &shape);
    uint64_t from = fixture.dac.taken;
    fixture_run(&fixture, 100 * MS);
    for (uint64_t n = from; n < fixture.dac.taken; n++) {
        assert_true(fixture.dac.log[n].x == 0.0f);
    }
    assert_true(fixture.dac.taken > from);
    fixture_finish(&fixture);
}

/* A shape cannot get past the safety stage. */
static void a_wild_shape_stays_within_bounds(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.shape.gain_x = 2;
    fixture.shape.offset_y = -5;
    fixture.shape.gain_r = BJ_GAIN_LIMIT;
    fixture.config.arm = true;
    fixture_start(&fixture);
    fixture_run(&fixture, 200 * MS);
    assert_true(fixture_stats(&fixture).lit);
    for (uint64_t n = 0; n < fixture.dac.taken; n++) {
        struct bj_point point = fixture.dac.log[n];
        assert_true(point.x >= -1 && point.x <= 1 && point.y >= -1 && point.y <= 1);
    }
    fixture_finish(&fixture);
}

/* Half intensity is half the light on every DAC; a line of its own is used on request. */
static void intensity_dims_the_colours_or_leaves_on_a_line(void **state)
{
    (void)state;
    for (int row = 0; row < 4; row++) {
        bool has_line = row & 1, wants_line = row & 2, by_line = has_line && wants_line;
        struct engine_fixture fixture;
        uint64_t seen = 0;
        fixture_init(&fixture);
        fixture.dac.caps.intensity_line = has_line;
        fixture.config.intensity = wants_line ? BJ_INTENSITY_LINE : BJ_INTENSITY_COLOUR;
        fixture.shape.gain_i = 0.5f;
        fixture.shape.gain_b = 100;
        fixture.config.arm = true;
        fixture_start(&fixture);
        fixture_run(&fixture, 200 * MS);
        for (uint64_t n = 0; n < fixture.dac.taken; n++) {
            struct bj_point point = fixture.dac.log[n];
            if (point.b == 0) {
                continue;
            }
            seen++;
            assert_true(point.b == (by_line ? 1 : 0.5f));
            assert_true(point.i == (by_line ? 0.5f : 1));
        }
        assert_true(seen > 1000);
        fixture_finish(&fixture);
    }
}

/* ---- the loop around a step ---------------------------------------------------------- */

struct clockwork {
    struct bj_host host;
    struct engine_fixture *fixture;
    int64_t now_ns;
    int waits, wakes;
    int stop_after;
};

static int64_t now(void *user)
{
    return ((struct clockwork *)user)->now_ns;
}

static void wait(void *user, const struct bj_wait *wait)
{
    struct clockwork *clockwork = user;
    clockwork->waits++;
    if (clockwork->waits == clockwork->stop_after) {
        bj_stream_stop(clockwork->fixture->stream);
        return;
    }
    assert_true(wait->deadline_ns != BJ_NEVER);
    if (wait->deadline_ns > clockwork->now_ns) {
        clockwork->now_ns = wait->deadline_ns;
    }
}

static void wake(void *user)
{
    ((struct clockwork *)user)->wakes++;
}

static const struct bj_host *host_of(struct clockwork *clockwork)
{
    clockwork->host = (struct bj_host){.size = sizeof(struct bj_host),
                                       .now_ns = now,
                                       .wait = wait,
                                       .wake = wake,
                                       .user = clockwork};
    return &clockwork->host;
}

static void run_fill_runs_until_stopped(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    struct clockwork clockwork = {
        .fixture = &fixture, .now_ns = BJ_NS_PER_S, .stop_after = 500};
    fixture_init(&fixture);
    fixture.config.host = host_of(&clockwork);
    assert_int_equal(create(&fixture), BJ_OK);
    assert_int_equal(bj_stream_run_fill(fixture.stream), BJ_RUN_STOPPED);
    assert_true(clockwork.wakes > 0);
    assert_true(fixture.dac.played > 10000);
    fixture_finish(&fixture);
}

static void run_fill_runs_until_the_end(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    struct clockwork clockwork = {.fixture = &fixture, .now_ns = BJ_NS_PER_S};
    fixture_init(&fixture);
    fixture.producer.end_after = 50000;
    fixture.config.host = host_of(&clockwork);
    assert_int_equal(create(&fixture), BJ_OK);
    assert_int_equal(bj_stream_run_fill(fixture.stream), BJ_RUN_ENDED);
    assert_int_equal(fixture.dac.played, fixture.dac.taken);
    fixture_finish(&fixture);
}

static void run_fill_says_when_the_dac_is_gone(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    struct clockwork clockwork = {.fixture = &fixture, .now_ns = BJ_NS_PER_S};
    fixture_init(&fixture);
    fixture.config.reconnect = false;
    fixture.dac.connect_status = BJ_REFUSED;
    fixture.config.host = host_of(&clockwork);
    assert_int_equal(create(&fixture), BJ_OK);
    assert_int_equal(bj_stream_run_fill(fixture.stream), BJ_RUN_DISCONNECTED);
    fixture_finish(&fixture);
}

static void every_control_wakes(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    struct clockwork clockwork = {.fixture = &fixture};
    struct bj_shape shape = bj_shape_neutral();
    fixture_init(&fixture);
    fixture.config.host = host_of(&clockwork);
    assert_int_equal(create(&fixture), BJ_OK);
    bj_stream_arm(fixture.stream);
    bj_stream_disarm(fixture.stream);
    bj_stream_connections(fixture.stream, true, 0);
    bj_stream_set_shape(fixture.stream, &shape);
    bj_stream_wake(fixture.stream);
    bj_stream_stop(fixture.stream);
    assert_int_equal(clockwork.wakes, 6);
    fixture_finish(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_outside_the_device_are_refused),
        cmocka_unit_test(zero_means_the_devices_rate),
        cmocka_unit_test(a_device_without_a_rate_wants_one),
        cmocka_unit_test(durations_have_ranges),
        cmocka_unit_test(numbers_have_ranges),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(a_driver_without_all_slots_is_refused),
        cmocka_unit_test(impossible_capabilities_are_refused),
        cmocka_unit_test(nothing_is_answered),
        cmocka_unit_test(a_bad_shape_changes_nothing),
        cmocka_unit_test(a_lag_of_years_is_no_short_one),
        cmocka_unit_test(a_clock_that_goes_back_stands),
        cmocka_unit_test(a_refused_stream_finishes_its_driver),
        cmocka_unit_test(creating_touches_nothing),
        cmocka_unit_test(destroying_nothing_is_fine),
        cmocka_unit_test(a_new_shape_takes_effect),
        cmocka_unit_test(a_wild_shape_stays_within_bounds),
        cmocka_unit_test(intensity_dims_the_colours_or_leaves_on_a_line),
        cmocka_unit_test(run_fill_runs_until_stopped),
        cmocka_unit_test(run_fill_runs_until_the_end),
        cmocka_unit_test(run_fill_says_when_the_dac_is_gone),
        cmocka_unit_test(every_control_wakes),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
