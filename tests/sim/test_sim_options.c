/* SPDX-License-Identifier: MIT
 *
 * The common part alone, for a device with one option and two faults.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_options.h"

struct lamp_options {
    struct sim_options common; /* first */
    int64_t watts;
};

static bool set_watts(struct sim_options *options, const char *value)
{
    return sim_option_whole(value, 1, 100, &((struct lamp_options *)options)->watts);
}

static const struct sim_option rows[] = {
    {.help = "The lamp"},  {"--watts", "-w", "N", "how bright", "1 to 100", set_watts},
    {.name = "--seed"},    {.name = "--port", .help = "UDP; default 9"},
    {.name = "--latency"}, {.name = "--loss"},
    {.name = "--fault"},   {.name = "--quiet"},
    {.name = "--help"},
};

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
};

struct parsed {
    struct lamp_options options;
    bool good;
    char errors[256];
};

static struct parsed parse(const char *first, const char *second)
{
    struct parsed parsed = {.options.common = sim_options_defaults(&line)};
    char program[] = "sim", one[64] = "", two[64] = "";
    char *argv[] = {program, one, two, NULL};
    FILE *errors = fmemopen(parsed.errors, sizeof parsed.errors, "w");

    snprintf(one, sizeof one, "%s", first);
    snprintf(two, sizeof two, "%s", second ? second : "");
    argv[1] = *first ? one : NULL;
    argv[2] = second ? two : NULL;
    parsed.good = sim_options_parse(&parsed.options.common, "sim", 3, argv, errors);
    fclose(errors);
    return parsed;
}

static void test_defaults(void **state)
{
    struct parsed parsed = parse("", NULL);
    (void)state;
    assert_true(parsed.good);
    assert_int_equal(parsed.options.common.serve.bind_ip, BJ_LOOPBACK);
    assert_int_equal(parsed.options.common.serve.port, SIM_SERVE_OWN_PORT);
    assert_true(parsed.options.common.duration_ns == BJ_NEVER);
    assert_int_equal(parsed.options.common.png_window_ns, 100 * BJ_NS_PER_MS);
}

static void test_own_and_common_options(void **state)
{
    struct parsed parsed = parse("--watts=60", "--quiet");
    (void)state;
    assert_true(parsed.good && parsed.options.common.quiet);
    assert_int_equal(parsed.options.watts, 60);
    assert_int_equal(parse("-w", "7").options.watts, 7);
    assert_int_equal(parse("--port", "0").options.common.serve.port, SIM_SERVE_ANY_PORT);
    assert_int_equal(parse("--seed", "12").options.common.seed, 12);
    assert_int_equal(parse("--latency", "1.5").options.common.latency_ns, 1500000);
    assert_true(parse("--loss", "12.5").options.common.loss == 0.125);
    assert_false(parse("--loss", "101").good);
    assert_true(parse("-h", NULL).options.common.help);
}

/* A common option that the device does not list does not exist. */
static void test_only_what_the_device_has(void **state)
{
    struct parsed parsed = parse("--jitter", "1");
    (void)state;
    assert_false(parsed.good);
    assert_string_equal(parsed.errors, "sim: unknown option '--jitter'; see --help\n");
}

static void test_mistakes_are_named(void **state)
{
    (void)state;
    assert_string_equal(parse("--watts", "0").errors,
                        "sim: --watts wants 1 to 100, not '0'\n");
    assert_string_equal(parse("--watts", NULL).errors,
                        "sim: --watts needs a value: 1 to 100\n");
    assert_string_equal(parse("--quiet=1", NULL).errors, "sim: --quiet takes no value\n");
    assert_false(parse("--port", "65536").good);
    assert_false(parse("lamp", NULL).good);
}

static void test_faults_by_name(void **state)
{
    struct parsed parsed = parse("--fault=off:3@1.5", "--fault=flicker");
    const struct sim_option_fault *told = parsed.options.common.faults;
    (void)state;
    assert_true(parsed.good);
    assert_int_equal(parsed.options.common.fault_count, 2);
    assert_int_equal(told[0].fault, 4);
    assert_int_equal(told[0].value, 3);
    assert_int_equal(told[0].after_ns, 1500 * BJ_NS_PER_MS);
    assert_int_equal(told[1].fault, 5);
    assert_int_equal(told[1].value, 20 * BJ_NS_PER_MS);
    assert_false(parse("--fault", "of").good);
    assert_false(parse("--fault", "off:").good);
    assert_false(parse("--fault", "off@").good);
}

static void test_too_many_faults(void **state)
{
    struct sim_options options = sim_options_defaults(&line);
    (void)state;
    for (int n = 0; n < SIM_OPTION_FAULTS; n++) {
        assert_true(sim_option_add_fault(&options, 4, n, 0));
    }
    assert_false(sim_option_add_fault(&options, 4, 0, 0));
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
