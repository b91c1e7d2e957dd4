/* SPDX-License-Identifier: MIT */
#include "options/option_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char why[BJ_WHY_SIZE];

static bool set(const struct bj_option *option, const char *value, void *member)
{
    return bj_option_value(option, "--it", value, member, why, sizeof why);
}

static void truth_has_many_words(void **state)
{
    bool truth = false;

    (void)state;
    assert_true(bj_option_truth("Yes", &truth) && truth);
    assert_true(bj_option_truth("off", &truth) && !truth);
    assert_true(bj_option_truth("1", &truth) && truth);
    assert_false(bj_option_truth("", &truth));
    assert_false(bj_option_truth("perhaps", &truth));
}

static void numbers_keep_to_their_range(void **state)
{
    const struct bj_option option = {.kind = BJ_OPTION_NUMBER, .least = 1, .most = 9};
    uint32_t value = 5;

    (void)state;
    assert_true(set(&option, "9", &value));
    assert_int_equal(value, 9);
    assert_false(set(&option, "10", &value));
    assert_false(set(&option, "0", &value));
    assert_false(set(&option, "", &value));
    assert_false(set(&option, "2 3", &value));
    assert_false(set(&option, "1e99", &value));
    assert_int_equal(value, 9);
    assert_non_null(strstr(why, "--it"));
    assert_non_null(strstr(why, "from 1 to 9"));
}

static void time_is_in_the_unit_of_the_option(void **state)
{
    struct bj_option option = {
        .kind = BJ_OPTION_TIME, .unit_ns = BJ_NS_PER_MS, .least = 0, .most = 10};
    int64_t value = 0;

    (void)state;
    assert_true(set(&option, "1.5", &value));
    assert_int_equal(value, 1500000);
    option.unit_ns = BJ_NS_PER_S;
    assert_true(set(&option, "0.25", &value));
    assert_int_equal(value, 250000000);
    option.unit_ns = 1000;
    option.least = -10;
    assert_true(set(&option, "-2.5", &value));
    assert_int_equal(value, -2500);
    assert_false(set(&option, "-11", &value));
    assert_non_null(strstr(why, "microseconds from -10 to 10"));
}

static void text_replaces_text(void **state)
{
    const struct bj_option option = {.kind = BJ_OPTION_TEXT};
    char *value = NULL;

    (void)state;
    assert_true(set(&option, "one", &value));
    assert_true(set(&option, "two", &value));
    assert_string_equal(value, "two");
    assert_false(set(&option, "", &value));
    assert_string_equal(value, "two");
    free(value);
}

static void choice_is_a_place_in_the_list(void **state)
{
    const struct bj_option option = {
        .kind = BJ_OPTION_CHOICE, .choices = "red|green", .argument = "red|green"};
    int value = -1;

    (void)state;
    assert_true(set(&option, "green", &value));
    assert_int_equal(value, 1);
    assert_false(set(&option, "gree", &value));
    assert_false(set(&option, "red|green", &value));
    assert_false(set(&option, "", &value));
}

static void floats_repeat_or_are_complete(void **state)
{
    const struct bj_option option = {.kind = BJ_OPTION_FLOATS,
                                     .values_least = 1,
                                     .values = 3,
                                     .least = -10,
                                     .most = 10,
                                     .choices = "a|b|c",
                                     .argument = "A[,B,C]"};
    float value[3] = {0};

    (void)state;
    assert_true(set(&option, "-2", value));
    assert_true(value[0] == -2 && value[1] == -2 && value[2] == -2);
    assert_true(set(&option, "1,2,3", value));
    assert_true(value[0] == 1 && value[1] == 2 && value[2] == 3);
    assert_false(set(&option, "1,2", value));
    assert_false(set(&option, "1,2,3,4", value));
    assert_false(set(&option, "1,2,", value));
    assert_false(set(&option, "11", value));
    assert_false(set(&option, "inf", value));
}

static void floats_by_name_leave_the_others(void **state)
{
    const struct bj_option option = {.kind = BJ_OPTION_FLOATS,
                                     .values_least = 1,
                                     .values = 2,
                                     .least = -4,
                                     .most = 4,
                                     .apart = 0.01,
                                     .choices = "x|y",
                                     .argument = "X[,Y]"};
    float value[2] = {1, 2};

    (void)state;
    assert_true(set(&option, "y=5", value));
    assert_true(value[0] == 1 && value[1] == 5);
    assert_true(set(&option, "y=-100,x=0", value));
    assert_true(value[0] == 0 && value[1] == -100);
    assert_false(set(&option, "x=1,x=2", value));
    assert_false(set(&option, "x=1,z=2", value));
    assert_false(set(&option, "x=1,2", value));
    assert_false(set(&option, "1,y=2", value));
    assert_false(set(&option, "x=", value));
    assert_false(set(&option, "x=101", value));
    assert_true(value[0] == 0 && value[1] == -100);
}

static void underrun_may_have_a_place(void **state)
{
    const struct bj_option option = {.kind = BJ_OPTION_UNDERRUN, .argument = "blank|..."};
    struct bj_underrun_option value = {BJ_BLANK, 9, 9};

    (void)state;
    assert_true(set(&option, "repeat", &value));
    assert_int_equal(value.policy, BJ_REPEAT_LAST);
    assert_true(set(&option, "park", &value));
    assert_int_equal(value.policy, BJ_PARK);
    assert_true(value.x == 0 && value.y == 0);
    assert_true(set(&option, "stop", &value));
    assert_int_equal(value.policy, BJ_STOP);
    assert_false(set(&option, "park:", &value));
    assert_false(set(&option, "park:1", &value));
}

static void signals_have_names_and_numbers(void **state)
{
    const struct bj_option option = {.kind = BJ_OPTION_SIGNALS,
                                     .choices = "x|y|r|g|b|i|enable",
                                     .argument = "NAME=VALUE[,...]",
                                     .values = 1,
                                     .least = -1,
                                     .most = 1};
    struct bj_audio_values value = {0};

    (void)state;
    assert_true(set(&option, "y=-0.5,enable=1", &value));
    assert_false(value.given[BJ_X]);
    assert_true(value.given[BJ_Y] && value.given[BJ_AUDIO_ENABLE]);
    assert_true(value.value[BJ_Y] == -0.5F && value.value[BJ_AUDIO_ENABLE] == 1);
    assert_true(set(&option, "x=0", &value)); /* a new list, not an addition */
    assert_true(value.given[BJ_X] && !value.given[BJ_Y]);
    assert_false(set(&option, "", &value));
    assert_false(set(&option, "x", &value));
    assert_false(set(&option, "x=", &value));
    assert_false(set(&option, "x=1.01", &value));
    assert_false(set(&option, "x=1,", &value));
    assert_false(set(&option, "x=1,x=1", &value));
    assert_false(set(&option, "x=1 y=1", &value));
    assert_false(set(&option, "z=1", &value));
    assert_false(set(&option, "enableenableenable=1", &value));
    assert_true(value.given[BJ_X] && value.value[BJ_X] == 0);
    assert_non_null(strstr(why, "from -1 to 1"));
}

static void signals_may_want_whole_numbers_or_none(void **state)
{
    struct bj_option option = {.kind = BJ_OPTION_SIGNALS,
                               .choices = "x|y|r",
                               .argument = "NAME=VALUE[,...]",
                               .values = 1,
                               .whole = true,
                               .least = 1,
                               .most = 64};
    struct bj_audio_values value = {0};

    (void)state;
    assert_true(set(&option, "x=64", &value));
    assert_false(set(&option, "x=1.5", &value));
    assert_non_null(strstr(why, "whole numbers from 1 to 64"));
    option.values = 0;
    assert_true(set(&option, "r,x", &value));
    assert_true(value.given[BJ_X] && !value.given[BJ_Y] && value.given[BJ_R]);
    assert_false(set(&option, "r=1", &value));
    assert_false(set(&option, "r,r", &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_has_many_words),
        cmocka_unit_test(numbers_keep_to_their_range),
        cmocka_unit_test(time_is_in_the_unit_of_the_option),
        cmocka_unit_test(text_replaces_text),
        cmocka_unit_test(choice_is_a_place_in_the_list),
        cmocka_unit_test(floats_repeat_or_are_complete),
        cmocka_unit_test(floats_by_name_leave_the_others),
        cmocka_unit_test(underrun_may_have_a_place),
        cmocka_unit_test(signals_have_names_and_numbers),
        cmocka_unit_test(signals_may_want_whole_numbers_or_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
