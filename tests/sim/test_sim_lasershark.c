/* SPDX-License-Identifier: MIT
 *
 * What is a LaserShark's own: who it is, and what the words of its samples mean.
 */
#include "sim_shark_fixture.h"

static struct shark_fixture fixture;

static void send(const char bytes[8])
{
    assert_int_equal(
        fixture.device->ops->out(fixture.device, 0x03, bytes, 8, fixture.now_ns), 0);
    shark_fixture_wait_ms(&fixture, 2);
}

static void test_who_it_is(void **state)
{
    const struct sim_usb_descriptor *is;

    (void)state;
    shark_fixture_start(&fixture, false, sim_lasershark_defaults());
    is = fixture.device->descriptor;
    assert_string_equal(is->manufacturer, "Macpod");
    assert_string_equal(is->product, "Lasershark");
    assert_int_equal(strlen(is->serial), 16);
    assert_int_equal(is->interfaces, 3);
    assert_int_equal(is->endpoint_count, 6);
    assert_int_equal(shark_fixture_number(&fixture, "8b"), 2);
    assert_int_equal(shark_fixture_number(&fixture, "8c"), 3);
    assert_int_equal(shark_fixture_number(&fixture, "8e"), 8);
    shark_fixture_stop(&fixture);
}

static void test_the_first_generation_tells_no_version(void **state)
{
    (void)state;
    shark_fixture_start(&fixture, false, sim_lasershark_older(SIM_SHARK_1));
    assert_int_equal(shark_fixture_ask(&fixture, "8b"), 0xff);
    assert_int_equal(shark_fixture_ask(&fixture, "8c"), 0xff);
    shark_fixture_stop(&fixture);
}

static void test_samples(void **state)
{
    (void)state;
    shark_fixture_start(&fixture, false, sim_lasershark_defaults());
    shark_fixture_ask(&fixture, "80 01");
    send("\x23\xc1\x56\x04\xff\x0f\x01\x00");
    assert_int_equal(fixture.played[0].r, 0x123);
    assert_int_equal(fixture.played[0].g, 0x456);
    assert_int_equal(fixture.played[0].b, 1);
    assert_true(fixture.played[0].interlock);
    assert_int_equal(fixture.played[0].x, 4095);
    assert_int_equal(fixture.played[0].y, 1);
    send("\x00\x80\x00\x00\x00\x00\x00\x00");
    assert_false(fixture.played[1].lit);
    assert_int_equal(sim_shark_counters(fixture.device)->interlock_missing, 0);
    assert_int_equal(sim_shark_counters(fixture.device)->foreign_words, 0);
    send("\xff\x0f\x00\x00\x00\x00\x00\x00");
    assert_int_equal(sim_shark_counters(fixture.device)->interlock_missing, 1);
    send("\xff\xff\x00\x00\x00\x00\x00\x00"); /* a LaserDock's yellow */
    assert_int_equal(sim_shark_counters(fixture.device)->foreign_words, 1);
    shark_fixture_stop(&fixture);
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
