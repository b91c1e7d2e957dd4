/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_option_value.h"

static struct own {
    struct sim_options common; /* first */
    uint8_t byte;
    uint16_t word;
    uint32_t whole, ip;
    int64_t huge, ns;
    double number;
    const char *text;
    bool on;
} own;

#define OWN(member) SIM_AT(struct own, member)

static bool store(struct sim_option option, const char *value)
{
    return sim_option_store(&option, &own.common, value);
}

static void test_whole_numbers_of_every_size(void **state)
{
    const struct sim_option rows[] = {
        {.name = "byte", SIM_WHOLE(1, 200), OWN(byte)},
        {.name = "word", SIM_WHOLE(1, 200), OWN(word)},
        {.name = "whole", SIM_WHOLE(1, 200), OWN(whole)},
        {.name = "huge", SIM_WHOLE(1, 200), OWN(huge)},
    };

    (void)state;
    memset(&own, 0xff, sizeof own);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        assert_true(store(rows[k], "200"));
        assert_false(store(rows[k], "0"));
        assert_false(store(rows[k], "201"));
        assert_false(store(rows[k], "1.5"));
        assert_false(store(rows[k], "x"));
        assert_true(store(rows[k], "7"));
    }
    assert_int_equal(own.byte, 7);
    assert_int_equal(own.word, 7);
    assert_int_equal(own.whole, 7);
    assert_int_equal(own.ip, UINT32_MAX); /* none reaches further than it may */
    assert_true(own.huge == 7);
}

static void test_other_kinds(void **state)
{
    const struct sim_option percent = {.kind = SIM_OPTION_PERCENT, OWN(number)};
    const struct sim_option text = {SIM_TEXT(1, 3), OWN(text)};

    (void)state;
    assert_true(store((struct sim_option){SIM_NUMBER(-1, 1), OWN(number)}, "-0.5"));
    assert_true(own.number == -0.5);
    assert_false(store((struct sim_option){SIM_NUMBER(-1, 1), OWN(number)}, "nan"));
    assert_true(store(percent, "12.5") && own.number == 0.125);
    assert_false(store(percent, "-1") || store(percent, "101"));
    assert_true(store((struct sim_option){SIM_MS, OWN(ns)}, "1.5"));
    assert_int_equal(own.ns, 1500000);
    assert_true(store((struct sim_option){SIM_SECONDS, OWN(ns)}, "0.25"));
    assert_int_equal(own.ns, 250 * BJ_NS_PER_MS);
    assert_true(
        store((struct sim_option){.kind = SIM_OPTION_ADDRESS, OWN(ip)}, "10.0.0.9"));
    assert_int_equal(own.ip, 0x0a000009);
    assert_true(store(text, "abc") && strcmp(own.text, "abc") == 0);
    assert_false(store(text, "") || store(text, "abcd"));
    assert_true(store((struct sim_option){.kind = SIM_OPTION_SWITCH, OWN(on)}, NULL));
    assert_true(own.on);
}

static void test_faults(void **state)
{
    const struct sim_option after = {.kind = SIM_OPTION_FAULT_AFTER, .fault = 4};
    const struct sim_option of = {.kind = SIM_OPTION_FAULT_OF, .fault = 5};

    (void)state;
    memset(&own, 0, sizeof own);
    assert_true(store(after, "1.5") && store(of, "3"));
    assert_false(store(of, "0") || store(of, "1.5") || store(after, "-1"));
    assert_int_equal(own.common.fault_count, 2);
    assert_int_equal(own.common.faults[0].fault, 4);
    assert_int_equal(own.common.faults[0].after_ns, 1500 * BJ_NS_PER_MS);
    assert_int_equal(own.common.faults[1].fault, 5);
    assert_int_equal(own.common.faults[1].value, 3);
}

static void test_says_what_it_wants(void **state)
{
    char text[SIM_OPTION_WANTS];

    (void)state;
    sim_option_wants(&(struct sim_option){SIM_WHOLE(0, 1e6)}, text);
    assert_string_equal(text, "0 to 1000000");
    sim_option_wants(&(struct sim_option){SIM_NUMBER(-0.5, 2)}, text);
    assert_string_equal(text, "-0.5 to 2");
    sim_option_wants(&(struct sim_option){SIM_MS}, text);
    assert_string_equal(text, "milliseconds");
    sim_option_wants(&(struct sim_option){SIM_MS, .wants = "time"}, text);
    assert_string_equal(text, "time");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_numbers_of_every_size),
        cmocka_unit_test(test_other_kinds),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_says_what_it_wants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
