/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <beamjack/driver.h>
#include <cmocka.h>

#include "lasercube/lasercube_model.h"

static struct lc_info of(uint8_t model, uint8_t major, uint8_t minor, uint8_t flags)
{
    return (struct lc_info){.model = model, .major = major, .minor = minor, .flags = flags};
}

static void test_who_knows_the_threshold(void **state)
{
    static const struct {
        uint8_t model, major, minor;
        bool knows;
    } rows[] = {
        {0, 0, 12, false}, {0, 0, 13, false}, {0, 0, 99, false}, {0, 1, 0, false},
        {0, 1, 23, false}, {0, 1, 24, true},  {0, 1, 99, true},  {9, 1, 23, false},
        {10, 1, 0, true},  {10, 0, 13, true}, {0, 2, 0, true},   {0, 3, 1, true},
    };
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct lc_info info = of(rows[k].model, rows[k].major, rows[k].minor, 0);
        assert_int_equal(lc_model_of(&info)->has_threshold, rows[k].knows);
    }
}

static void check_flags(struct lc_info info, bool output, bool interlock, bool warm,
                        bool too_hot, uint8_t errors)
{
    struct lc_flags flags = lc_flags_of(&info);

    assert_int_equal(flags.output, output);
    assert_int_equal(flags.interlock, interlock);
    assert_int_equal(flags.warm, warm);
    assert_int_equal(flags.too_hot, too_hot);
    assert_int_equal(flags.errors, errors);
}

static void test_flags_of_old_and_new_firmware(void **state)
{
    (void)state;
    check_flags(of(0, 0, 12, 0x01), true, false, false, false, 0);
    check_flags(of(0, 0, 12, 0x08), false, true, false, false, 0);
    check_flags(of(0, 0, 12, 0x10), false, false, true, false, 0);
    check_flags(of(0, 0, 12, 0x20), false, false, false, true, 0);
    check_flags(of(0, 0, 13, 0x02), false, true, false, false, 0);
    check_flags(of(0, 0, 13, 0x04), false, false, true, false, 0);
    check_flags(of(0, 1, 24, 0x09), true, false, false, true, 0);
    check_flags(of(10, 1, 0, 0xb0), false, false, false, false, 11);
}

static void test_wifi_wants_a_larger_buffer(void **state)
{
    (void)state;
    for (uint8_t k = 0; k < 4; k++) {
        struct lc_info info = {.connection = k};
        const struct lc_way *way = lc_way_of(&info);
        assert_int_equal(way->target_buffer_ns, (k & 1 ? 80 : 60) * BJ_NS_PER_MS);
        assert_true(way->min_buffer_ns < way->target_buffer_ns / 2);
    }
}

static void test_nonsense_becomes_usual(void **state)
{
    struct lc_info info = {.ring_points = 0, .max_rate = 0, .free_points = 9999};
    (void)state;
    lc_info_make_sane(&info);
    assert_int_equal(info.ring_points, LC_USUAL_RING);
    assert_int_equal(info.max_rate, BJ_CAREFUL_PPS);
    assert_int_equal(info.free_points, LC_USUAL_RING);
    info = (struct lc_info){.ring_points = 1799, .max_rate = 4000000, .free_points = 5};
    lc_info_make_sane(&info);
    assert_int_equal(info.ring_points, 1799);
    assert_int_equal(info.max_rate, BJ_CAREFUL_PPS);
    assert_int_equal(info.free_points, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_knows_the_threshold),
        cmocka_unit_test(test_flags_of_old_and_new_firmware),
        cmocka_unit_test(test_wifi_wants_a_larger_buffer),
        cmocka_unit_test(test_nonsense_becomes_usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
