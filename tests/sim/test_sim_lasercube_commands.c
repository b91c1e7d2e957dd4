/* SPDX-License-Identifier: MIT
 *
 * Bytes in, bytes out.
 */
#include "sim_lasercube_rig.h"

static struct rig rig;

static void start(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    rig_start(&rig, &config);
}

static void test_full_info(void **state)
{
    static const uint8_t expected[64] = {
        0x77, 0, 0,    1,    24,   0,    0,    0,    0,    0,    0x30, 0x75,
        0,    0, 0x60, 0xea, 0,    0,    0,    0x70, 0x17, 0x70, 0x17, 255,
        31,   2, 0x00, 0x04, 0xa3, 0x11, 0x22, 0x33, 0,    0,    0,    0,
        0,    4, 'L',  'a',  's',  'e',  'r',  'C',  'u',  'b',  'e'};
    start(state);
    rig_ask(&rig, "\x77", 1, expected, sizeof expected);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
    rig_receive(&rig);
    rig_send_points(&rig, 0, 0, 100);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x77", 1);
    assert_int_equal(rig_receive(&rig), 64);
    assert_int_equal(rig.reply[5], 1);
    assert_int_equal(rig.reply[19] | rig.reply[20] << 8, 5900);
}

static void info_with_trouble(uint8_t major, uint8_t minor)
{
    struct sim_lc_config config = rig_config();
    config.firmware_major = major;
    config.firmware_minor = minor;
    config.ring_points = 256;
    rig_start(&rig, &config);
    rig_send_points(&rig, 0, 0, 140);
    rig_send_points(&rig, 1, 0, 140); /* one packet error */
    rig_fault(&rig, SIM_LC_INTERLOCK, 1);
    rig_fault(&rig, SIM_LC_WARM, 1);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x77", 1);
    assert_int_equal(rig_receive(&rig), 64);
}

static void test_flags_in_both_layouts(void **state)
{
    *state = &rig;
    info_with_trouble(0, 12);
    assert_int_equal(rig.reply[5], 0x18);
    info_with_trouble(0, 13);
    assert_int_equal(rig.reply[5], 0x16);
    rig_fault(&rig, SIM_LC_TOO_HOT, 1);
    rig_fault(&rig, SIM_LC_INTERLOCK, 0);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x77", 1);
    rig_receive(&rig);
    assert_int_equal(rig.reply[5], 0x1c);
}

static void test_simple_commands(void **state)
{
    start(state);
    rig_ask(&rig, "\x80\x01", 2, "\x80\0", 2);
    rig_ask(&rig, "\x80\x01", 2, "\x80\0", 2); /* twice does no harm, and is answered */
    rig_ask(&rig, "\x81", 1, "\x81\0\x01", 3);
    rig_ask(&rig, "\x80\0", 2, "\x80\0", 2);
    rig_ask(&rig, "\x81", 1, "\x81\0\0", 3);
    rig_ask(&rig, "\x82\x40\x9c\0\0", 5, "\x82\0", 2);
    rig_ask(&rig, "\x83", 1, "\x83\0\x40\x9c\0\0", 6);
    rig_ask(&rig, "\x84", 1, "\x84\0\x60\xea\0\0", 6);
    rig_ask(&rig, "\x82\xff\xff\xff\0", 5, "\x82\0", 2); /* above the maximum */
    rig_ask(&rig, "\x83", 1, "\x83\0\x60\xea\0\0", 6);
    rig_ask(&rig, "\x8a", 1, "\x8a\0\x70\x17", 4);
    rig_ask(&rig, "\xb0", 1, "\xb0\0", 2);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\xb1", 1);
    assert_int_equal(rig_receive(&rig), 38);
}

static void test_clear(void **state)
{
    start(state);
    rig_send_points(&rig, 0, 0, 140);
    rig_ask(&rig, "\x8a", 1, "\x8a\0\xe4\x16", 4); /* 5860 */
    rig_ask(&rig, "\x8d", 1, "\x8d\0", 2);
    rig_ask(&rig, "\x8a", 1, "\x8a\0\x70\x17", 4);
    assert_int_equal(rig_counters(&rig)->points_cleared, 140);
}

static void test_mistakes_are_refused(void **state)
{
    struct sim_lc_config config = rig_config();
    start(state);
    rig_ask(&rig, "\x42", 1, "\x42\x01", 2);
    rig_ask(&rig, "\x80", 1, "\x80\x01", 2);
    rig_ask(&rig, "\x82\x10", 2, "\x82\x01", 2);
    rig_ask(&rig, "\xa0\x70\x17\0\0", 5, "\xa0\x01", 2); /* not below the ring size */
    rig_ask(&rig, "\xa0\x6f\x17\0\0", 5, "\xa0\0", 2);
    assert_int_equal(rig_counters(&rig)->unknown_commands, 4);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x97zz", 3);
    assert_int_equal(rig_counters(&rig)->forbidden_commands, 1);
    config.ignores_unknown = true;
    rig_start(&rig, &config);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x42", 1);
    assert_int_equal(rig_receive(&rig), 0);
}

/* One blank centred point, message 5, frame 1, and its report. */
static void test_the_worked_example(void **state)
{
    static const uint8_t packet[14] = {0xa9, 0, 5, 1, 0, 8, 0, 8};
    start(state);
    rig_ask(&rig, "\x78\x01", 2, "\x78\0", 2);
    rig_send_points(&rig, 4, 0, 139);
    rig_receive(&rig);
    rig_send(&rig, SIM_LC_DATA_PORT, packet, sizeof packet);
    assert_int_equal(rig_receive(&rig), 4);
    assert_memory_equal(rig.reply, "\x8a\x05\xe4\x16", 4);
    assert_int_equal(rig.packet.points, 1);
    assert_int_equal(rig.packet.held_before, 139);
}

static void test_reports(void **state)
{
    struct sim_lc_config config = rig_config();
    start(state);
    rig_send_points(&rig, 0, 0, 10);
    assert_int_equal(rig_receive(&rig), 0); /* not wanted so far */
    config.left_enabled = config.reports_before = config.message_zero = true;
    rig_start(&rig, &config);
    rig_send_points(&rig, 9, 0, 10);
    assert_int_equal(rig_receive(&rig), 4);
    assert_int_equal(rig.reply[1], 0);
    assert_int_equal(rig_reported_free(&rig), 6000);
}

static void test_bad_packets_are_ignored(void **state)
{
    uint8_t bytes[2000] = {0xa9};
    start(state);
    rig_send(&rig, SIM_LC_DATA_PORT, bytes, 3);
    rig_send(&rig, SIM_LC_DATA_PORT, bytes, 4 + 9);
    rig_send(&rig, SIM_LC_DATA_PORT, bytes, 4 + 10 * 141);
    bytes[0] = 0x9a;
    rig_send(&rig, SIM_LC_DATA_PORT, bytes, 14);
    assert_int_equal(rig_counters(&rig)->bad_packets, 4);
    assert_int_equal(rig_counters(&rig)->packets, 0);
}

static void test_messages_are_counted(void **state)
{
    static const uint8_t messages[] = {254, 255, 0, 0, 3, 2, 4};
    start(state);
    for (size_t k = 0; k < sizeof messages; k++) {
        rig_send_points(&rig, messages[k], 0, 1);
    }
    assert_int_equal(rig_counters(&rig)->packets_repeated, 1);
    assert_int_equal(rig_counters(&rig)->packets_missed, 2);
}

#define TEST(name) cmocka_unit_test_teardown(name, rig_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_full_info),
        TEST(test_flags_in_both_layouts),
        TEST(test_simple_commands),
        TEST(test_clear),
        TEST(test_mistakes_are_refused),
        TEST(test_the_worked_example),
        TEST(test_reports),
        TEST(test_bad_packets_are_ignored),
        TEST(test_messages_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
