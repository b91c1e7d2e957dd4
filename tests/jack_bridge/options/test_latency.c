/* SPDX-License-Identifier: MIT */
#include "options/latency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS

static const struct bj_dac_caps network = {.target_buffer_ns = 50 * MS,
                                           .min_buffer_ns = 10 * MS};

static void least_is_the_sum_of_its_parts(void **state)
{
    (void)state;
    /* 5 ms chunk + 1.5 ms poll + 4 ms margin + 4 frames, and 4 points where it filters */
    assert_int_equal(bj_latency_least_ns(1000, 1000), 14500000);
    assert_int_equal(bj_latency_least_ns(48000, 100000), 10500000 + 83334);
    assert_int_equal(bj_latency_least_ns(48000, 1000), 14500000 + 83334);
}

static void frames_are_rounded(void **state)
{
    (void)state;
    assert_int_equal(bj_latency_frames(50 * MS, 48000), 2400);
    assert_int_equal(bj_latency_frames(50 * MS, 44100), 2205);
    assert_int_equal(bj_latency_frames(10416666, 48000), 500);
    assert_int_equal(bj_latency_frames(0, 48000), 0);
}

static void dac_decides_when_nobody_asks(void **state)
{
    struct bj_latency plan;
    char why[300];

    (void)state;
    assert_true(bj_latency_plan((struct bj_latency){0}, &network, 48000, 48000, &plan, why,
                                sizeof why));
    assert_int_equal(plan.latency_ns, 50 * MS);
    assert_int_equal(plan.target_ns, 50 * MS);
    assert_int_equal(plan.min_ns, 10 * MS);
}

static void long_latency_waits_outside_the_dac(void **state)
{
    struct bj_latency plan;
    char why[300];

    (void)state;
    assert_true(bj_latency_plan((struct bj_latency){.latency_ns = 200 * MS}, &network,
                                48000, 48000, &plan, why, sizeof why));
    assert_int_equal(plan.latency_ns, 200 * MS);
    assert_int_equal(plan.target_ns, 50 * MS);
}

static void short_latency_shrinks_the_buffers(void **state)
{
    struct bj_latency plan;
    char why[300];

    (void)state;
    assert_true(bj_latency_plan((struct bj_latency){.latency_ns = 15 * MS}, &network, 48000,
                                48000, &plan, why, sizeof why));
    assert_int_equal(plan.target_ns, 15 * MS);
    assert_true(plan.min_ns < plan.target_ns);
}

static void target_alone_sets_the_latency(void **state)
{
    struct bj_latency plan;
    char why[300];

    (void)state;
    assert_true(bj_latency_plan((struct bj_latency){.target_ns = 30 * MS}, &network, 48000,
                                48000, &plan, why, sizeof why));
    assert_int_equal(plan.latency_ns, 30 * MS);
    assert_int_equal(plan.target_ns, 30 * MS);
}

static void small_dac_gets_the_least_that_holds(void **state)
{
    const struct bj_dac_caps quick = {.target_buffer_ns = 2 * MS, .min_buffer_ns = 1 * MS};
    struct bj_latency plan;
    char why[300];

    (void)state;
    assert_true(bj_latency_plan((struct bj_latency){0}, &quick, 48000, 48000, &plan, why,
                                sizeof why));
    assert_int_equal(plan.latency_ns, bj_latency_least_ns(48000, 48000));
    assert_int_equal(plan.target_ns, 2 * MS);
}

static void what_cannot_hold_is_refused_with_the_least(void **state)
{
    const struct {
        struct bj_latency asked;
        const char *word;
    } cases[] = {
        {{.latency_ns = 5 * MS}, "--latency 10.6"},
        {{.latency_ns = 20 * MS, .target_ns = 30 * MS}, "--target-buffer 20"},
        {{.target_ns = 30 * MS, .min_ns = 40 * MS}, "--min-buffer 40"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct bj_latency plan;
        char why[300] = "";

        assert_false(bj_latency_plan(cases[k].asked, &network, 48000, 48000, &plan, why,
                                     sizeof why));
        if (!strstr(why, cases[k].word))
            fail_msg("'%s' does not say '%s'", why, cases[k].word);
    }
}

/* Three batches, two of which the device keeps. */
static void batches_need_their_time(void **state)
{
    const struct bj_dac_caps batches = {
        .target_buffer_ns = 50 * MS, .min_buffer_ns = 10 * MS, .min_queued_points = 256};
    struct bj_latency plan;
    char why[300];

    (void)state;
    assert_true(bj_latency_plan((struct bj_latency){0}, &batches, 48000, 48000, &plan, why,
                                sizeof why));
    assert_int_equal(plan.latency_ns, 50 * MS);
    assert_true(bj_latency_plan((struct bj_latency){0}, &batches, 48000, 10000, &plan, why,
                                sizeof why));
    assert_int_equal(plan.latency_ns, 768 * MS / 10);
    assert_int_equal(plan.target_ns, 768 * MS / 10);
    assert_false(bj_latency_plan((struct bj_latency){.latency_ns = 50 * MS}, &batches,
                                 48000, 10000, &plan, why, sizeof why));
    assert_non_null(strstr(why, "batches"));
    assert_non_null(strstr(why, "--latency 76.8"));
}

/* Two frames in the DAC, each whole before its turn: what is captured last waits for all
 * of them, and a margin. */
static void whole_frames_need_a_margin_outside(void **state)
{
    const struct bj_dac_caps swap = {
        .model = BJ_MODEL_SWAP, .target_buffer_ns = 32 * MS, .min_buffer_ns = 8 * MS};
    struct bj_latency plan;
    char why[300];

    (void)state;
    assert_true(bj_latency_plan((struct bj_latency){0}, &swap, 48000, 48000, &plan, why,
                                sizeof why));
    assert_int_equal(plan.latency_ns, 36 * MS + 83334);
    assert_int_equal(plan.target_ns, 32 * MS);
    assert_true(bj_latency_plan((struct bj_latency){.latency_ns = 25 * MS}, &swap, 48000,
                                48000, &plan, why, sizeof why));
    assert_int_equal(plan.target_ns, 21 * MS - 83334);
    assert_true(bj_latency_plan((struct bj_latency){.latency_ns = 46 * MS}, &swap, 48000,
                                48000, &plan, why, sizeof why));
    assert_int_equal(plan.target_ns, 42 * MS - 83334); /* longer frames */
    assert_true(bj_latency_plan((struct bj_latency){.latency_ns = 200 * MS}, &swap, 48000,
                                48000, &plan, why, sizeof why));
    assert_int_equal(plan.target_ns, 64 * MS);
    assert_false(bj_latency_plan((struct bj_latency){.latency_ns = 20 * MS}, &swap, 48000,
                                 48000, &plan, why, sizeof why));
    assert_non_null(strstr(why, "--latency 20.1"));
    assert_false(
        bj_latency_plan((struct bj_latency){.latency_ns = 40 * MS, .target_ns = 38 * MS},
                        &swap, 48000, 48000, &plan, why, sizeof why));
    assert_non_null(strstr(why, "--latency 42.1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_frames_need_a_margin_outside),
        cmocka_unit_test(batches_need_their_time),
        cmocka_unit_test(least_is_the_sum_of_its_parts),
        cmocka_unit_test(frames_are_rounded),
        cmocka_unit_test(dac_decides_when_nobody_asks),
        cmocka_unit_test(long_latency_waits_outside_the_dac),
        cmocka_unit_test(short_latency_shrinks_the_buffers),
        cmocka_unit_test(target_alone_sets_the_latency),
        cmocka_unit_test(small_dac_gets_the_least_that_holds),
        cmocka_unit_test(what_cannot_hold_is_refused_with_the_least),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
