/* SPDX-License-Identifier: MIT
 *
 * What is a LaserDock's own: who it is, and what the words of its samples mean.
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
    struct sim_shark_config config = sim_laserdock_defaults();
    const struct sim_usb_descriptor *is;

    (void)state;
    shark_fixture_start(&fixture, true, config);
    is = fixture.device->descriptor;
    assert_int_equal(is->vendor_id, 0x1fc9);
    assert_int_equal(is->product_id, 0x04d8);
    assert_string_equal(is->manufacturer, "WICKED");
    assert_string_equal(is->product, "Laserdock.");
    assert_int_equal(is->interfaces, 2);
    assert_int_equal(is->alternates[1], 2);
    assert_int_equal(is->endpoints[2].type, 1); /* the default alternate is isochronous */
    assert_int_equal(shark_fixture_number(&fixture, "8b"), 3);
    assert_int_equal(shark_fixture_number(&fixture, "8c"), 7);
    assert_int_equal(shark_fixture_number(&fixture, "8e"), 64);
    assert_int_equal(shark_fixture_ask(&fixture, "c0 01 01"), 0);
    shark_fixture_stop(&fixture);
}

static void test_the_twin_answers_as_a_lasershark(void **state)
{
    (void)state;
    shark_fixture_start(&fixture, true, sim_laserdock_twin());
    assert_string_equal(fixture.device->descriptor->product, "Laserdock.");
    assert_int_equal(shark_fixture_number(&fixture, "8b"), 2);
    assert_int_equal(shark_fixture_number(&fixture, "8e"), 8);
    assert_int_equal(shark_fixture_ask(&fixture, "c0 01 01"), 0xff);
    shark_fixture_stop(&fixture);
}

static void test_samples(void **state)
{
    (void)state;
    shark_fixture_start(&fixture, true, sim_laserdock_defaults());
    shark_fixture_ask(&fixture, "80 01");
    send("\x11\x22\x33\xff\xff\x0f\x01\x00"); /* the byte above blue means nothing */
    assert_int_equal(fixture.played[0].r, 0x11);
    assert_int_equal(fixture.played[0].g, 0x22);
    assert_int_equal(fixture.played[0].b, 0x33);
    assert_int_equal(fixture.played[0].x, 4095);
    assert_int_equal(fixture.played[0].y, 1);
    assert_true(fixture.played[0].lit);
    send("\x00\x00\x00\xff\x00\x00\x00\x00");
    assert_false(fixture.played[1].lit);
    assert_int_equal(sim_shark_counters(fixture.device)->foreign_words, 0);
    send("\x00\x80\x00\x00\x00\x00\x00\x00"); /* a LaserShark's dark */
    assert_true(fixture.played[2].lit);
    assert_int_equal(sim_shark_counters(fixture.device)->foreign_words, 1);
    shark_fixture_stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_it_is),
        cmocka_unit_test(test_the_twin_answers_as_a_lasershark),
        cmocka_unit_test(test_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
