/* SPDX-License-Identifier: MIT
 *
 * Who is away for over a second costs the light: the program, the device.
 */
#include "engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define S BJ_NS_PER_S

enum absent { STEPS, POINTS };

struct row {
    const char *name;
    enum absent who;
    int64_t away_ns;
    bool rearm, armed;
    const char *messages;
};

static const struct row rows[] = {
    {"steps, short", STEPS, 999 * MS, false, true, NULL},
    {"steps", STEPS, 1001 * MS, false, false, "this program stood still"},
    {"steps, rearm", STEPS, 1001 * MS, true, true, "still armed"},
    {"steps, a night", STEPS, 10 * 3600 * S, false, false, "for 36000.0 s; disarmed"},
    {"steps, a year", STEPS, 366 * 24 * 3600 * S, false, false, "disarmed"},
    {"points, short", POINTS, 950 * MS, false, true, NULL},
    {"points", POINTS, 1050 * MS, false, false, "took no points"},
    {"points, rearm", POINTS, 1050 * MS, true, true, "took no points"},
};

static uint64_t lit_since(const struct engine_fixture *fixture, uint64_t from)
{
    uint64_t lit = 0;
    for (uint64_t n = from; n < fixture->dac.taken; n++) {
        lit += fixture_tag(&fixture->dac.log[n]) > 0;
    }
    return lit;
}

static void be_away(struct engine_fixture *fixture, const struct row *row)
{
    if (row->who == STEPS) {
        fixture->now_ns += row->away_ns;
        return;
    }
    fixture->dac.write_status = BJ_WOULD_BLOCK;
    fixture_run(fixture, row->away_ns);
    fixture->dac.write_status = BJ_OK;
}

static void an_absence_costs_the_light(void **state)
{
    const struct row *row = *state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.config.rearm = row->rearm;
    fixture_start_lit(&fixture);
    uint32_t messages = fixture.messages;
    be_away(&fixture, row);
    uint64_t from = fixture.dac.taken;
    fixture_step(&fixture);
    fixture_run(&fixture, S);
    assert_int_equal(fixture_stats(&fixture).armed, row->armed);
    assert_int_equal(lit_since(&fixture, from) > 0, row->armed);
    assert_int_equal(fixture.messages - messages, row->messages ? 1 : 0); /* once */
    if (row->messages) {
        assert_non_null(strstr(fixture.last_message, row->messages));
    }
    bj_stream_arm(fixture.stream);
    fixture_step(&fixture);
    fixture_run(&fixture, 3 * S);
    assert_true(fixture_stats(&fixture).lit); /* until the next time */
    fixture_finish(&fixture);
}

/* Words are for what was lost. */
static void nobody_is_told_in_the_dark(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start(&fixture);
    fixture_run(&fixture, 200 * MS);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        be_away(&fixture, &rows[k]);
        fixture_step(&fixture);
        fixture_run(&fixture, S);
    }
    assert_int_equal(fixture.messages, 0);
    fixture_finish(&fixture);
}

static void an_arm_typed_meanwhile_counts_no_more(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start(&fixture);
    fixture_run(&fixture, 200 * MS);
    bj_stream_arm(fixture.stream);
    fixture.now_ns += 2 * S;
    fixture_step(&fixture);
    fixture_run(&fixture, S);
    assert_int_equal(lit_since(&fixture, 0), 0);
    fixture_finish(&fixture);
}

/* A promise of the first start is one of these; the DAC comes later. */
static void a_stall_ends_the_promise(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.config.arm = true;
    fixture.dac.connect_delay_ns = 5 * S;
    fixture_start(&fixture);
    fixture_run(&fixture, 2 * S);
    fixture.now_ns += 2 * S;
    fixture_step(&fixture);
    fixture_run(&fixture, 5 * S);
    assert_int_equal(fixture_stats(&fixture).state, BJ_STREAM_STREAMING);
    assert_int_equal(lit_since(&fixture, 0), 0);
    fixture_finish(&fixture);
}

/* Else nobody could tell a gap. */
static void steps_are_asked_for_all_the_time(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture.dac.connect_delay_ns = 5 * S;
    fixture_start(&fixture);
    for (int k = 0; k < 400; k++) {
        fixture.dac.never_begins = k > 100;
        fixture.dac.fault = k > 200;
        fixture.dac.service_status = k > 300 ? BJ_DISCONNECTED : BJ_OK;
        fixture_step(&fixture);
        assert_true(fixture.wait.deadline_ns <= fixture.now_ns + 300 * MS);
        fixture_run(&fixture, 50 * MS);
    }
    fixture_finish(&fixture);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(nobody_is_told_in_the_dark),
        cmocka_unit_test(an_arm_typed_meanwhile_counts_no_more),
        cmocka_unit_test(a_stall_ends_the_promise),
        cmocka_unit_test(steps_are_asked_for_all_the_time),
    };
    enum { ROWS = sizeof rows / sizeof *rows, OTHERS = sizeof others / sizeof *others };
    struct CMUnitTest tests[ROWS + OTHERS];
    for (size_t k = 0; k < ROWS; k++) {
        const struct row *row = &rows[k];
        tests[k] =
            (struct CMUnitTest){.name = row->name, .test_func = an_absence_costs_the_light};
        memcpy(&tests[k].initial_state, &row, sizeof row);
    }
    memcpy(tests + ROWS, others, sizeof others);
    return _cmocka_run_group_tests("absence", tests, ROWS + OTHERS, NULL, NULL);
}
