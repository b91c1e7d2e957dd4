/* SPDX-License-Identifier: MIT */
#include "options/port_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const named[] = {"in_x", "in_y", "in_r", "in_g", "in_b", "in_i"};

static void names_are_those_saved_patchbays_know(void **state)
{
    (void)state;
    for (int c = 0; c < BJ_CHANNELS; c++)
        assert_string_equal(bj_port_name(BJ_PORTS_NAMED, c), named[c]);
}

static void numbered_names_sort_in_channel_order(void **state)
{
    (void)state;
    assert_string_equal(bj_port_name(BJ_PORTS_NUMBERED, BJ_X), "in_1_x");
    for (int c = 1; c < BJ_CHANNELS; c++) {
        const char *before = bj_port_name(BJ_PORTS_NUMBERED, c - 1);
        const char *after = bj_port_name(BJ_PORTS_NUMBERED, c);

        assert_true(strcmp(before, after) < 0);
        assert_int_equal(after[strlen(after) - 1], bj_port_letter(c));
    }
}

static void every_spelling_names_its_channel(void **state)
{
    (void)state;
    for (int c = 0; c < BJ_CHANNELS; c++) {
        char letter[2] = {bj_port_letter(c), '\0'};
        const char *const spellings[] = {letter, named[c], bj_port_alias(c),
                                         bj_port_name(BJ_PORTS_NUMBERED, c)};

        for (int k = 0; k < 4; k++)
            assert_int_equal(bj_port_channel(spellings[k], strlen(spellings[k])), c);
    }
    assert_int_equal(bj_port_channel("z", 1), BJ_CHANNELS);
    assert_int_equal(bj_port_channel("", 0), BJ_CHANNELS);
    assert_int_equal(bj_port_channel("in_xy", 5), BJ_CHANNELS);
    assert_int_equal(bj_port_channel("in_xy", 4), BJ_X);
}

static void letters_show_the_set(void **state)
{
    char text[BJ_CHANNELS + 1];

    (void)state;
    bj_port_letters(0, text);
    assert_string_equal(text, "------");
    bj_port_letters(BJ_POSITION_BITS | BJ_CHANNEL_BIT(BJ_B), text);
    assert_string_equal(text, "xy--b-");
}

static void intensity_nobody_drives_is_absent(void **state)
{
    const float buffer[BJ_CHANNELS] = {0};
    const float *buffers[BJ_CHANNELS], *channels[BJ_CHANNELS];

    (void)state;
    for (int c = 0; c < BJ_CHANNELS; c++)
        buffers[c] = &buffer[c];
    bj_port_channels(buffers, 0, channels);
    for (int c = 0; c < BJ_I; c++)
        assert_ptr_equal(channels[c], buffers[c]);
    assert_null(channels[BJ_I]);
    bj_port_channels(buffers, BJ_CHANNEL_BIT(BJ_I), channels);
    assert_ptr_equal(channels[BJ_I], buffers[BJ_I]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_saved_patchbays_know),
        cmocka_unit_test(numbered_names_sort_in_channel_order),
        cmocka_unit_test(every_spelling_names_its_channel),
        cmocka_unit_test(letters_show_the_set),
        cmocka_unit_test(intensity_nobody_drives_is_absent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
