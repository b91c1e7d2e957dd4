/* SPDX-License-Identifier: MIT
 *
 * The common part alone, for a device with one option and two faults.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_options_fixture.h"

struct lamp_options {
    struct sim_options common; /* first */
    uint8_t watts;
    int completed;
};

static const struct sim_option rows[] = {
    {.help = "The lamp"},
    {"--watts", "N", "how bright", SIM_WHOLE(1, 100), SIM_AT(struct lamp_options, watts),
     .also = "-w"},
    {.name = "--seed"},
    {.name = "--port", .help = "UDP; default 9"},
    {.name = "--latency"},
    {.name = "--loss"},
    {.name = "--fault"},
};

static void begin(struct sim_options *options)
{
    *(struct lamp_options *)options = (struct lamp_options){.common = *options};
}

static void complete(struct sim_options *options)
{
    ((struct lamp_options *)options)->completed++;
}

static const struct sim_fault_name faults[] = {
    {"off", 4, 0, false},
    {"flicker", 5, 20, true},
    {.name = NULL},
};

static const struct sim_command_line line = {
    .summary = "Simulates a lamp.",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .faults = faults,
    .begin = begin,
    .complete = complete,
};

static struct lamp_options options;

static bool parse(const char *words)
{
    return sim_options_fixture_parse(&options.common, &line, words);
}

static void wrong(const char *words, const char *told)
{
    assert_false(parse(words));
    assert_string_equal(sim_options_fixture_errors, told);
}

static void test_defaults(void **state)
{
    (void)state;
    assert_true(parse(""));
    assert_int_equal(options.common.serve.bind_ip, BJ_LOOPBACK);
    assert_int_equal(options.common.serve.port, SIM_SERVE_OWN_PORT);
    assert_true(options.common.duration_ns == BJ_NEVER);
    assert_int_equal(options.common.png_window_ns, 100 * BJ_NS_PER_MS);
    assert_int_equal(options.completed, 1);
}

static void test_own_and_common_options(void **state)
{
    (void)state;
    assert_true(parse("--watts=60 --quiet"));
    assert_true(options.common.quiet);
    assert_int_equal(options.watts, 60);
    assert_true(parse("-w 7 --port 0 --seed 12 --latency 1.5 --loss 12.5 -h"));
    assert_int_equal(options.watts, 7);
    assert_int_equal(options.common.serve.port, SIM_SERVE_ANY_PORT);
    assert_int_equal(options.common.seed, 12);
    assert_int_equal(options.common.latency_ns, 1500000);
    assert_true(options.common.loss == 0.125);
    assert_true(options.common.help);
}

/* A common option that the device does not list does not exist. */
static void test_only_what_the_device_has(void **state)
{
    (void)state;
    wrong("--jitter 1", "sim: unknown option '--jitter'; see --help\n");
}

static void test_mistakes_are_named(void **state)
{
    (void)state;
    wrong("--watts 0", "sim: --watts wants 1 to 100, not '0'\n");
    wrong("--watts", "sim: --watts needs a value: 1 to 100\n");
    wrong("--loss 101", "sim: --loss wants 0 to 100, not '101'\n");
    wrong("--quiet=1", "sim: --quiet takes no value\n");
    assert_int_equal(options.completed, 0);
    assert_false(parse("--port 65536"));
    assert_false(parse("lamp"));
}

static void test_faults_by_name(void **state)
{
    const struct sim_option_fault *told = options.common.faults;
    (void)state;
    assert_true(parse("--fault=off:3@1.5 --fault=flicker"));
    assert_int_equal(options.common.fault_count, 2);
    assert_int_equal(told[0].fault, 4);
    assert_int_equal(told[0].value, 3);
    assert_int_equal(told[0].after_ns, 1500 * BJ_NS_PER_MS);
    assert_int_equal(told[1].fault, 5);
    assert_int_equal(told[1].value, 20 * BJ_NS_PER_MS);
    assert_false(parse("--fault of"));
    assert_false(parse("--fault off:"));
    assert_false(parse("--fault off:1.5"));
    assert_false(parse("--fault off@"));
}

static void test_too_many_faults(void **state)
{
    (void)state;
    assert_true(parse(""));
    for (int n = 0; n < SIM_OPTION_FAULTS; n++) {
        assert_true(sim_option_add_fault(&options.common, 4, n, 0));
    }
    assert_false(sim_option_add_fault(&options.common, 4, 0, 0));
}

static void test_help_prefers_the_texts_of_the_device(void **state)
{
    char text[2048] = {0};
    FILE *out = fmemopen(text, sizeof text, "w");
    (void)state;
    sim_options_help(&line, "beamjack sim lamp", out);
    fclose(out);
    assert_non_null(strstr(text, "usage: beamjack sim lamp [options]\nSimulates a lamp."));
    assert_non_null(strstr(text, "\nThe lamp:\n  --watts, -w N "));
    assert_non_null(strstr(text, "UDP; default 9"));
    assert_non_null(strstr(text, "of everything that happens by chance"));
    assert_non_null(strstr(text, "\n  off, flicker:MS\n"));
    assert_null(strstr(text, "--jitter"));
}

static void test_octets(void **state)
{
    uint8_t octets[3] = {0};
    (void)state;
    assert_int_equal(sim_option_octets("01aBff", '\0', octets, 3), 3);
    assert_memory_equal(octets, "\x01\xab\xff", 3);
    assert_int_equal(sim_option_octets("01:02", ':', octets, 3), 2);
    assert_memory_equal(octets, "\x01\x02\xff", 3);
    assert_int_equal(sim_option_octets("", '\0', octets, 3), 0);
    assert_int_equal(sim_option_octets("", ':', octets, 3), 0);
    assert_int_equal(sim_option_octets("1", '\0', octets, 3), 0);
    assert_int_equal(sim_option_octets("01:", ':', octets, 3), 0);
    assert_int_equal(sim_option_octets("01-02", ':', octets, 3), 0);
    assert_int_equal(sim_option_octets("+1 2", '\0', octets, 3), 0);
    assert_int_equal(sim_option_octets("01020304", '\0', octets, 3), 0);
}

static void test_each_address_has_its_own_identity(void **state)
{
    struct sim_options bound = {.serve.bind_ip = BJ_LOOPBACK};
    uint8_t octets[] = {7, 8, 9};
    (void)state;
    sim_options_identify(&bound, octets);
    assert_memory_equal(octets, "\7\10\11", 3);
    bound.serve.bind_ip = 0x7f010203;
    sim_options_identify(&bound, octets);
    assert_memory_equal(octets, "\1\2\3", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_own_and_common_options),
        cmocka_unit_test(test_only_what_the_device_has),
        cmocka_unit_test(test_mistakes_are_named),
        cmocka_unit_test(test_faults_by_name),
        cmocka_unit_test(test_too_many_faults),
        cmocka_unit_test(test_help_prefers_the_texts_of_the_device),
        cmocka_unit_test(test_octets),
        cmocka_unit_test(test_each_address_has_its_own_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
