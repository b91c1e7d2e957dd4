/* SPDX-License-Identifier: MIT
 *
 * What comes of one request: what the producer gave, what fills the gap, and what that
 * means.
 */
#include "engine/producer.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MOST 100u
#define TARGET 80u
#define LEAST 50u
#define PPS 30000.0

static struct bj_fill_result answer;

static struct bj_fill_result fill(void *user, const struct bj_fill_request *request,
                                  struct bj_point *points)
{
    (void)user;
    for (uint32_t k = 0; k < request->target_points; k++) {
        points[k] = (struct bj_point){.x = 0.5f, .r = 1, .i = 1};
    }
    return answer;
}

struct fixture {
    struct bj_producer producer;
    struct bj_point points[MOST], last[MOST];
};

static void begin(struct fixture *fixture, enum bj_underrun_policy policy)
{
    const struct bj_stream_config config = {
        .size = sizeof config, .fill = fill, .underrun = policy};
    bj_producer_init(&fixture->producer, &config, fixture->last);
}

static struct bj_made make(struct fixture *fixture, enum bj_fill_kind kind, uint32_t points,
                           double play_ns)
{
    const struct bj_fill_request request = {
        .min_points = LEAST, .target_points = TARGET, .true_pps = PPS, .play_ns = play_ns};
    answer = (struct bj_fill_result){.kind = kind, .points = points, .wanted_pps = 5};
    return bj_producer_make(&fixture->producer, &request, fixture->points);
}

/* After the producer gave enough once, `again` times the same answer. */
static const struct row {
    const char *name;
    enum bj_underrun_policy policy;
    enum bj_fill_kind kind;
    uint32_t gives;
    struct bj_made first, again;
} rows[] = {
    {"all",
     BJ_BLANK,
     BJ_FILLED,
     TARGET,
     {TARGET, TARGET, 5, 0, 0, 0, 0},
     {TARGET, TARGET, 5, 0, 0, 0, 0}},
    {"too much",
     BJ_BLANK,
     BJ_FILLED,
     MOST + 9,
     {TARGET, TARGET, 5, 0, 0, 0, 0},
     {TARGET, TARGET, 5, 0, 0, 0, 0}},
    {"just enough",
     BJ_BLANK,
     BJ_FILLED,
     LEAST,
     {LEAST, LEAST, 5, 0, 0, 0, 0},
     {LEAST, LEAST, 5, 0, 0, 0, 0}},
    {"too little",
     BJ_BLANK,
     BJ_FILLED,
     9,
     {LEAST, 9, 5, true, true, false, false},
     {LEAST, 9, 5, true, true, true, false}},
    {"nothing",
     BJ_BLANK,
     BJ_STARVED,
     9,
     {LEAST, 0, 0, true, true, false, false},
     {LEAST, 0, 0, true, false, false, false}},
    {"nothing, parks",
     BJ_PARK,
     BJ_FILLED,
     0,
     {LEAST, 0, 5, true, true, false, false},
     {LEAST, 0, 5, true, false, false, false}},
    {"too little, stops",
     BJ_STOP,
     BJ_FILLED,
     9,
     {9, 9, 5, false, true, false, true},
     {9, 9, 5, false, true, false, true}},
    {"end", BJ_BLANK, BJ_END, 9, {0, 0, 0, 0, 0, 0, true}, {0, 0, 0, 0, 0, 0, true}},
};

static void compare(const struct row *row, struct bj_made is, struct bj_made wanted)
{
    if (is.points != wanted.points || is.from_producer != wanted.from_producer ||
        is.wanted_pps != wanted.wanted_pps || is.topped_up != wanted.topped_up ||
        is.underrun != wanted.underrun || is.recovered != wanted.recovered ||
        is.ends != wanted.ends) {
        fail_msg(
            "%s: %u points, %u given, topped up %d, underrun %d, recovered %d, ends %d",
            row->name, is.points, is.from_producer, is.topped_up, is.underrun, is.recovered,
            is.ends);
    }
}

static void each_answer_has_its_meaning(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        const struct row *row = &rows[k];
        struct fixture fixture;
        begin(&fixture, row->policy);
        (void)make(&fixture, BJ_FILLED, TARGET, 0);
        assert_false(fixture.producer.restarted);
        compare(row, make(&fixture, row->kind, row->gives, 0), row->first);
        compare(row, make(&fixture, row->kind, row->gives, 0), row->again);
        assert_int_equal(fixture.producer.restarted, row->first.topped_up);
    }
}

/* Nothing has begun that could be interrupted. */
static void before_the_first_point_nothing_underruns(void **state)
{
    (void)state;
    const enum bj_underrun_policy policies[] = {BJ_BLANK, BJ_REPEAT_LAST, BJ_PARK, BJ_STOP};
    for (size_t k = 0; k < sizeof policies / sizeof *policies; k++) {
        struct fixture fixture;
        begin(&fixture, policies[k]);
        struct bj_made made = make(&fixture, BJ_STARVED, 0, 0);
        assert_int_equal(made.points, LEAST);
        assert_true(made.topped_up && !made.underrun && !made.ends);
    }
}

/* The last chunk is played again, until the producer is held to be gone. */
static void a_repeat_ends_in_silence(void **state)
{
    (void)state;
    const double given_ns = TARGET / PPS * 1e9;
    for (int late = 0; late < 2; late++) {
        struct fixture fixture;
        begin(&fixture, BJ_REPEAT_LAST);
        (void)make(&fixture, BJ_FILLED, TARGET, 0);
        (void)make(&fixture, BJ_STARVED, 0,
                   given_ns + (double)BJ_SILENCE_LIMIT_NS + (late ? 1e3 : -1e3));
        assert_int_equal(fixture.points[0].r > 0, !late);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer_has_its_meaning),
        cmocka_unit_test(before_the_first_point_nothing_underruns),
        cmocka_unit_test(a_repeat_ends_in_silence),
    };
    return cmocka_run_group_tests_name("producer", tests, NULL, NULL);
}
