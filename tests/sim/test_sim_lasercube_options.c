/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_lasercube_options.h"
#include "sim_options_fixture.h"

static struct sim_lc_options options;

static bool parse(const char *words)
{
    return sim_options_fixture_parse(&options.common, &sim_lc_command_line, words);
}

static void bad(const char *words, const char *named)
{
    sim_options_fixture_wrong(&options.common, &sim_lc_command_line, words, named);
}

static void test_defaults(void **state)
{
    (void)state;
    assert_true(parse(""));
    assert_int_equal(options.device.ring_points, 6000);
    assert_int_equal(options.device.burst_limit, 20);
    assert_int_equal(options.common.serve.port, SIM_SERVE_OWN_PORT);
    assert_int_equal(options.device.seed, sim_lc_defaults().seed);
}

static void test_device(void **state)
{
    (void)state;
    assert_true(parse("--serial 0102030A0bff --firmware 0.12 --model 10 --ring 1799 "
                      "--max-rate 40000 --skew-ppm -3"));
    assert_memory_equal(options.device.serial, "\x01\x02\x03\x0a\x0b\xff", 6);
    assert_int_equal(options.device.firmware_minor, 12);
    assert_int_equal(options.device.model, 10);
    assert_int_equal(options.device.ring_points, 1799);
    assert_int_equal(options.device.max_rate, 40000);
    assert_true(options.device.skew_ppm == -3);
    assert_true(parse("--model-name Ultra --connection 3 --burst 0 --seed 9"));
    assert_string_equal(options.device.model_name, "Ultra");
    assert_int_equal(options.device.connection, 3);
    assert_int_equal(options.device.burst_limit, 0);
    assert_int_equal(options.device.seed, 9);
}

static void test_each_address_has_its_own_serial(void **state)
{
    (void)state;
    assert_true(parse("--bind 127.1.2.3"));
    assert_memory_equal(options.device.serial, "\x00\x04\xa3\x01\x02\x03", 6);
    assert_true(parse("--serial 000000000009 --bind 127.1.2.3"));
    assert_memory_equal(options.device.serial, "\0\0\0\0\0\x09", 6);
}

static void test_what_nobody_knows(void **state)
{
    (void)state;
    assert_true(parse("--left-enabled --stands-still --reports-before --message-zero "
                      "--drops-whole --heeds-threshold"));
    assert_true(options.device.left_enabled && options.device.stands_still_off);
    assert_true(options.device.reports_before && options.device.message_zero);
    assert_true(options.device.drops_whole && options.device.heeds_threshold);
}

static void test_network_and_faults(void **state)
{
    (void)state;
    assert_true(parse("--loss 10 --duplicate 5 --reorder 1 --latency 2 --jitter 50"));
    assert_true(options.device.to_it.loss == 0.1 && options.device.from_it.loss == 0.1);
    assert_true(options.device.to_it.duplicate == 0.05);
    assert_true(options.device.from_it.reorder == 0.01);
    assert_int_equal(options.device.to_it.latency_ns, 2 * BJ_NS_PER_MS);
    assert_int_equal(options.device.from_it.jitter_ns, 50 * BJ_NS_PER_MS);
    assert_true(parse("--fault stall:200@5 --fault too-hot"));
    assert_int_equal(options.common.fault_count, 2);
    assert_int_equal(options.common.faults[0].fault, SIM_LC_STALL);
    assert_int_equal(options.common.faults[0].value, 200 * BJ_NS_PER_MS);
    assert_int_equal(options.common.faults[1].value, 1);
}

static void test_mistakes_are_named(void **state)
{
    (void)state;
    bad("--serial 0004A311223", "'0004A311223'");
    bad("--serial 0004A31122334", "--serial");
    bad("--firmware 1", "1.24");
    bad("--firmware 1.256", "1.256");
    bad("--ring 255", "256 to 65535");
    bad("--model-name 123456789012345678901234567", "26");
    bad("--connection 4", "0 to 3");
    bad("--burst 33", "0 to 32");
    bad("--profile ed1", "'--profile'");
    bad("--fault nak", "'nak'");
}

static void test_help_has_every_option_and_short_lines(void **state)
{
    (void)state;
    sim_options_fixture_helps(&sim_lc_command_line, "--serial HEX");
    sim_options_fixture_helps(&sim_lc_command_line, "lose-replies");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_device),
        cmocka_unit_test(test_each_address_has_its_own_serial),
        cmocka_unit_test(test_what_nobody_knows),
        cmocka_unit_test(test_network_and_faults),
        cmocka_unit_test(test_mistakes_are_named),
        cmocka_unit_test(test_help_has_every_option_and_short_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
