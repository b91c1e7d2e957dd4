/* SPDX-License-Identifier: MIT
 *
 * What a driver says reaches every stage that must hear it.
 */
#include "engine/driver_events.h"
#include "engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS
#define LOST 40u

/* ---- an emptied queue ---------------------------------------------------------------- */

static bool level_is_empty(const struct bj_stream *before, const struct bj_stream *after)
{
    return bj_level_low(&before->level) > LOST && bj_level_high(&after->level) <= 0;
}

static bool clock_counts_back(const struct bj_stream *before, const struct bj_stream *after)
{
    return after->clock.points < before->clock.points &&
           bj_dac_clock_known(&before->clock) && !bj_dac_clock_known(&after->clock);
}

static bool start_blank_begins(const struct bj_stream *before,
                               const struct bj_stream *after)
{
    return before->safety.start_left_points == 0 &&
           after->safety.start_left_points == after->safety.start_points;
}

static bool written_points_are_gone(const struct bj_stream *before,
                                    const struct bj_stream *after)
{
    return before->batch.written_dark == BJ_DARK_NO &&
           after->batch.written_dark == BJ_DARK_SETTLING;
}

static bool time_line_is_new(const struct bj_stream *before, const struct bj_stream *after)
{
    return !before->producer.restarted && after->producer.restarted;
}

static bool restart_counts(const struct bj_stream *before, const struct bj_stream *after)
{
    return after->restarts.count == before->restarts.count + 1;
}

static bool playing_is_to_be_confirmed(const struct bj_stream *before,
                                       const struct bj_stream *after)
{
    return before->life.confirmed && !after->life.confirmed;
}

static bool loss_is_counted(const struct bj_stream *before, const struct bj_stream *after)
{
    double held = bj_level_low(&before->level);
    return bj_stream_stats(after).flushed_points ==
           bj_stream_stats(before).flushed_points + (uint64_t)held;
}

static const struct {
    const char *name;
    bool (*hears)(const struct bj_stream *before, const struct bj_stream *after);
} listeners[] = {
    {"level", level_is_empty},
    {"clock", clock_counts_back},
    {"start blank", start_blank_begins},
    {"batch", written_points_are_gone},
    {"producer", time_line_is_new},
    {"restarts", restart_counts},
    {"confirmation", playing_is_to_be_confirmed},
    {"statistics", loss_is_counted},
};

static void all_hear_of_an_emptied_queue(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.safety.start_blank_ns = 5 * MS;
    fixture_start_lit(&fixture);
    struct bj_stream before = *fixture.stream;
    bj_engine_events.emptied(fixture.stream, LOST, false);
    for (size_t k = 0; k < sizeof listeners / sizeof *listeners; k++) {
        if (!listeners[k].hears(&before, fixture.stream)) {
            fail_msg("%s does not hear of it", listeners[k].name);
        }
    }
    fixture_finish(&fixture);
}

/* A flush that was asked for is no trouble of the device, and holds up nothing. */
static void a_disarm_is_no_restart(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    for (int k = 0; k < 10; k++) {
        bj_stream_disarm(fixture.stream);
        fixture_step(&fixture);
        bj_stream_arm(fixture.stream);
        fixture_run(&fixture, 20 * MS);
        assert_int_equal(fixture.stream->restarts.count, 0);
        assert_int_equal(fixture_stats(&fixture).dark, BJ_DARK_NO);
    }
    fixture_finish(&fixture);
}

/* ---- the rest ------------------------------------------------------------------------ */

static void a_report_that_cannot_be_changes_nothing(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    double low = bj_level_low(&fixture.stream->level);
    const struct bj_level_report report = {.sent_ns = fixture.now_ns + BJ_NS_PER_S,
                                           .received_ns = fixture.now_ns,
                                           .quantum_points = 1,
                                           .playing = true};
    bj_engine_events.level(fixture.stream, &report);
    assert_true(bj_level_low(&fixture.stream->level) == low);
    assert_non_null(fixture.stream->device.broken);
    fixture_step(&fixture);
    assert_int_equal(fixture.dac.disconnects, 1);
    fixture_finish(&fixture);
}

static void a_notice_without_words_gets_some(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    bj_engine_events.notice(fixture.stream, BJ_TIMED_OUT, NULL);
    assert_int_equal(fixture.last_error, BJ_TIMED_OUT);
    assert_string_equal(fixture.last_text, "no answer in time");
    fixture_finish(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_hear_of_an_emptied_queue),
        cmocka_unit_test(a_disarm_is_no_restart),
        cmocka_unit_test(a_report_that_cannot_be_changes_nothing),
        cmocka_unit_test(a_notice_without_words_gets_some),
    };
    return cmocka_run_group_tests_name("driver_events", tests, NULL, NULL);
}
