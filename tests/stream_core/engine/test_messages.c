/* SPDX-License-Identifier: MIT
 *
 * What the program is told: at once, and what comes again, every 10 s at most.
 */
#include "engine_fixture.h"

#include "engine/messages.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define S BJ_NS_PER_S

static void run_dry(struct engine_fixture *fixture, int times)
{
    for (int k = 0; k < times; k++) {
        fixture->now_ns += 150 * MS; /* more than it holds */
        fixture_step(fixture);
        fixture_run(fixture, 100 * MS);
    }
}

static void running_dry_is_told_at_once_and_then_counted(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    uint32_t errors = fixture.errors;
    run_dry(&fixture, 1);
    assert_int_equal(fixture_stats(&fixture).device_underruns, 1);
    assert_int_equal(fixture.errors, errors + 1);
    assert_non_null(strstr(fixture.last_text, "Fake DAC: ran dry; try a lower --pps"));
    run_dry(&fixture, 30);
    assert_int_equal(fixture.errors, errors + 1);
    fixture_run(&fixture, 3 * S);
    assert_int_equal(fixture.errors, errors + 2);
    assert_non_null(strstr(fixture.last_text, "ran dry 30 times in 10 s"));
    run_dry(&fixture, 400);
    assert_in_range(fixture.errors, errors + 11, errors + 13); /* in 100 s */
    fixture_run(&fixture, 60 * S);
    uint32_t told = fixture.errors;
    fixture_run(&fixture, 60 * S);
    assert_int_equal(fixture.errors, told);
    assert_int_equal(fixture_stats(&fixture).device_underruns, 431);
    fixture_finish(&fixture);
}

/* Before it streams, nothing can run dry that matters. */
static void an_end_is_not_dry(void **state)
{
    (void)state;
    struct engine_fixture fixture;
    fixture_init(&fixture);
    fixture_start_lit(&fixture);
    fixture.producer.mode = PRODUCE_END;
    fixture_run(&fixture, 3 * S);
    assert_int_equal(fixture.run, BJ_RUN_ENDED);
    assert_int_equal(fixture.errors, 0);
    fixture_finish(&fixture);
}

struct heard {
    int count;
    char text[BJ_PROBLEM_SIZE];
};

static void hear(void *user, enum bj_status status, bool final, const char *text)
{
    struct heard *heard = user;
    (void)status, (void) final;
    heard->count++;
    snprintf(heard->text, sizeof heard->text, "%s", text);
}

/* Two problems that take turns every second for an hour, and one of them a day later. */
static void a_problem_is_told_every_ten_seconds_at_most(void **state)
{
    (void)state;
    struct heard heard = {0};
    struct bj_messages messages;
    bj_messages_init(&messages, hear, &heard, "Fake DAC");
    for (int64_t k = 0; k < 3600; k++) {
        bj_messages_begin_step(&messages, (100 + k) * S);
        bj_messages_tell(&messages, BJ_PROTOCOL, false, k % 2 ? "too warm" : "too loud");
        assert_int_equal(heard.count, 2 * (k / 10) + (k % 10 > 0) + 1);
    }
    int before = heard.count;
    bj_messages_begin_step(&messages, 100000 * S);
    bj_messages_tell(&messages, BJ_PROTOCOL, false, "too loud");
    assert_int_equal(heard.count, before + 1);
    assert_string_equal(heard.text, "too loud");
}

static void a_new_connection_tells_at_once(void **state)
{
    (void)state;
    struct heard heard = {0};
    struct bj_messages messages;
    bj_messages_init(&messages, hear, &heard, "Fake DAC");
    for (int k = 1; k <= 3; k++) {
        bj_messages_begin_step(&messages, S + k * MS);
        bj_messages_begin_session(&messages);
        bj_messages_tell(&messages, BJ_PROTOCOL, false, "too warm");
        bj_messages_tell(&messages, BJ_PROTOCOL, false, "too warm");
        assert_int_equal(heard.count, k);
    }
    bj_messages_tell_loss(&messages, BJ_TIMED_OUT, true); /* the last word is always said */
    assert_int_equal(heard.count, 4);
    assert_string_equal(heard.text, "too warm");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_is_told_every_ten_seconds_at_most),
        cmocka_unit_test(a_new_connection_tells_at_once),
        cmocka_unit_test(running_dry_is_told_at_once_and_then_counted),
        cmocka_unit_test(an_end_is_not_dry),
    };
    return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
