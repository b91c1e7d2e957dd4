/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "session/notice.h"

static enum bj_status heard_status;
static char heard[512];

static void on_notice(void *engine, enum bj_status status, const char *text)
{
    assert_ptr_equal(engine, heard);
    heard_status = status;
    strcpy(heard, text);
}

static const struct bj_dac_events events = {.notice = on_notice};

static struct bj_dac dac = {.events = &events, .engine = heard};

static void test_names_the_device_first(void **state)
{
    (void)state;
    bj_dac_set_name(&dac, "LaserDock %d", 1);
    assert_int_equal(bj_dac_tell(&dac, BJ_TIMED_OUT, "no answer for %d s", 2),
                     BJ_TIMED_OUT);
    assert_string_equal(heard, "LaserDock 1: no answer for 2 s");
    assert_int_equal(heard_status, BJ_TIMED_OUT);
}

static void test_long_ones_are_cut(void **state)
{
    (void)state;
    bj_dac_set_name(&dac, "%0400d", 7);
    assert_int_equal(strlen(dac.name), BJ_DAC_NAME_SIZE - 1);
    (void)bj_dac_tell(&dac, BJ_TIMED_OUT, "%0400d", 7);
    assert_int_equal(strlen(heard), 511);
}

static void test_a_name_grows_as_far_as_there_is_room(void **state)
{
    (void)state;
    bj_dac_set_name(&dac, "Helios");
    bj_dac_add_name(&dac, " at USB %s", "1-2");
    assert_string_equal(dac.name, "Helios at USB 1-2");
    bj_dac_add_name(&dac, "%0400d", 7);
    bj_dac_add_name(&dac, "more");
    assert_int_equal(strlen(dac.name), BJ_DAC_NAME_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_the_device_first),
        cmocka_unit_test(test_long_ones_are_cut),
        cmocka_unit_test(test_a_name_grows_as_far_as_there_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
