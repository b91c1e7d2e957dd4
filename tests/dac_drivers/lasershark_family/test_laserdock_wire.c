/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lasershark_family/laserdock_wire.h"

#define FULL 1

static void expect(struct bj_point point, bool dark, const char *bytes)
{
    uint8_t out[SHARK_SAMPLE_SIZE];
    bool ttl = false;

    laserdock_encode(out, &point, 1, dark, &ttl);
    assert_memory_equal(out, bytes, sizeof out);
    assert_false(ttl);
}

static void test_samples(void **state)
{
    (void)state;
    /* right, up: x runs the other way */
    expect((struct bj_point){.x = 1, .y = 1}, false, "\x00\x00\x00\x00\x00\x00\xff\x0f");
    expect((struct bj_point){.x = -1, .y = -1}, false, "\x00\x00\x00\x00\xff\x0f\x00\x00");
    /* red low, green high, blue in the next word */
    expect((struct bj_point){-1, -1, FULL, 0, 0, FULL}, false, "\xff\x00\0\0\xff\x0f\0\0");
    expect((struct bj_point){-1, -1, 0, FULL, 0, FULL}, false, "\x00\xff\0\0\xff\x0f\0\0");
    expect((struct bj_point){-1, -1, 0, 0, FULL, FULL}, false, "\0\0\xff\0\xff\x0f\0\0");
    expect((struct bj_point){-1, -1, 128 / 255.0F, 64 / 255.0F, 32 / 255.0F, FULL}, false,
           "\x80\x40\x20\0\xff\x0f\0\0");
    /* to the nearest of 256 steps: half of full, and just less than half a step */
    expect((struct bj_point){-1, -1, 0.5F, 0.4999F / 255, 1.5F / 255, FULL}, false,
           "\x80\x00\x02\0\xff\x0f\0\0");
}

static void test_dark_is_dark(void **state)
{
    (void)state;
    expect((struct bj_point){-1, -1, FULL, FULL, FULL, FULL}, true, "\0\0\0\0\xff\x0f\0\0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_dark_is_dark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
