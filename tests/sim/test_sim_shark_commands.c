/* SPDX-License-Identifier: MIT
 *
 * The command endpoint of the simulated family, byte by byte, without any driver.
 */
#include "sim_shark_rig.h"

static struct shark_rig rig;

static int start(void **state)
{
    (void)state;
    shark_rig_start(&rig, false, sim_lasershark_defaults());
    return 0;
}

static int stop(void **state)
{
    (void)state;
    shark_rig_stop(&rig);
    return 0;
}

static void test_numbers(void **state)
{
    (void)state;
    assert_int_equal(shark_rig_number(&rig, "83"), 1000);
    assert_int_equal(shark_rig_number(&rig, "84"), 64000);
    assert_int_equal(shark_rig_number(&rig, "85"), 4);
    assert_int_equal(shark_rig_number(&rig, "86"), 64);
    assert_int_equal(shark_rig_number(&rig, "87"), 0);
    assert_int_equal(shark_rig_number(&rig, "88"), 4095);
    assert_int_equal(shark_rig_number(&rig, "89"), 768);
    assert_int_equal(shark_rig_number(&rig, "8a"), 768);
}

static void test_output(void **state)
{
    (void)state;
    assert_int_equal(shark_rig_ask(&rig, "81"), 0);
    assert_int_equal(rig.reply[2], 0);
    assert_int_equal(shark_rig_ask(&rig, "80 01"), 0);
    assert_int_equal(rig.reply[2], 1); /* falls through into get */
    assert_int_equal(shark_rig_ask(&rig, "80 02"), 1);
    assert_int_equal(rig.reply[2], 1);
    assert_int_equal(shark_rig_ask(&rig, "80"), 1);
    assert_int_equal(shark_rig_ask(&rig, "80 00"), 0);
    assert_int_equal(shark_rig_ask(&rig, "81"), 0);
    assert_int_equal(rig.reply[2], 0);
}

static void test_rates_have_limits(void **state)
{
    (void)state;
    assert_int_equal(shark_rig_ask(&rig, "82 30 75 00 00"), 0);
    assert_int_equal(shark_rig_number(&rig, "83"), 30000);
    assert_int_equal(shark_rig_ask(&rig, "82 00 00 00 00"), 1);
    assert_int_equal(shark_rig_ask(&rig, "82 01 fa 00 00"), 1); /* 64,001 */
    assert_int_equal(shark_rig_ask(&rig, "82 00 fa"), 1);
    assert_int_equal(shark_rig_number(&rig, "83"), 30000);
    assert_int_equal(shark_rig_ask(&rig, "82 00 fa 00 00"), 0);
}

static void test_unknown_commands_say_so(void **state)
{
    (void)state;
    assert_int_equal(shark_rig_ask(&rig, "bf"), 0xff);
    assert_int_equal(shark_rig_ask(&rig, "c0 01 01"), 0xff);
    assert_int_equal(sim_shark_counters(rig.device)->unknown_commands, 2);
}

static void test_old_bytes_stay_behind_the_value(void **state)
{
    (void)state;
    shark_rig_ask(&rig, "88");
    shark_rig_ask(&rig, "81");
    assert_int_equal(rig.reply[2], 0);
    assert_int_equal(rig.reply[3], 0x0f);
}

static void test_unread_replies_wait_in_order(void **state)
{
    const struct sim_usb_ops *ops = rig.device->ops;
    uint8_t bytes[64];

    (void)state;
    assert_int_equal(ops->out(rig.device, 0x01, "\x83", 1, 0), 0);
    assert_int_equal(ops->out(rig.device, 0x01, "\x84", 1, 0), 0);
    assert_int_equal(ops->in(rig.device, 0x81, bytes, 64, RIG_REPLY_NS), 64);
    assert_int_equal(bytes[0], 0x83);
    assert_int_equal(ops->in(rig.device, 0x81, bytes, 64, RIG_REPLY_NS), 64);
    assert_int_equal(bytes[0], 0x84);
    assert_int_equal(ops->in(rig.device, 0x81, bytes, 64, RIG_REPLY_NS), SIM_USB_NAK);
}

static void test_clear_keeps_rate_and_output(void **state)
{
    (void)state;
    shark_rig_ask(&rig, "82 e8 03 00 00");
    shark_rig_ask(&rig, "80 01");
    shark_rig_samples(&rig, 100, 0x8fff);
    assert_int_equal(shark_rig_ask(&rig, "8d 00"), 0);
    assert_int_equal(shark_rig_number(&rig, "8a"), 768);
    assert_true(sim_shark_status(rig.device).enabled);
    assert_int_equal(sim_shark_status(rig.device).rate, 1000);
    assert_in_range(sim_shark_counters(rig.device)->cleared_samples, 99, 100);
}

#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_numbers),
        RIG_TEST(test_output),
        RIG_TEST(test_rates_have_limits),
        RIG_TEST(test_unknown_commands_say_so),
        RIG_TEST(test_old_bytes_stay_behind_the_value),
        RIG_TEST(test_unread_replies_wait_in_order),
        RIG_TEST(test_clear_keeps_rate_and_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
