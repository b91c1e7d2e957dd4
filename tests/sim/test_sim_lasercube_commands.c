/* SPDX-License-Identifier: MIT
 *
 * Bytes in, bytes out.
 */
#include "sim_lasercube_fixture.h"

static struct fixture fixture;

static void start(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    fixture_start(&fixture, &config);
}

static void test_full_info(void **state)
{
    static const uint8_t expected[64] = {
        0x77, 0, 0,    1,    24,   0,    0,    0,    0,    0,    0x30, 0x75,
        0,    0, 0x60, 0xea, 0,    0,    0,    0x70, 0x17, 0x70, 0x17, 255,
        31,   2, 0x00, 0x04, 0xa3, 0x11, 0x22, 0x33, 0,    0,    0,    0,
        0,    4, 'L',  'a',  's',  'e',  'r',  'C',  'u',  'b',  'e'};
    start(state);
    fixture_ask(&fixture, "\x77", 1, expected, sizeof expected);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
    fixture_receive(&fixture);
    fixture_send_points(&fixture, 0, 0, 100);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x77", 1);
    assert_int_equal(fixture_receive(&fixture), 64);
    assert_int_equal(fixture.reply[5], 1);
    assert_int_equal(fixture.reply[19] | fixture.reply[20] << 8, 5900);
}

static void info_with_trouble(uint8_t major, uint8_t minor)
{
    struct sim_lc_config config = fixture_config();
    config.firmware_major = major;
    config.firmware_minor = minor;
    config.ring_points = 256;
    fixture_start(&fixture, &config);
    fixture_send_points(&fixture, 0, 0, 140);
    fixture_send_points(&fixture, 1, 0, 140); /* one packet error */
    fixture_fault(&fixture, SIM_LC_INTERLOCK, 1);
    fixture_fault(&fixture, SIM_LC_WARM, 1);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x77", 1);
    assert_int_equal(fixture_receive(&fixture), 64);
}

static void test_flags_in_both_layouts(void **state)
{
    *state = &fixture;
    info_with_trouble(0, 12);
    assert_int_equal(fixture.reply[5], 0x18);
    info_with_trouble(0, 13);
    assert_int_equal(fixture.reply[5], 0x16);
    fixture_fault(&fixture, SIM_LC_TOO_HOT, 1);
    fixture_fault(&fixture, SIM_LC_INTERLOCK, 0);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x77", 1);
    fixture_receive(&fixture);
    assert_int_equal(fixture.reply[5], 0x1c);
}

static void test_simple_commands(void **state)
{
    start(state);
    fixture_ask(&fixture, "\x80\x01", 2, "\x80\0", 2);
    fixture_ask(&fixture, "\x80\x01", 2, "\x80\0",
                2); /* twice does no harm, and is answered */
    fixture_ask(&fixture, "\x81", 1, "\x81\0\x01", 3);
    fixture_ask(&fixture, "\x80\0", 2, "\x80\0", 2);
    fixture_ask(&fixture, "\x81", 1, "\x81\0\0", 3);
    fixture_ask(&fixture, "\x82\x40\x9c\0\0", 5, "\x82\0", 2);
    fixture_ask(&fixture, "\x83", 1, "\x83\0\x40\x9c\0\0", 6);
    fixture_ask(&fixture, "\x84", 1, "\x84\0\x60\xea\0\0", 6);
    fixture_ask(&fixture, "\x82\xff\xff\xff\0", 5, "\x82\0", 2); /* above the maximum */
    fixture_ask(&fixture, "\x83", 1, "\x83\0\x60\xea\0\0", 6);
    fixture_ask(&fixture, "\x8a", 1, "\x8a\0\x70\x17", 4);
    fixture_ask(&fixture, "\xb0", 1, "\xb0\0", 2);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\xb1", 1);
    assert_int_equal(fixture_receive(&fixture), 38);
}

static void test_clear(void **state)
{
    start(state);
    fixture_send_points(&fixture, 0, 0, 140);
    fixture_ask(&fixture, "\x8a", 1, "\x8a\0\xe4\x16", 4); /* 5860 */
    fixture_ask(&fixture, "\x8d", 1, "\x8d\0", 2);
    fixture_ask(&fixture, "\x8a", 1, "\x8a\0\x70\x17", 4);
    assert_int_equal(fixture_counters(&fixture)->points_cleared, 140);
}

static void test_mistakes_are_refused(void **state)
{
    struct sim_lc_config config = fixture_config();
    start(state);
    fixture_ask(&fixture, "\x42", 1, "\x42\x01", 2);
    fixture_ask(&fixture, "\x80", 1, "\x80\x01", 2);
    fixture_ask(&fixture, "\x82\x10", 2, "\x82\x01", 2);
    fixture_ask(&fixture, "\xa0\x70\x17\0\0", 5, "\xa0\x01",
                2); /* not below the ring size */
    fixture_ask(&fixture, "\xa0\x6f\x17\0\0", 5, "\xa0\0", 2);
    assert_int_equal(fixture_counters(&fixture)->unknown_commands, 4);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x97zz", 3);
    assert_int_equal(fixture_counters(&fixture)->forbidden_commands, 1);
    config.ignores_unknown = true;
    fixture_start(&fixture, &config);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x42", 1);
    assert_int_equal(fixture_receive(&fixture), 0);
}

/* One blank centred point, message 5, frame 1, and its report. */
static void test_the_worked_example(void **state)
{
    static const uint8_t packet[14] = {0xa9, 0, 5, 1, 0, 8, 0, 8};
    start(state);
    fixture_ask(&fixture, "\x78\x01", 2, "\x78\0", 2);
    fixture_send_points(&fixture, 4, 0, 139);
    fixture_receive(&fixture);
    fixture_send(&fixture, SIM_LC_DATA_PORT, packet, sizeof packet);
    assert_int_equal(fixture_receive(&fixture), 4);
    assert_memory_equal(fixture.reply, "\x8a\x05\xe4\x16", 4);
    assert_int_equal(fixture.packet.points, 1);
    assert_int_equal(fixture.packet.held_before, 139);
}

static void test_reports(void **state)
{
    struct sim_lc_config config = fixture_config();
    start(state);
    fixture_send_points(&fixture, 0, 0, 10);
    assert_int_equal(fixture_receive(&fixture), 0); /* not wanted so far */
    config.left_enabled = config.reports_before = config.message_zero = true;
    fixture_start(&fixture, &config);
    fixture_send_points(&fixture, 9, 0, 10);
    assert_int_equal(fixture_receive(&fixture), 4);
    assert_int_equal(fixture.reply[1], 0);
    assert_int_equal(fixture_reported_free(&fixture), 6000);
}

static void test_bad_packets_are_ignored(void **state)
{
    uint8_t bytes[2000] = {0xa9};
    start(state);
    fixture_send(&fixture, SIM_LC_DATA_PORT, bytes, 3);
    fixture_send(&fixture, SIM_LC_DATA_PORT, bytes, 4 + 9);
    fixture_send(&fixture, SIM_LC_DATA_PORT, bytes, 4 + 10 * 141);
    bytes[0] = 0x9a;
    fixture_send(&fixture, SIM_LC_DATA_PORT, bytes, 14);
    assert_int_equal(fixture_counters(&fixture)->bad_packets, 4);
    assert_int_equal(fixture_counters(&fixture)->packets, 0);
}

static void test_messages_are_counted(void **state)
{
    static const uint8_t messages[] = {254, 255, 0, 0, 3, 2, 4};
    start(state);
    for (size_t k = 0; k < sizeof messages; k++) {
        fixture_send_points(&fixture, messages[k], 0, 1);
    }
    assert_int_equal(fixture_counters(&fixture)->packets_repeated, 1);
    assert_int_equal(fixture_counters(&fixture)->packets_missed, 2);
}

#define TEST(name) cmocka_unit_test_teardown(name, fixture_stop)

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
