/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim_idn_dictionary.h"

static struct sim_idn_layout layout;

static bool read(const uint16_t *tags, size_t count)
{
    uint8_t words[64];

    for (size_t k = 0; k < count; k++) {
        words[2 * k] = (uint8_t)(tags[k] >> 8);
        words[2 * k + 1] = (uint8_t)tags[k];
    }
    return sim_idn_layout_read(&layout, words, count);
}

#define READ(...)                                                                          \
    read((const uint16_t[]){__VA_ARGS__},                                                  \
         sizeof(const uint16_t[]){__VA_ARGS__} / sizeof(uint16_t))

static void test_dictionaries_in_use(void **state)
{
    (void)state;
    assert_true(READ(0x4200, 0x4010, 0x4210, 0x4010, 0x527e, 0x5214, 0x51cc, 0));
    assert_int_equal(layout.size, 7);
    assert_true(READ(0x4200, 0x4010, 0x4210, 0x4010, 0x527e, 0x5214, 0x51cc, 0x5c10));
    assert_int_equal(layout.size, 8);
    assert_true(READ(0x4200, 0x4010, 0x4210, 0x4010, 0x527e, 0x4010, 0x5214, 0x4010, 0x51cc,
                     0x4010));
    assert_int_equal(layout.size, 10);
    assert_true(READ(0x4101, 0x5c10, 0x527e, 0x5214, 0x51cc, 0x51bd, 0x5241, 0x51e8, 0x4200,
                     0x4010, 0x4210, 0x4010, 0x4201, 0x4010));
    assert_int_equal(layout.size, 14);
    assert_int_equal(layout.fields[SIM_IDN_X].at, 8);
    assert_int_equal(layout.fields[SIM_IDN_RED].at, 2);
    assert_int_equal(layout.fields[SIM_IDN_INTENSITY].at, 1);
}

static void test_what_is_passed_over(void **state)
{
    (void)state;
    /* void with two more words, modifier, filler and its precision, Z, an unknown colour */
    assert_true(READ(0x0002, 0x527e, 0x527e, 0x1100, 0x4000, 0x4010, 0x4200, 0x4210, 0x4220,
                     0x5000, 0x527e));
    assert_int_equal(layout.size, 7);
    assert_int_equal(layout.fields[SIM_IDN_X].at, 2);
    assert_int_equal(layout.fields[SIM_IDN_RED].at, 6);
}

static void test_a_further_head_has_octets_of_its_own(void **state)
{
    (void)state;
    assert_true(READ(0x4200, 0x4210, 0x527e, 0x1000, 0x4200, 0x4010, 0x4210, 0x5214));
    assert_int_equal(layout.size, 7);
    assert_int_equal(layout.fields[SIM_IDN_X].octets, 1);
    assert_int_equal(layout.fields[SIM_IDN_GREEN].octets, 0);
}

static void test_what_is_no_dictionary(void **state)
{
    (void)state;
    assert_false(READ(0x4200, 0x527e));
    assert_false(READ(0x4200, 0x4210));
    assert_false(READ(0x4200, 0x4210, 0x5c10));
    assert_false(READ(0x000f, 0, 0));
    assert_false(sim_idn_layout_read(&layout, (const uint8_t *)"", 0));
}

static void test_samples(void **state)
{
    static const uint8_t wide[] = {0x80, 0x00, 0x7f, 0xff, 0x12, 0x34, 0x00, 0x00, 0x00, 1};
    static const uint8_t narrow[] = {0x80, 0x7f, 0xff};
    static const uint8_t plain[] = {0x00, 0x01, 0xff, 0xff, 0x01, 0x00, 0xff, 0x80};
    struct sim_idn_sample sample;

    (void)state;
    READ(0x4200, 0x4010, 0x4210, 0x4010, 0x527e, 0x4010, 0x5214, 0x4010, 0x51cc, 0x4010);
    sample = sim_idn_layout_decode(&layout, wide);
    assert_int_equal(sample.x, -32768);
    assert_int_equal(sample.y, 32767);
    assert_int_equal(sample.r, 0x1234);
    assert_int_equal(sample.g, 0);
    assert_int_equal(sample.b, 1);
    assert_int_equal(sample.i, 65535);
    READ(0x4200, 0x4210, 0x527e);
    sample = sim_idn_layout_decode(&layout, narrow);
    assert_int_equal(sample.x, -32768);
    assert_int_equal(sample.y, 0x7f00);
    assert_int_equal(sample.r, 65535);
    sim_idn_layout_plain(&layout);
    assert_int_equal(layout.size, 8);
    sample = sim_idn_layout_decode(&layout, plain);
    assert_int_equal(sample.x, 1);
    assert_int_equal(sample.y, -1);
    assert_int_equal(sample.r, 257);
    assert_int_equal(sample.b, 65535);
    assert_int_equal(sample.i, 0x8080);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dictionaries_in_use),
        cmocka_unit_test(test_what_is_passed_over),
        cmocka_unit_test(test_a_further_head_has_octets_of_its_own),
        cmocka_unit_test(test_what_is_no_dictionary),
        cmocka_unit_test(test_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
