/* SPDX-License-Identifier: MIT */
#include "helios/helios_swap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS
#define FRAME ((struct helios_frame){.points = 1000, .pps = 50000}) /* 20 ms */

static struct helios_swap playing(void)
{
    struct helios_swap swap = {0};

    helios_swap_begin(&swap, FRAME, 100 * MS);
    return swap;
}

static void an_idle_device_holds_nothing(void **state)
{
    struct helios_swap swap = {0};

    (void)state;
    assert_int_equal(helios_swap_end_ns(&swap), BJ_NEVER);
    assert_int_equal(helios_swap_left(&swap, 5), 0);
}

static void what_plays_runs_out(void **state)
{
    struct helios_swap swap = playing();

    (void)state;
    assert_int_equal(helios_swap_end_ns(&swap), 120 * MS);
    assert_int_equal(helios_swap_left(&swap, 90 * MS), 1000);
    assert_int_equal(helios_swap_left(&swap, 105 * MS), 750);
    assert_int_equal(helios_swap_left(&swap, 130 * MS), 0);
    helios_swap_queue(&swap, FRAME, 104 * MS);
    assert_int_equal(helios_swap_left(&swap, 105 * MS), 1750);
    assert_int_equal(helios_swap_end_ns(&swap), 120 * MS);
}

/* Nobody has asked since. */
static void what_waits_plays_when_its_time_has_come(void **state)
{
    struct helios_swap swap = playing();

    (void)state;
    helios_swap_queue(&swap, FRAME, 104 * MS);
    assert_int_equal(helios_swap_left(&swap, 120 * MS), 1000);
    assert_int_equal(helios_swap_left(&swap, 130 * MS), 500);
    assert_int_equal(helios_swap_left(&swap, 150 * MS), 0);
}

static void the_swap_is_where_it_was_expected(void **state)
{
    struct helios_swap swap = playing();

    (void)state;
    helios_swap_queue(&swap, (struct helios_frame){500, 50000}, 104 * MS);
    helios_swap_not_free(&swap, 118 * MS);
    helios_swap_free(&swap, 121 * MS);
    assert_int_equal(swap.begun_ns, 120 * MS);
    assert_int_equal(helios_swap_end_ns(&swap), 130 * MS);
    assert_int_equal(swap.waiting.points, 0);
    assert_true(swap.drift == 0);
}

static void the_answers_correct_it(void **state)
{
    struct helios_swap late = playing(), early = playing();

    (void)state;
    helios_swap_queue(&late, FRAME, 104 * MS);
    helios_swap_not_free(&late, 120500000); /* still full after its time */
    helios_swap_free(&late, 122 * MS);
    assert_int_equal(late.begun_ns, 120500000);
    assert_true(late.drift > 0);
    helios_swap_queue(&early, FRAME, 104 * MS);
    helios_swap_free(&early, 119 * MS); /* free before it */
    assert_int_equal(early.begun_ns, 119 * MS);
    assert_true(early.drift < 0);
}

/* A clock 300 ppm slow: learned within the limits, however wrong single answers are. */
static void a_slow_clock_is_learned(void **state)
{
    struct helios_swap swap = playing();
    double end_ns = 100e6;

    (void)state;
    for (int k = 0; k < 3000; k++) {
        helios_swap_queue(&swap, FRAME, (int64_t)end_ns + 5 * MS);
        end_ns += 20e6 * 1.0003;
        helios_swap_not_free(&swap, (int64_t)end_ns - 20000);
        helios_swap_free(&swap, (int64_t)end_ns + 20000);
        assert_in_range(swap.begun_ns, (int64_t)end_ns - 20001, (int64_t)end_ns + 20001);
    }
    assert_true(swap.drift > 0.0002 && swap.drift < 0.0004);
    for (int k = 0; k < 1000; k++) {
        helios_swap_queue(&swap, FRAME, swap.begun_ns);
        helios_swap_free(&swap, swap.begun_ns + 1 * MS);
    }
    assert_true(swap.drift >= -0.0015);
    helios_swap_reset(&swap);
    assert_true(swap.drift < 0); /* what was learned stays */
}

static void unsure_waits_for_an_answer(void **state)
{
    struct helios_swap swap = {.waiting = {1000, 50000}, .unsure = true};

    (void)state;
    assert_int_equal(helios_swap_end_ns(&swap), BJ_NEVER);
    helios_swap_not_free(&swap, 50 * MS);
    helios_swap_free(&swap, 52 * MS);
    assert_false(swap.unsure);
    assert_int_equal(swap.begun_ns, 52 * MS);
    assert_int_equal(swap.playing.points, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_device_holds_nothing),
        cmocka_unit_test(what_plays_runs_out),
        cmocka_unit_test(what_waits_plays_when_its_time_has_come),
        cmocka_unit_test(the_swap_is_where_it_was_expected),
        cmocka_unit_test(the_answers_correct_it),
        cmocka_unit_test(a_slow_clock_is_learned),
        cmocka_unit_test(unsure_waits_for_an_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
