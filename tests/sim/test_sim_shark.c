/* SPDX-License-Identifier: MIT
 *
 * The life of a simulated device of the family, and its faults.
 */
#include "sim_shark_rig.h"

static struct shark_rig rig;

static int start(void **state)
{
    (void)state;
    shark_rig_start(&rig, true, sim_laserdock_defaults());
    return 0;
}

static int stop(void **state)
{
    (void)state;
    shark_rig_stop(&rig);
    return 0;
}

static int in(uint8_t bytes[64])
{
    return rig.device->ops->in(rig.device, 0x81, bytes, 64, rig.now_ns);
}

static int out(const char *bytes, size_t size)
{
    return rig.device->ops->out(rig.device, 0x01, bytes, size, rig.now_ns);
}

static void test_state_survives_closing_and_opening(void **state)
{
    (void)state;
    shark_rig_ask(&rig, "82 30 75 00 00");
    shark_rig_samples(&rig, 8, 0);
    shark_rig_ask(&rig, "80 01");
    rig.device->ops->select(rig.device, 1, 0, rig.now_ns);
    assert_int_equal(sim_shark_counters(rig.device)->left_enabled, 1);
    rig.device->ops->select(rig.device, 1, 1, rig.now_ns);
    assert_int_equal(shark_rig_number(&rig, "83"), 30000);
    assert_true(sim_shark_status(rig.device).enabled);
}

static void test_power_cycling_does_not(void **state)
{
    (void)state;
    shark_rig_ask(&rig, "82 30 75 00 00");
    shark_rig_samples(&rig, 8, 0);
    shark_rig_ask(&rig, "80 01");
    rig.device->ops->unplug(rig.device, rig.now_ns);
    assert_int_equal(sim_shark_status(rig.device).rate, 1000);
    assert_int_equal(sim_shark_status(rig.device).level, 0);
    assert_false(sim_shark_status(rig.device).enabled);
    assert_int_equal(shark_rig_packet(&rig, 8, 0), SIM_USB_STALL); /* alternate 0 again */
}

static void fault(enum sim_shark_fault what, int64_t value)
{
    sim_shark_fault(rig.device, rig.now_ns, what, value);
}

static void test_faults_of_replies(void **state)
{
    uint8_t bytes[64];

    (void)state;
    fault(SIM_SHARK_SILENT, 1);
    assert_int_equal(out("\x83", 1), 0);
    shark_rig_wait_ms(&rig, 100);
    assert_int_equal(in(bytes), SIM_USB_NAK);
    assert_int_equal(sim_shark_counters(rig.device)->swallowed_commands, 1);
    fault(SIM_SHARK_WRONG_OPCODE, 1);
    assert_int_equal(out("\x83", 1), 0);
    shark_rig_wait_ms(&rig, 1);
    assert_int_equal(in(bytes), 64);
    assert_int_not_equal(bytes[0], 0x83);
    fault(SIM_SHARK_REFUSE, 1);
    assert_int_equal(out("\x83", 1), 0);
    fault(SIM_SHARK_SHORT, 1);
    assert_int_equal(out("\x83", 1), 0);
    shark_rig_wait_ms(&rig, 1);
    assert_int_equal(in(bytes), 64);
    assert_int_equal(bytes[1], 1);
    assert_int_equal(in(bytes), 8);
    fault(SIM_SHARK_STRAY, 2);
    shark_rig_wait_ms(&rig, 1);
    assert_int_equal(in(bytes), 64);
    assert_int_equal(in(bytes), 64);
    fault(SIM_SHARK_GARBAGE, 1);
    assert_int_equal(out("\x83", 1), 0);
    shark_rig_wait_ms(&rig, 1);
    assert_int_equal(in(bytes), 64);
    assert_int_not_equal(bytes[0], 0x83);
    fault(SIM_SHARK_LEVEL_LIE, 12345);
    assert_int_equal(shark_rig_number(&rig, "8a"), 12345);
    assert_int_equal(shark_rig_number(&rig, "8a"), 768);
}

static void test_slow_and_deaf(void **state)
{
    uint8_t bytes[64];

    (void)state;
    fault(SIM_SHARK_SLOW, 5 * BJ_NS_PER_MS);
    assert_int_equal(out("\x83", 1), 0);
    shark_rig_wait_ms(&rig, 4.9);
    assert_int_equal(in(bytes), SIM_USB_NAK);
    shark_rig_wait_ms(&rig, 0.1);
    assert_int_equal(in(bytes), 64);
    fault(SIM_SHARK_DEAF, 5 * BJ_NS_PER_MS);
    assert_int_equal(out("\x83", 1), SIM_USB_NAK);
    assert_int_equal(rig.device->ops->next_event_ns(rig.device, rig.now_ns),
                     rig.now_ns + 5 * BJ_NS_PER_MS);
    shark_rig_wait_ms(&rig, 5);
    assert_int_equal(out("\x83", 1), 0);
}

static void test_stalls_last_until_they_are_cleared(void **state)
{
    uint8_t bytes[64];

    (void)state;
    fault(SIM_SHARK_STALL_COMMAND, 1);
    assert_int_equal(out("\x83", 1), SIM_USB_STALL);
    assert_int_equal(out("\x83", 1), SIM_USB_STALL);
    rig.device->ops->clear_halt(rig.device, 0x01, rig.now_ns);
    assert_int_equal(out("\x83", 1), 0);
    fault(SIM_SHARK_STALL_REPLY, 1);
    assert_int_equal(in(bytes), SIM_USB_STALL);
    rig.device->ops->clear_halt(rig.device, 0x81, rig.now_ns);
    assert_int_equal(in(bytes), SIM_USB_NAK);
    fault(SIM_SHARK_STALL_DATA, 1);
    assert_int_equal(shark_rig_packet(&rig, 8, 0), SIM_USB_STALL);
    rig.device->ops->clear_halt(rig.device, 0x03, rig.now_ns);
    assert_int_equal(shark_rig_packet(&rig, 8, 0), 0);
}

static void test_faults_of_the_ring(void **state)
{
    (void)state;
    shark_rig_ask(&rig, "80 01");
    fault(SIM_SHARK_HOLD_DATA, BJ_NS_PER_MS);
    assert_int_equal(shark_rig_packet(&rig, 8, 0), SIM_USB_NAK);
    shark_rig_wait_ms(&rig, 1);
    assert_int_equal(shark_rig_packet(&rig, 8, 0), 0);
    fault(SIM_SHARK_FREEZE, 20 * BJ_NS_PER_MS);
    shark_rig_wait_ms(&rig, 19);
    assert_int_equal(rig.played_count, 0);
    shark_rig_wait_ms(&rig, 10);
    assert_int_equal(rig.played_count, 8);
    fault(SIM_SHARK_OUTPUT_OFF, 0);
    assert_false(sim_shark_status(rig.device).enabled);
    shark_rig_ask(&rig, "80 01");
    fault(SIM_SHARK_WATCHDOG, 0);
    assert_false(sim_shark_status(rig.device).enabled);
    assert_int_equal(sim_shark_counters(rig.device)->watchdog_resets, 1);
}

#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_state_survives_closing_and_opening),
        RIG_TEST(test_power_cycling_does_not),
        RIG_TEST(test_faults_of_replies),
        RIG_TEST(test_slow_and_deaf),
        RIG_TEST(test_stalls_last_until_they_are_cleared),
        RIG_TEST(test_faults_of_the_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
