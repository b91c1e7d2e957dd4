/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_options.h"
#include "sim_options_fixture.h"

static struct sim_ed_options good(const char *words)
{
    struct sim_ed_options options;

    assert_true(sim_options_fixture_parse(&options.common, &sim_ed_command_line, words));
    return options;
}

static void bad(const char *words, const char *named)
{
    struct sim_ed_options options;

    sim_options_fixture_wrong(&options.common, &sim_ed_command_line, words, named);
}

static void test_defaults(void **state)
{
    struct sim_ed_options options = good("");
    (void)state;
    assert_string_equal(options.device.profile.name, "ed2");
    assert_int_equal(options.common.serve.bind_ip, BJ_LOOPBACK);
    assert_int_equal(options.common.serve.broadcast_ip, 0x7fffffff);
    assert_int_equal(options.common.serve.port, SIM_SERVE_OWN_PORT);
    assert_int_equal(options.common.png_window_ns, 100 * BJ_NS_PER_MS);
    assert_true(options.common.duration_ns == BJ_NEVER);
    assert_null(options.common.json);
    assert_null(options.common.points);
    assert_null(options.common.png);
    assert_false(options.common.live || options.common.quiet || options.common.help);
}

static void test_device(void **state)
{
    struct sim_ed_options options =
        good("--capacity 500 --version v9 --profile ed1 --skew-ppm -12.5 --seed=7 "
             "--mac 01:02:03:0a:0B:ff");
    (void)state;
    assert_int_equal(options.device.profile.hw_revision, 2);
    assert_int_equal(options.device.profile.capacity, 500); /* whatever comes first */
    assert_string_equal(options.device.profile.version, "v9");
    assert_true(options.device.skew_ppm == -12.5);
    assert_int_equal(options.device.seed, 7);
    assert_memory_equal(options.device.mac, "\x01\x02\x03\x0a\x0b\xff", 6);
}

static void test_each_address_has_its_own_identity(void **state)
{
    struct sim_ed_options options = good("--bind 127.1.2.3");
    (void)state;
    assert_int_equal(options.common.serve.bind_ip, 0x7f010203);
    assert_memory_equal(options.device.mac, "\x00\x04\xa3\x01\x02\x03", 6);
    options = good("--mac 00:00:00:00:00:09 --listen 127.1.2.3");
    assert_memory_equal(options.device.mac, "\0\0\0\0\0\x09", 6);
    options = good("--address 127.0.0.1");
    assert_memory_equal(options.device.mac, "\x00\x04\xa3\x11\x22\x33", 6);
}

static void test_network(void **state)
{
    struct sim_ed_options options =
        good("--port 0 --broadcast 10.0.0.255 --latency 0.5 --jitter 2 --fragment 7");
    (void)state;
    assert_int_equal(options.common.serve.port, SIM_SERVE_ANY_PORT);
    assert_int_equal(options.common.serve.broadcast_ip, 0x0a0000ff);
    assert_int_equal(options.device.link.latency_ns, 500000);
    assert_int_equal(options.device.link.jitter_ns, 2 * BJ_NS_PER_MS);
    assert_int_equal(options.device.link.fragment_bytes, 7);
    options = good("--merge 3 --stall 1000:50");
    assert_int_equal(options.device.link.merge_ns, 3 * BJ_NS_PER_MS);
    assert_int_equal(options.device.link.stall_every_ns, BJ_NS_PER_S);
    assert_int_equal(options.device.link.stall_for_ns, 50 * BJ_NS_PER_MS);
}

static void assert_fault(const struct sim_ed_options *options, int n, int fault,
                         int64_t value, int64_t after_ns)
{
    assert_true(n < options->common.fault_count);
    assert_int_equal(options->common.faults[n].fault, fault);
    assert_int_equal(options->common.faults[n].value, value);
    assert_int_equal(options->common.faults[n].after_ns, after_ns);
}

static void test_faults(void **state)
{
    struct sim_ed_options options =
        good("--estop-at 1.5 --underflow-at 2 --reset-after 3 --nak 4 --nak-full 5");
    (void)state;
    assert_int_equal(options.common.fault_count, 5);
    assert_fault(&options, 0, SIM_ED_ESTOP, 0, 1500 * BJ_NS_PER_MS);
    assert_fault(&options, 1, SIM_ED_UNDERFLOW, 0, 2 * BJ_NS_PER_S);
    assert_fault(&options, 2, SIM_ED_RESET, 3, 0);
    assert_fault(&options, 3, SIM_ED_NAK_INVALID, 4, 0);
    assert_fault(&options, 4, SIM_ED_NAK_FULL, 5, 0);
    options = good("--fault stall:200@5 --fault garbage --fault cable@0.25");
    assert_fault(&options, 0, SIM_ED_STALL, 200 * BJ_NS_PER_MS, 5 * BJ_NS_PER_S);
    assert_fault(&options, 1, SIM_ED_GARBAGE, 1, 0);
    assert_fault(&options, 2, SIM_ED_CABLE, 2000 * BJ_NS_PER_MS, 250 * BJ_NS_PER_MS);
}

static void test_what_comes_out(void **state)
{
    struct sim_ed_options options =
        good("--json - --points p --picture x.png --png-window-ms 40 --view --quiet");
    (void)state;
    assert_int_equal(options.common.png_window_ns, 40 * BJ_NS_PER_MS);
    assert_true(options.common.live && options.common.quiet);
    assert_non_null(options.common.json);
    assert_non_null(options.common.points);
    assert_non_null(options.common.png);
    assert_int_equal(good("--duration 0.5").common.duration_ns, 500 * BJ_NS_PER_MS);
    assert_true(good("--help").common.help && good("-h").common.help);
}

static void test_mistakes_are_named(void **state)
{
    (void)state;
    bad("--bogus", "'--bogus'");
    bad("etherdream", "'etherdream'");
    bad("--prof ed1", "'--prof'");
    bad("--profile", "needs a value");
    bad("--profile ed9", "'ed9'");
    bad("--live=yes", "no value");
    bad("--capacity 1", "2 to 65535");
    bad("--capacity 65536", "2 to 65535");
    bad("--capacity 10x", "'10x'");
    bad("--capacity nan", "'nan'");
    bad("--port -1", "'-1'");
    bad("--mac 00:04:a3:11:22", "--mac");
    bad("--mac 00:04:a3:11:22:33:44", "--mac");
    bad("--bind localhost", "'localhost'");
    bad("--version 12345678901234567890123456789012", "31");
    bad("--latency -1", "milliseconds");
    bad("--stall 100", "'100'");
    bad("--stall 100:100", "'100:100'");
    bad("--fault nonsense", "'nonsense'");
    bad("--fault stall:x", "'stall:x'");
    bad("--fault stall@x", "'stall@x'");
    bad("--png-window-ms 0", "'0'");
    bad("--json=", "--json");
}

static void test_help_has_every_option_and_short_lines(void **state)
{
    (void)state;
    sim_options_fixture_helps(&sim_ed_command_line, "--png-window-ms MS");
    sim_options_fixture_helps(&sim_ed_command_line, "nak-invalid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_device),
        cmocka_unit_test(test_each_address_has_its_own_identity),
        cmocka_unit_test(test_network),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_what_comes_out),
        cmocka_unit_test(test_mistakes_are_named),
        cmocka_unit_test(test_help_has_every_option_and_short_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
