/* SPDX-License-Identifier: MIT */
#include "sim_idn_fixture.h"

#include "sim_idn_options.h"
#include "sim_options_fixture.h"

static struct sim_idn_options options;

static bool parse(const char *words)
{
    return sim_options_fixture_parse(&options.common, &sim_idn_command_line, words);
}

static void test_defaults(void **state)
{
    (void)state;
    assert_true(parse(""));
    assert_string_equal(options.device.profile.name, "openidn");
    assert_int_equal(options.device.service_count, 1);
    assert_string_equal(options.device.services[0].name, "Laser");
    assert_memory_equal(options.device.unit, "\7\1\0\4\xa3\x11\x22\x33", 8);
}

static void test_the_unit(void **state)
{
    (void)state;
    assert_true(parse("--profile=simple --unit=7f0102 --services=3"));
    assert_string_equal(options.device.profile.name, "simple");
    assert_memory_equal(options.device.unit, "\3\x7f\1\2\0\0", 6);
    assert_int_equal(options.device.service_count, 3);
    assert_string_equal(options.device.services[2].name, "Laser 3");
    assert_true(parse("--host-name=stage --skew-ppm=-20.5 --slice=15"));
    assert_string_equal(options.device.host, "stage");
    assert_true(options.device.skew_ppm == -20.5);
    assert_int_equal(options.device.profile.slice_ns, 15 * IDN_FIXTURE_MS);
    assert_true(parse("--max-pps=52000 --bind=127.0.0.9"));
    assert_int_equal(options.device.profile.max_pps, 52000);
    assert_memory_equal(options.device.unit + 5, "\0\0\x09", 3); /* told apart */
}

static void test_the_network_and_its_faults(void **state)
{
    (void)state;
    assert_true(parse("--loss=10 --jitter=20 --fault=reboot@3"));
    assert_true(options.device.link.loss == 0.1);
    assert_int_equal(options.device.link.jitter_ns, 20 * IDN_FIXTURE_MS);
    assert_int_equal(options.common.fault_count, 1);
    assert_int_equal(options.common.faults[0].fault, SIM_IDN_REBOOT);
    assert_int_equal(options.common.faults[0].value, 3000 * IDN_FIXTURE_MS);
    assert_int_equal(options.common.faults[0].after_ns, 3 * BJ_NS_PER_S);
    assert_true(parse("--duplicate=5 --reorder=7 --fault=rival:0"));
    assert_true(options.device.link.duplicate == 0.05 &&
                options.device.link.reorder == 0.07);
}

static void test_what_is_wrong_is_told(void **state)
{
    static const char *const wrong[] = {
        "--profile=none", "--unit=7",     "--unit=0102zz",
        "--unit=01",      "--services=9", "--host-name=much-longer-than-20-octets",
        "--slice=0",      "--max-pps=-1", "--fault=nothing",
        "--such"};

    (void)state;
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        sim_options_fixture_wrong(&options.common, &sim_idn_command_line, wrong[k],
                                  k + 1 < sizeof wrong / sizeof *wrong ? " wants "
                                                                       : "--such");
    }
}

static void test_help_names_every_option(void **state)
{
    (void)state;
    sim_options_fixture_helps(&sim_idn_command_line, "--profile");
    sim_options_fixture_helps(&sim_idn_command_line, "--reorder");
    sim_options_fixture_helps(&sim_idn_command_line, "slow-map");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_the_unit),
        cmocka_unit_test(test_the_network_and_its_faults),
        cmocka_unit_test(test_what_is_wrong_is_told),
        cmocka_unit_test(test_help_names_every_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
