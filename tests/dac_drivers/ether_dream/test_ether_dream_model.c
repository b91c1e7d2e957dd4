/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ether_dream/ether_dream_model.h"

static void test_known_generations(void **state)
{
    (void)state;
    assert_string_equal(ed_model_of(1)->title, "Ether Dream");
    assert_int_equal(ed_model_of(2)->timer_hz, 24000000);
    assert_string_equal(ed_model_of(10)->title, "Ether Dream 2");
    assert_int_equal(ed_model_of(10)->min_queued, 0);
    assert_int_equal(ed_model_of(2)->window_bytes, 7500);
    assert_int_equal(ed_model_of(10)->window_bytes, 22500);
    assert_string_equal(ed_model_of(30)->title, "Ether Dream 3");
    assert_int_equal(ed_model_of(30)->min_queued, 256);
    assert_string_equal(ed_model_of(40)->title, "Ether Dream 4");
    assert_string_equal(ed_model_of(41)->title, "Ether Dream 4");
}

static void test_every_revision_has_a_row_and_new_ones_are_careful(void **state)
{
    (void)state;
    for (uint32_t revision = 0; revision <= UINT16_MAX; revision++) {
        const struct ed_model *model = ed_model_of((uint16_t)revision);
        assert_non_null(model->title);
        assert_true(revision >= model->hw_from && revision <= model->hw_to);
        assert_int_equal(model->min_queued, revision >= 30 ? 256 : 0);
        assert_int_equal(model->silent_underflow, revision >= 30);
    }
}

static void test_unknown_promises_nothing(void **state)
{
    (void)state;
    assert_string_equal(ed_model_unknown()->title, "Ether Dream");
    assert_int_equal(ed_model_unknown()->timer_hz, 0);
    assert_int_equal(ed_model_unknown()->window_bytes, 7500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_generations),
        cmocka_unit_test(test_every_revision_has_a_row_and_new_ones_are_careful),
        cmocka_unit_test(test_unknown_promises_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
