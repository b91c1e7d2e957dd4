/* SPDX-License-Identifier: MIT
 *
 * A connection to a device of the LaserShark family: found, refused, lost, come back; and
 * answers that make no sense.
 */
#include "shark_fixture.h"

static struct fixture fixture;

static void connect_for_ms(double ms)
{
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, ms);
}

/* ---- Setting up ---------------------------------------------------------------------- */

static void test_the_output_is_off_before_anything_else(void **state)
{
    static const uint8_t shark[] = {0x80, 0x8b, 0x8c, 0x8e, 0x85, 0x87, 0x88, 0x89,
                                    0x84, 0x82, 0x83, 0x80, 0x8a, 0x8d, 0x8a};

    (void)state;
    fixture_start_device(&fixture, 1);
    connect_for_ms(100);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    assert_int_equal(shark_notes(&fixture)->command_count, sizeof shark);
    for (size_t k = 0; k < sizeof shark; k++)
        assert_int_equal(shark_notes(&fixture)->commands[k].op, shark[k]);
    assert_int_equal(shark_notes(&fixture)->commands[0].argument, 0);
    assert_int_equal(fixture.emptied, 0);
    fixture_stop(&fixture);
}

static void test_a_laserdock_is_taken_out_of_its_runner_mode(void **state)
{
    (void)state;
    fixture_start_device(&fixture, 0);
    connect_for_ms(100);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    assert_int_equal(fixture_count(&fixture, 0xc0), 4);
    fixture_stop(&fixture);
}

static void test_old_firmware_need_not_know_the_runner_mode(void **state)
{
    struct sim_shark_config config = sim_laserdock_defaults();

    (void)state;
    config.answers.has_runner = false;
    fixture_start_dock(&fixture, config);
    fixture_play(&fixture);
    assert_int_equal(fixture.notices, 0);
    fixture_stop(&fixture);
}

/* What an earlier program left: enabled, a lit ring, and a reply nobody read. */
static void test_what_another_program_left_is_never_played(void **state)
{
    static const uint8_t on[] = {0x80, 1};
    uint8_t lit[512];

    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        shark_notes(&fixture)->foreign = true;
        struct sim_usb *device = fixture.device;
        int64_t then_ns = fixture.now_ns - 10 * BJ_NS_PER_MS;
        memset(lit, 0xff, sizeof lit);
        device->ops->select(device, 1, 1, then_ns);
        device->ops->out(device, 0x01, on, sizeof on, then_ns);
        for (size_t at = 0; at < sizeof lit; at += 64)
            device->ops->out(device, 0x03, lit + at, 64, then_ns + (int64_t)at * 10000);
        device->ops->select(device, 1, 0, then_ns + BJ_NS_PER_MS * 6);
        connect_for_ms(20);
        shark_notes(&fixture)->foreign = false;
        assert_int_equal(sim_shark_status(fixture.device).level, 0);
        assert_false(sim_shark_status(fixture.device).enabled);
        fixture_run_ms(&fixture, 100);
        assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
        assert_int_equal(fixture.result, BJ_OK);
        fixture_stop(&fixture);
    }
}

/* ---- Who is refused ------------------------------------------------------------------ */

static void expect_refusal(const char *words)
{
    connect_for_ms(3000);
    assert_false(fixture.attempting);
    assert_int_equal(fixture.result, BJ_UNSUPPORTED);
    if (!fixture_heard(&fixture, words))
        fail_msg("told: %s", fixture.told);
    assert_int_equal(fixture_counters(&fixture)->packets, 0);
    assert_false(sim_shark_status(fixture.device).enabled);
    fixture_stop(&fixture);
}

static void test_a_laserdock_that_answers_as_a_lasershark_is_left_alone(void **state)
{
    struct sim_shark_config config = sim_laserdock_defaults();

    (void)state;
    fixture_start_dock(&fixture, sim_laserdock_twin());
    expect_refusal("answers as none (firmware 2.3, 8 samples a packet)");
    config.answers.bulk_samples = 8;
    fixture_start_dock(&fixture, config);
    expect_refusal("answers as none");
    config = sim_laserdock_defaults();
    config.answers.major = 2;
    fixture_start_dock(&fixture, config);
    expect_refusal("answers as none");
}

static void test_a_lasershark_that_answers_as_a_laserdock_is_left_alone(void **state)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    (void)state;
    config.answers = sim_laserdock_defaults().answers;
    fixture_start_shark(&fixture, config);
    expect_refusal("answers as none (firmware 3.7, 64 samples a packet)");
}

static void test_strings_of_the_other_device_are_believed(void **state)
{
    struct sim_shark_config config = sim_laserdock_defaults();

    (void)state;
    config.manufacturer = "Macpod";
    config.product = "Lasershark";
    fixture_start_dock(&fixture, config);
    expect_refusal("is no LaserDock; its id begins with lasershark:");
    config = sim_lasershark_defaults();
    config.manufacturer = "WICKED";
    config.product = "Laserdock.";
    fixture_start_shark(&fixture, config);
    expect_refusal("is no LaserShark; its id begins with laserdock:");
}

static void test_doubtful_strings_are_refused(void **state)
{
    struct sim_shark_config config = sim_laserdock_defaults();

    (void)state;
    config.manufacturer = config.product = NULL;
    fixture_start_dock(&fixture, config);
    expect_refusal("neither a LaserDock nor a LaserShark");
    config.manufacturer = "WICKED";
    config.product = "Lasershark";
    fixture_start_dock(&fixture, config);
    expect_refusal("calls itself 'WICKED' 'Lasershark'");
}

static void test_old_lasershark_firmware_is_refused(void **state)
{
    (void)state;
    fixture_start_shark(&fixture, sim_lasershark_older(SIM_SHARK_2_2));
    expect_refusal("has firmware 2.2; it needs 2.3 or newer");
    fixture_start_shark(&fixture, sim_lasershark_older(SIM_SHARK_2_1));
    expect_refusal("has firmware 2.1; it needs 2.3 or newer");
    fixture_start_shark(&fixture, sim_lasershark_older(SIM_SHARK_1));
    expect_refusal("first generation board");
}

static void test_other_samples_are_refused(void **state)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    (void)state;
    config.answers.elements = 6;
    fixture_start_shark(&fixture, config);
    expect_refusal("samples of this many words: 6");
    config = sim_lasershark_defaults();
    config.answers.dac_max = 65535;
    fixture_start_shark(&fixture, config);
    expect_refusal("a highest converter value of 65535");
    config = sim_lasershark_defaults();
    config.answers.ring_size = 16;
    fixture_start_shark(&fixture, config);
    expect_refusal("a queue of 16");
    config = sim_lasershark_defaults();
    config.answers.max_rate = 0;
    fixture_start_shark(&fixture, config);
    expect_refusal("a highest rate of 0");
}

/* ---- Not there, not ours ------------------------------------------------------------- */

static void test_says_what_keeps_it_from_opening(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fake_usb_set_access(fixture.usb, FIXTURE_PORT, BJ_NO_PERMISSION);
        connect_for_ms(3000);
        assert_int_equal(fixture.result, BJ_NO_PERMISSION);
        assert_true(fixture_heard(&fixture, "no permission"));
        fake_usb_set_access(fixture.usb, FIXTURE_PORT, BJ_OK);
        fake_usb_set_busy(fixture.usb, FIXTURE_PORT, true);
        connect_for_ms(3000);
        assert_int_equal(fixture.result, BJ_BUSY);
        assert_true(fixture_heard(&fixture, "another program has it"));
        fake_usb_set_busy(fixture.usb, FIXTURE_PORT, false);
        fake_usb_set_open_delay(fixture.usb, BJ_NEVER);
        connect_for_ms(3000);
        assert_int_equal(fixture.result, BJ_TIMED_OUT);
        fake_usb_set_open_delay(fixture.usb, 30 * FIXTURE_MS);
        fixture_play(&fixture);
        fixture_stop(&fixture);
    }
}

static void test_waits_a_while_for_a_device_to_appear(void **state)
{
    (void)state;
    fixture_start_empty(&fixture, &bj_laserdock, FIXTURE_DOCK_ID);
    fixture_make_device(&fixture, sim_laserdock_defaults(), false);
    connect_for_ms(1000);
    assert_true(fixture.attempting);
    fake_usb_plug(fixture.usb, FIXTURE_PORT, fixture.device);
    fixture_play(&fixture);
    fixture_disconnect(&fixture);
    fake_usb_unplug(fixture.usb, FIXTURE_PORT);
    connect_for_ms(3000);
    assert_int_equal(fixture.result, BJ_NOT_FOUND);
    assert_true(fixture_heard(&fixture, "not found on USB"));
    fixture_stop(&fixture);
}

/* ---- Lost and found ------------------------------------------------------------------ */

static void replug(const char *port)
{
    fixture_run_ms(&fixture, 100);
    fake_usb_plug(fixture.usb, port, fixture.device);
    fixture_play(&fixture);
    fixture_balance_all(&fixture);
    fake_usb_unplug(fixture.usb, port);
}

static void test_survives_unplugging_in_every_state(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        for (int n = 0; n < 80; n++) {
            fixture.feeding = false;
            fixture_connect(&fixture);
            fixture.feeding = true;
            fixture_run_ms(&fixture, n * 0.43);
            fake_usb_unplug(fixture.usb, FIXTURE_PORT);
            fixture_run_ms(&fixture, 2500);
            assert_false(fixture.attempting);
            assert_true(fixture.result == BJ_DISCONNECTED ||
                        fixture.result == BJ_NOT_FOUND);
            fake_usb_plug(fixture.usb, FIXTURE_PORT, fixture.device);
        }
        fixture_play(&fixture);
        fixture_stop(&fixture);
    }
}

static void test_survives_unplugging_while_it_plays(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        for (int n = 0; n < 12; n++) {
            fixture_play(&fixture);
            fixture_run_ms(&fixture, n * 1.1);
            fake_usb_unplug(fixture.usb, FIXTURE_PORT);
            fixture_run_ms(&fixture, 50);
            assert_false(fixture.attempting);
            assert_int_equal(fixture.result, BJ_DISCONNECTED);
            assert_int_equal(fixture.written, fixture.played + fixture.lost);
            fixture.shutter_open = false;
            fake_usb_plug(fixture.usb, FIXTURE_PORT, fixture.device);
        }
        assert_true(fixture_heard(&fixture, "unplugged"));
        fixture_stop(&fixture);
    }
}

static void test_survives_unplugging_while_it_goes_dark(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        for (int n = 0; n < 30; n++) {
            fixture_play(&fixture);
            if (n % 2 == 0)
                fixture_shutter(&fixture, false);
            else
                FIXTURE_SLOT(&fixture, stop, fixture.now_ns);
            fixture_run_ms(&fixture, n * 0.11);
            fake_usb_unplug(fixture.usb, FIXTURE_PORT);
            fixture.shutter_open = false;
            fixture_run_ms(&fixture, 50);
            if (fixture.attempting) /* stopped before it was gone */
                fixture_disconnect(&fixture);
            fake_usb_plug(fixture.usb, FIXTURE_PORT, fixture.device);
        }
        fixture_stop(&fixture);
    }
}

static void test_is_found_again_in_another_socket(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        fake_usb_unplug(fixture.usb, FIXTURE_PORT);
        fixture_run_ms(&fixture, 50);
        assert_false(fixture.attempting);
        replug("3-1");
        fake_usb_plug(fixture.usb, FIXTURE_PORT, fixture.device);
        fixture_stop(&fixture);
    }
}

/* The watchdog: gone, and back with everything as after power-up. */
static void test_a_device_that_resets_itself_is_set_up_anew(void **state)
{
    (void)state;
    fixture_start_device(&fixture, 1);
    fixture_play(&fixture);
    fixture_fault(&fixture, SIM_SHARK_WATCHDOG, 0);
    fake_usb_unplug(fixture.usb, FIXTURE_PORT);
    fixture.shutter_open = false;
    fixture_run_ms(&fixture, 50);
    fake_usb_plug(fixture.usb, FIXTURE_PORT, fixture.device);
    fixture_play(&fixture);
    assert_int_equal(sim_shark_status(fixture.device).rate, 30000);
    fixture_balance_all(&fixture);
    fixture_stop(&fixture);
}

static void test_letting_go_leaves_it_dark_and_empty(void **state)
{
    (void)state;
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        for (int n = 0; n < 12; n++) {
            fixture_play(&fixture);
            fixture_run_ms(&fixture, n * 1.3);
            fixture_disconnect(&fixture);
            fixture.shutter_open = false;
            assert_int_equal(fixture.written, fixture.played + fixture.lost);
            fixture_run_ms(&fixture, 5);
            assert_false(sim_shark_status(fixture.device).enabled);
            assert_int_equal(sim_shark_status(fixture.device).level, 0);
            assert_int_equal(fixture_counters(&fixture)->left_enabled, 0);
        }
        fixture_stop(&fixture);
    }
}

/* ---- Answers that make no sense ------------------------------------------------------ */

static void survive(enum sim_shark_fault fault, int64_t value)
{
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        fixture_fault(&fixture, fault, value);
        fixture_run_ms(&fixture, 2000);
        assert_true(fixture.attempting);
        assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
        assert_int_equal(fixture.emptied, 0);
        fixture_balance_all(&fixture);
        fixture_stop(&fixture);
    }
}

static void test_a_few_lost_or_wrong_replies_do_no_harm(void **state)
{
    (void)state;
    survive(SIM_SHARK_SILENT, 1);
    survive(SIM_SHARK_SILENT, 2);
    survive(SIM_SHARK_WRONG_OPCODE, 2);
    survive(SIM_SHARK_SHORT, 2);
    survive(SIM_SHARK_STRAY, 1);
    survive(SIM_SHARK_STRAY, 8);
    survive(SIM_SHARK_DEAF, 200 * FIXTURE_MS);
}

static void perish(enum sim_shark_fault fault, int64_t value, enum bj_status result)
{
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        shark_notes(&fixture)->lies = true;
        fixture_fault(&fixture, fault, value);
        fixture_run_ms(&fixture, 2000);
        assert_false(fixture.attempting);
        assert_int_equal(fixture.result, result);
        assert_true(fixture.notices > 0);
        fixture_fault(&fixture, fault, 0);
        shark_notes(&fixture)->lies = false;
        fixture.shutter_open = false;
        fixture_play(&fixture);
        fixture_stop(&fixture);
    }
}

static void test_a_device_that_answers_no_more_is_given_up(void **state)
{
    (void)state;
    perish(SIM_SHARK_SILENT, 1000, BJ_TIMED_OUT);
    perish(SIM_SHARK_WRONG_OPCODE, 1000, BJ_TIMED_OUT);
    perish(SIM_SHARK_SHORT, 1000, BJ_TIMED_OUT);
    perish(SIM_SHARK_REFUSE, 1000, BJ_PROTOCOL);
}

static void lie(int64_t free, bool survives)
{
    for (size_t k = 0; k < FIXTURE_DEVICES; k++) {
        fixture_start_device(&fixture, k);
        fixture_play(&fixture);
        shark_notes(&fixture)->lies = true;
        fixture_fault(&fixture, SIM_SHARK_LEVEL_LIE, free);
        fixture_run_ms(&fixture, 15);
        assert_int_equal(fixture.attempting, survives);
        if (survives) {
            fixture_run_ms(&fixture, 200);
            assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
        } else {
            assert_int_equal(fixture.result, BJ_PROTOCOL);
        }
        fixture.shutter_open = true; /* a wrong ledger is the device's fault now */
        fixture_stop(&fixture);
    }
}

static void test_lies_about_the_level_do_no_harm(void **state)
{
    (void)state;
    lie(0xffffffff, false);
    lie(770, false);
    lie(769, true); /* full: more than it was given */
    lie(768, true); /* empty */
    lie(0, true);
    lie(700, true);
}

static void test_a_refused_setting_is_told(void **state)
{
    (void)state;
    fixture_start_device(&fixture, 1);
    fixture_fault(&fixture, SIM_SHARK_REFUSE, 1);
    connect_for_ms(100);
    assert_int_equal(fixture.result, BJ_PROTOCOL);
    assert_true(fixture_heard(&fixture, "refused command 80"));
    fixture_stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_output_is_off_before_anything_else),
        cmocka_unit_test(test_a_laserdock_is_taken_out_of_its_runner_mode),
        cmocka_unit_test(test_old_firmware_need_not_know_the_runner_mode),
        cmocka_unit_test(test_what_another_program_left_is_never_played),
        cmocka_unit_test(test_a_laserdock_that_answers_as_a_lasershark_is_left_alone),
        cmocka_unit_test(test_a_lasershark_that_answers_as_a_laserdock_is_left_alone),
        cmocka_unit_test(test_strings_of_the_other_device_are_believed),
        cmocka_unit_test(test_doubtful_strings_are_refused),
        cmocka_unit_test(test_old_lasershark_firmware_is_refused),
        cmocka_unit_test(test_other_samples_are_refused),
        cmocka_unit_test(test_says_what_keeps_it_from_opening),
        cmocka_unit_test(test_waits_a_while_for_a_device_to_appear),
        cmocka_unit_test(test_survives_unplugging_in_every_state),
        cmocka_unit_test(test_survives_unplugging_while_it_plays),
        cmocka_unit_test(test_survives_unplugging_while_it_goes_dark),
        cmocka_unit_test(test_is_found_again_in_another_socket),
        cmocka_unit_test(test_a_device_that_resets_itself_is_set_up_anew),
        cmocka_unit_test(test_letting_go_leaves_it_dark_and_empty),
        cmocka_unit_test(test_a_few_lost_or_wrong_replies_do_no_harm),
        cmocka_unit_test(test_a_device_that_answers_no_more_is_given_up),
        cmocka_unit_test(test_lies_about_the_level_do_no_harm),
        cmocka_unit_test(test_a_refused_setting_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
