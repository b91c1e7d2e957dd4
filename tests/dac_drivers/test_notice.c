/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "notice.h"

static enum bj_status heard_status;
static char heard[512];

static void on_notice(void *engine, enum bj_status status, const char *text)
{
    assert_ptr_equal(engine, heard);
    heard_status = status;
    strcpy(heard, text);
}

static const struct bj_dac_events events = {.notice = on_notice};

__attribute__((format(printf, 2, 3))) static void say(const char *name, const char *format,
                                                      ...)
{
    va_list args;

    va_start(args, format);
    bj_notice(&events, heard, name, BJ_TIMED_OUT, format, args);
    va_end(args);
}

static void test_names_the_device_first(void **state)
{
    (void)state;
    say("LaserDock 1", "no answer for %d s", 2);
    assert_string_equal(heard, "LaserDock 1: no answer for 2 s");
    assert_int_equal(heard_status, BJ_TIMED_OUT);
}

static void test_long_ones_are_cut(void **state)
{
    char name[300];

    (void)state;
    say("it", "%0400d", 7);
    assert_int_equal(strlen(heard), 255);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    say(name, "gone");
    assert_string_equal(heard, "gone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_the_device_first),
        cmocka_unit_test(test_long_ones_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
