/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/light_codes.h"
#include "lasershark_family/lasershark_wire.h"

#define FULL 1

static bool ttl;

static void expect(struct bj_point point, bool dark, const char *bytes)
{
    uint8_t out[SHARK_SAMPLE_SIZE];

    lasershark_encode(out, &point, 1, dark, &ttl);
    assert_memory_equal(out, bytes, sizeof out);
}

static void test_samples(void **state)
{
    (void)state;
    ttl = false;
    /* up: y runs the other way; the interlock is bit 15 of the first word */
    expect((struct bj_point){.x = 1, .y = 1}, false, "\x00\x80\x00\x00\xff\x0f\x00\x00");
    expect((struct bj_point){.x = -1, .y = -1}, false, "\x00\x80\x00\x00\x00\x00\xff\x0f");
    expect((struct bj_point){-1, 1, FULL, 0, 0, FULL}, false, "\xff\x8f\0\0\0\0\0\0");
    expect((struct bj_point){-1, 1, 0, FULL, 0, FULL}, false, "\x00\x80\xff\x0f\0\0\0\0");
    expect((struct bj_point){-1, 1, 0, 0, FULL, FULL}, false, "\x00\xc0\0\0\0\0\0\0");
    /* to the nearest of 4096 steps: half of full, and just more than half a step */
    expect((struct bj_point){-1, 1, 0.5F, 0.5001F / 4095, 0, FULL}, false,
           "\x00\x88\x01\0\0\0\0\0");
}

static void test_dark_opens_the_interlock(void **state)
{
    (void)state;
    ttl = true;
    expect((struct bj_point){-1, 1, FULL, FULL, FULL, FULL}, true, "\0\0\0\0\0\0\0\0");
    assert_false(ttl);
}

static bool blue_at(uint16_t level)
{
    struct bj_point point = {.b = light_of(level), .i = FULL};
    uint8_t out[SHARK_SAMPLE_SIZE];

    lasershark_encode(out, &point, 1, false, &ttl);
    return out[1] & 0x40;
}

static void test_blue_does_not_flicker_around_half(void **state)
{
    (void)state;
    ttl = false;
    assert_false(blue_at(32768));
    assert_false(blue_at(34000));
    assert_true(blue_at(36000));
    assert_true(blue_at(32768));
    assert_true(blue_at(31500));
    assert_false(blue_at(30000));
    assert_false(blue_at(32768));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_dark_opens_the_interlock),
        cmocka_unit_test(test_blue_does_not_flicker_around_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
