/* SPDX-License-Identifier: MIT
 *
 * The life of a simulated device of the family, and its faults.
 */
#include "sim_shark_fixture.h"

static struct shark_fixture fixture;

static int start(void **state)
{
    (void)state;
    shark_fixture_start(&fixture, true, sim_laserdock_defaults());
    return 0;
}

static int stop(void **state)
{
    (void)state;
    shark_fixture_stop(&fixture);
    return 0;
}

static int in(uint8_t bytes[64])
{
    return fixture.device->ops->in(fixture.device, 0x81, bytes, 64, fixture.now_ns);
}

static int out(const char *bytes, size_t size)
{
    return fixture.device->ops->out(fixture.device, 0x01, bytes, size, fixture.now_ns);
}

static void test_state_survives_closing_and_opening(void **state)
{
    (void)state;
    shark_fixture_ask(&fixture, "82 30 75 00 00");
    shark_fixture_samples(&fixture, 8, 0);
    shark_fixture_ask(&fixture, "80 01");
    fixture.device->ops->select(fixture.device, 1, 0, fixture.now_ns);
    assert_int_equal(sim_shark_counters(fixture.device)->left_enabled, 1);
    fixture.device->ops->select(fixture.device, 1, 1, fixture.now_ns);
    assert_int_equal(shark_fixture_number(&fixture, "83"), 30000);
    assert_true(sim_shark_status(fixture.device).enabled);
}

static void test_power_cycling_does_not(void **state)
{
    (void)state;
    shark_fixture_ask(&fixture, "82 30 75 00 00");
    shark_fixture_samples(&fixture, 8, 0);
    shark_fixture_ask(&fixture, "80 01");
    fixture.device->ops->unplug(fixture.device, fixture.now_ns);
    assert_int_equal(sim_shark_status(fixture.device).rate, 1000);
    assert_int_equal(sim_shark_status(fixture.device).level, 0);
    assert_false(sim_shark_status(fixture.device).enabled);
    assert_int_equal(shark_fixture_packet(&fixture, 8, 0),
                     SIM_USB_STALL); /* alternate 0 again */
}

static void fault(enum sim_shark_fault what, int64_t value)
{
    sim_shark_fault(fixture.device, fixture.now_ns, what, value);
}

static void test_faults_of_replies(void **state)
{
    uint8_t bytes[64];

    (void)state;
    fault(SIM_SHARK_SILENT, 1);
    assert_int_equal(out("\x83", 1), 0);
    shark_fixture_wait_ms(&fixture, 100);
    assert_int_equal(in(bytes), SIM_USB_NAK);
    assert_int_equal(sim_shark_counters(fixture.device)->swallowed_commands, 1);
    fault(SIM_SHARK_WRONG_OPCODE, 1);
    assert_int_equal(out("\x83", 1), 0);
    shark_fixture_wait_ms(&fixture, 1);
    assert_int_equal(in(bytes), 64);
    assert_int_not_equal(bytes[0], 0x83);
    fault(SIM_SHARK_REFUSE, 1);
    assert_int_equal(out("\x83", 1), 0);
    fault(SIM_SHARK_SHORT, 1);
    assert_int_equal(out("\x83", 1), 0);
    shark_fixture_wait_ms(&fixture, 1);
    assert_int_equal(in(bytes), 64);
    assert_int_equal(bytes[1], 1);
    assert_int_equal(in(bytes), 8);
    fault(SIM_SHARK_STRAY, 2);
    shark_fixture_wait_ms(&fixture, 1);
    assert_int_equal(in(bytes), 64);
    assert_int_equal(in(bytes), 64);
    fault(SIM_SHARK_GARBAGE, 1);
    assert_int_equal(out("\x83", 1), 0);
    shark_fixture_wait_ms(&fixture, 1);
    assert_int_equal(in(bytes), 64);
    assert_int_not_equal(bytes[0], 0x83);
    fault(SIM_SHARK_LEVEL_LIE, 12345);
    assert_int_equal(shark_fixture_number(&fixture, "8a"), 12345);
    assert_int_equal(shark_fixture_number(&fixture, "8a"), 768);
}

static void test_slow_and_deaf(void **state)
{
    uint8_t bytes[64];

    (void)state;
    fault(SIM_SHARK_SLOW, 5 * BJ_NS_PER_MS);
    assert_int_equal(out("\x83", 1), 0);
    shark_fixture_wait_ms(&fixture, 4.9);
    assert_int_equal(in(bytes), SIM_USB_NAK);
    shark_fixture_wait_ms(&fixture, 0.1);
    assert_int_equal(in(bytes), 64);
    fault(SIM_SHARK_DEAF, 5 * BJ_NS_PER_MS);
    assert_int_equal(out("\x83", 1), SIM_USB_NAK);
    assert_int_equal(fixture.device->ops->next_event_ns(fixture.device, fixture.now_ns),
                     fixture.now_ns + 5 * BJ_NS_PER_MS);
    shark_fixture_wait_ms(&fixture, 5);
    assert_int_equal(out("\x83", 1), 0);
}

static void test_stalls_last_until_they_are_cleared(void **state)
{
    uint8_t bytes[64];

    (void)state;
    fault(SIM_SHARK_STALL_COMMAND, 1);
    assert_int_equal(out("\x83", 1), SIM_USB_STALL);
    assert_int_equal(out("\x83", 1), SIM_USB_STALL);
    fixture.device->ops->clear_halt(fixture.device, 0x01, fixture.now_ns);
    assert_int_equal(out("\x83", 1), 0);
    fault(SIM_SHARK_STALL_REPLY, 1);
    assert_int_equal(in(bytes), SIM_USB_STALL);
    fixture.device->ops->clear_halt(fixture.device, 0x81, fixture.now_ns);
    assert_int_equal(in(bytes), SIM_USB_NAK);
    fault(SIM_SHARK_STALL_DATA, 1);
    assert_int_equal(shark_fixture_packet(&fixture, 8, 0), SIM_USB_STALL);
    fixture.device->ops->clear_halt(fixture.device, 0x03, fixture.now_ns);
    assert_int_equal(shark_fixture_packet(&fixture, 8, 0), 0);
}

static void test_faults_of_the_ring(void **state)
{
    (void)state;
    shark_fixture_ask(&fixture, "80 01");
    fault(SIM_SHARK_HOLD_DATA, BJ_NS_PER_MS);
    assert_int_equal(shark_fixture_packet(&fixture, 8, 0), SIM_USB_NAK);
    shark_fixture_wait_ms(&fixture, 1);
    assert_int_equal(shark_fixture_packet(&fixture, 8, 0), 0);
    fault(SIM_SHARK_FREEZE, 20 * BJ_NS_PER_MS);
    shark_fixture_wait_ms(&fixture, 19);
    assert_int_equal(fixture.played_count, 0);
    shark_fixture_wait_ms(&fixture, 10);
    assert_int_equal(fixture.played_count, 8);
    fault(SIM_SHARK_OUTPUT_OFF, 0);
    assert_false(sim_shark_status(fixture.device).enabled);
    shark_fixture_ask(&fixture, "80 01");
    fault(SIM_SHARK_WATCHDOG, 0);
    assert_false(sim_shark_status(fixture.device).enabled);
    assert_int_equal(sim_shark_counters(fixture.device)->watchdog_resets, 1);
}

#define FIXTURE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_state_survives_closing_and_opening),
        FIXTURE_TEST(test_power_cycling_does_not),
        FIXTURE_TEST(test_faults_of_replies),
        FIXTURE_TEST(test_slow_and_deaf),
        FIXTURE_TEST(test_stalls_last_until_they_are_cleared),
        FIXTURE_TEST(test_faults_of_the_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
