/* SPDX-License-Identifier: MIT
 *
 * What is a LaserShark's own: who it is, and what the words of its samples mean.
 */
#include "sim_shark_rig.h"

static struct shark_rig rig;

static void send(const char bytes[8])
{
    assert_int_equal(rig.device->ops->out(rig.device, 0x03, bytes, 8, rig.now_ns), 0);
    shark_rig_wait_ms(&rig, 2);
}

static void test_who_it_is(void **state)
{
    const struct sim_usb_descriptor *is;

    (void)state;
    shark_rig_start(&rig, false, sim_lasershark_defaults());
    is = rig.device->descriptor;
    assert_string_equal(is->manufacturer, "Macpod");
    assert_string_equal(is->product, "Lasershark");
    assert_int_equal(strlen(is->serial), 16);
    assert_int_equal(is->interfaces, 3);
    assert_int_equal(is->endpoint_count, 6);
    assert_int_equal(shark_rig_number(&rig, "8b"), 2);
    assert_int_equal(shark_rig_number(&rig, "8c"), 3);
    assert_int_equal(shark_rig_number(&rig, "8e"), 8);
    shark_rig_stop(&rig);
}

static void test_the_first_generation_tells_no_version(void **state)
{
    (void)state;
    shark_rig_start(&rig, false, sim_lasershark_older(SIM_SHARK_1));
    assert_int_equal(shark_rig_ask(&rig, "8b"), 0xff);
    assert_int_equal(shark_rig_ask(&rig, "8c"), 0xff);
    shark_rig_stop(&rig);
}

static void test_samples(void **state)
{
    (void)state;
    shark_rig_start(&rig, false, sim_lasershark_defaults());
    shark_rig_ask(&rig, "80 01");
    send("\x23\xc1\x56\x04\xff\x0f\x01\x00");
    assert_int_equal(rig.played[0].r, 0x123);
    assert_int_equal(rig.played[0].g, 0x456);
    assert_int_equal(rig.played[0].b, 1);
    assert_true(rig.played[0].interlock);
    assert_int_equal(rig.played[0].x, 4095);
    assert_int_equal(rig.played[0].y, 1);
    send("\x00\x80\x00\x00\x00\x00\x00\x00");
    assert_false(rig.played[1].lit);
    assert_int_equal(sim_shark_counters(rig.device)->interlock_missing, 0);
    assert_int_equal(sim_shark_counters(rig.device)->foreign_words, 0);
    send("\xff\x0f\x00\x00\x00\x00\x00\x00");
    assert_int_equal(sim_shark_counters(rig.device)->interlock_missing, 1);
    send("\xff\xff\x00\x00\x00\x00\x00\x00"); /* a LaserDock's yellow */
    assert_int_equal(sim_shark_counters(rig.device)->foreign_words, 1);
    shark_rig_stop(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_it_is),
        cmocka_unit_test(test_the_first_generation_tells_no_version),
        cmocka_unit_test(test_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
