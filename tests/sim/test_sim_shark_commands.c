/* SPDX-License-Identifier: MIT
 *
 * The command endpoint of the simulated family, byte by byte, without any driver.
 */
#include "sim_shark_fixture.h"

static struct shark_fixture fixture;

static int start(void **state)
{
    (void)state;
    shark_fixture_start(&fixture, false, sim_lasershark_defaults());
    return 0;
}

static int stop(void **state)
{
    (void)state;
    shark_fixture_stop(&fixture);
    return 0;
}

static void test_numbers(void **state)
{
    (void)state;
    assert_int_equal(shark_fixture_number(&fixture, "83"), 1000);
    assert_int_equal(shark_fixture_number(&fixture, "84"), 64000);
    assert_int_equal(shark_fixture_number(&fixture, "85"), 4);
    assert_int_equal(shark_fixture_number(&fixture, "86"), 64);
    assert_int_equal(shark_fixture_number(&fixture, "87"), 0);
    assert_int_equal(shark_fixture_number(&fixture, "88"), 4095);
    assert_int_equal(shark_fixture_number(&fixture, "89"), 768);
    assert_int_equal(shark_fixture_number(&fixture, "8a"), 768);
}

static void test_output(void **state)
{
    (void)state;
    assert_int_equal(shark_fixture_ask(&fixture, "81"), 0);
    assert_int_equal(fixture.reply[2], 0);
    assert_int_equal(shark_fixture_ask(&fixture, "80 01"), 0);
    assert_int_equal(fixture.reply[2], 1); /* falls through into get */
    assert_int_equal(shark_fixture_ask(&fixture, "80 02"), 1);
    assert_int_equal(fixture.reply[2], 1);
    assert_int_equal(shark_fixture_ask(&fixture, "80"), 1);
    assert_int_equal(shark_fixture_ask(&fixture, "80 00"), 0);
    assert_int_equal(shark_fixture_ask(&fixture, "81"), 0);
    assert_int_equal(fixture.reply[2], 0);
}

static void test_rates_have_limits(void **state)
{
    (void)state;
    assert_int_equal(shark_fixture_ask(&fixture, "82 30 75 00 00"), 0);
    assert_int_equal(shark_fixture_number(&fixture, "83"), 30000);
    assert_int_equal(shark_fixture_ask(&fixture, "82 00 00 00 00"), 1);
    assert_int_equal(shark_fixture_ask(&fixture, "82 01 fa 00 00"), 1); /* 64,001 */
    assert_int_equal(shark_fixture_ask(&fixture, "82 00 fa"), 1);
    assert_int_equal(shark_fixture_number(&fixture, "83"), 30000);
    assert_int_equal(shark_fixture_ask(&fixture, "82 00 fa 00 00"), 0);
}

static void test_unknown_commands_say_so(void **state)
{
    (void)state;
    assert_int_equal(shark_fixture_ask(&fixture, "bf"), 0xff);
    assert_int_equal(shark_fixture_ask(&fixture, "c0 01 01"), 0xff);
    assert_int_equal(sim_shark_counters(fixture.device)->unknown_commands, 2);
}

static void test_old_bytes_stay_behind_the_value(void **state)
{
    (void)state;
    shark_fixture_ask(&fixture, "88");
    shark_fixture_ask(&fixture, "81");
    assert_int_equal(fixture.reply[2], 0);
    assert_int_equal(fixture.reply[3], 0x0f);
}

static void test_unread_replies_wait_in_order(void **state)
{
    const struct sim_usb_ops *ops = fixture.device->ops;
    uint8_t bytes[64];

    (void)state;
    assert_int_equal(ops->out(fixture.device, 0x01, "\x83", 1, 0), 0);
    assert_int_equal(ops->out(fixture.device, 0x01, "\x84", 1, 0), 0);
    assert_int_equal(ops->in(fixture.device, 0x81, bytes, 64, FIXTURE_REPLY_NS), 64);
    assert_int_equal(bytes[0], 0x83);
    assert_int_equal(ops->in(fixture.device, 0x81, bytes, 64, FIXTURE_REPLY_NS), 64);
    assert_int_equal(bytes[0], 0x84);
    assert_int_equal(ops->in(fixture.device, 0x81, bytes, 64, FIXTURE_REPLY_NS),
                     SIM_USB_NAK);
}

static void test_clear_keeps_rate_and_output(void **state)
{
    (void)state;
    shark_fixture_ask(&fixture, "82 e8 03 00 00");
    shark_fixture_ask(&fixture, "80 01");
    shark_fixture_samples(&fixture, 100, 0x8fff);
    assert_int_equal(shark_fixture_ask(&fixture, "8d 00"), 0);
    assert_int_equal(shark_fixture_number(&fixture, "8a"), 768);
    assert_true(sim_shark_status(fixture.device).enabled);
    assert_int_equal(sim_shark_status(fixture.device).rate, 1000);
    assert_in_range(sim_shark_counters(fixture.device)->cleared_samples, 99, 100);
}

#define FIXTURE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_numbers),
        FIXTURE_TEST(test_output),
        FIXTURE_TEST(test_rates_have_limits),
        FIXTURE_TEST(test_unknown_commands_say_so),
        FIXTURE_TEST(test_old_bytes_stay_behind_the_value),
        FIXTURE_TEST(test_unread_replies_wait_in_order),
        FIXTURE_TEST(test_clear_keeps_rate_and_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
