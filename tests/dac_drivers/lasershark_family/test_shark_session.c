/* SPDX-License-Identifier: MIT
 *
 * A connection to a device of the LaserShark family: found, refused, lost, come back; and
 * answers that make no sense.
 */
#include "shark_world.h"

static struct world world;

static void connect_for_ms(double ms)
{
    world_connect(&world);
    world_run_ms(&world, ms);
}

/* ---- Setting up ---------------------------------------------------------------------- */

static void test_the_output_is_off_before_anything_else(void **state)
{
    static const uint8_t shark[] = {0x80, 0x8b, 0x8c, 0x8e, 0x85, 0x87, 0x88, 0x89,
                                    0x84, 0x82, 0x83, 0x80, 0x8a, 0x8d, 0x8a};

    (void)state;
    world_start_device(&world, 1);
    connect_for_ms(100);
    assert_int_equal(world.dac_status.state, BJ_DAC_READY);
    assert_int_equal(shark_notes(&world)->command_count, sizeof shark);
    for (size_t k = 0; k < sizeof shark; k++)
        assert_int_equal(shark_notes(&world)->commands[k].op, shark[k]);
    assert_int_equal(shark_notes(&world)->commands[0].argument, 0);
    assert_int_equal(world.emptied, 0);
    world_stop(&world);
}

static void test_a_laserdock_is_taken_out_of_its_runner_mode(void **state)
{
    (void)state;
    world_start_device(&world, 0);
    connect_for_ms(100);
    assert_int_equal(world.dac_status.state, BJ_DAC_READY);
    assert_int_equal(world_count(&world, 0xc0), 4);
    world_stop(&world);
}

static void test_old_firmware_need_not_know_the_runner_mode(void **state)
{
    struct sim_shark_config config = sim_laserdock_defaults();

    (void)state;
    config.answers.has_runner = false;
    world_start_dock(&world, config);
    world_play(&world);
    assert_int_equal(world.notices, 0);
    world_stop(&world);
}

/* What an earlier program left: enabled, a lit ring, and a reply nobody read. */
static void test_what_another_program_left_is_never_played(void **state)
{
    static const uint8_t on[] = {0x80, 1};
    uint8_t lit[512];

    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        shark_notes(&world)->foreign = true;
        struct sim_usb *device = world.device;
        int64_t then_ns = world.now_ns - 10 * BJ_NS_PER_MS;
        memset(lit, 0xff, sizeof lit);
        device->ops->select(device, 1, 1, then_ns);
        device->ops->out(device, 0x01, on, sizeof on, then_ns);
        for (size_t at = 0; at < sizeof lit; at += 64)
            device->ops->out(device, 0x03, lit + at, 64, then_ns + (int64_t)at * 10000);
        device->ops->select(device, 1, 0, then_ns + BJ_NS_PER_MS * 6);
        connect_for_ms(20);
        shark_notes(&world)->foreign = false;
        assert_int_equal(sim_shark_status(world.device).level, 0);
        assert_false(sim_shark_status(world.device).enabled);
        world_run_ms(&world, 100);
        assert_int_equal(world.dac_status.state, BJ_DAC_READY);
        assert_int_equal(world.result, BJ_OK);
        world_stop(&world);
    }
}

/* ---- Who is refused ------------------------------------------------------------------ */

static void expect_refusal(const char *words)
{
    connect_for_ms(3000);
    assert_false(world.attempting);
    assert_int_equal(world.result, BJ_UNSUPPORTED);
    if (!world_heard(&world, words))
        fail_msg("told: %s", world.told);
    assert_int_equal(world_counters(&world)->packets, 0);
    assert_false(sim_shark_status(world.device).enabled);
    world_stop(&world);
}

static void test_a_laserdock_that_answers_as_a_lasershark_is_left_alone(void **state)
{
    struct sim_shark_config config = sim_laserdock_defaults();

    (void)state;
    world_start_dock(&world, sim_laserdock_twin());
    expect_refusal("answers as none (firmware 2.3, 8 samples a packet)");
    config.answers.bulk_samples = 8;
    world_start_dock(&world, config);
    expect_refusal("answers as none");
    config = sim_laserdock_defaults();
    config.answers.major = 2;
    world_start_dock(&world, config);
    expect_refusal("answers as none");
}

static void test_a_lasershark_that_answers_as_a_laserdock_is_left_alone(void **state)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    (void)state;
    config.answers = sim_laserdock_defaults().answers;
    world_start_shark(&world, config);
    expect_refusal("answers as none (firmware 3.7, 64 samples a packet)");
}

static void test_strings_of_the_other_device_are_believed(void **state)
{
    struct sim_shark_config config = sim_laserdock_defaults();

    (void)state;
    config.manufacturer = "Macpod";
    config.product = "Lasershark";
    world_start_dock(&world, config);
    expect_refusal("is no LaserDock; its id begins with lasershark:");
    config = sim_lasershark_defaults();
    config.manufacturer = "WICKED";
    config.product = "Laserdock.";
    world_start_shark(&world, config);
    expect_refusal("is no LaserShark; its id begins with laserdock:");
}

static void test_doubtful_strings_are_refused(void **state)
{
    struct sim_shark_config config = sim_laserdock_defaults();

    (void)state;
    config.manufacturer = config.product = NULL;
    world_start_dock(&world, config);
    expect_refusal("neither a LaserDock nor a LaserShark");
    config.manufacturer = "WICKED";
    config.product = "Lasershark";
    world_start_dock(&world, config);
    expect_refusal("calls itself 'WICKED' 'Lasershark'");
}

static void test_old_lasershark_firmware_is_refused(void **state)
{
    (void)state;
    world_start_shark(&world, sim_lasershark_older(SIM_SHARK_2_2));
    expect_refusal("has firmware 2.2; it needs 2.3 or newer");
    world_start_shark(&world, sim_lasershark_older(SIM_SHARK_2_1));
    expect_refusal("has firmware 2.1; it needs 2.3 or newer");
    world_start_shark(&world, sim_lasershark_older(SIM_SHARK_1));
    expect_refusal("first generation board");
}

static void test_other_samples_are_refused(void **state)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    (void)state;
    config.answers.elements = 6;
    world_start_shark(&world, config);
    expect_refusal("samples of this many words: 6");
    config = sim_lasershark_defaults();
    config.answers.dac_max = 65535;
    world_start_shark(&world, config);
    expect_refusal("a highest converter value of 65535");
    config = sim_lasershark_defaults();
    config.answers.ring_size = 16;
    world_start_shark(&world, config);
    expect_refusal("a queue of 16");
    config = sim_lasershark_defaults();
    config.answers.max_rate = 0;
    world_start_shark(&world, config);
    expect_refusal("a highest rate of 0");
}

/* ---- Not there, not ours ------------------------------------------------------------- */

static void test_says_what_keeps_it_from_opening(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        fake_usb_set_access(world.usb, WORLD_PORT, BJ_NO_PERMISSION);
        connect_for_ms(3000);
        assert_int_equal(world.result, BJ_NO_PERMISSION);
        assert_true(world_heard(&world, "no permission"));
        fake_usb_set_access(world.usb, WORLD_PORT, BJ_OK);
        fake_usb_set_busy(world.usb, WORLD_PORT, true);
        connect_for_ms(3000);
        assert_int_equal(world.result, BJ_BUSY);
        assert_true(world_heard(&world, "another program has it"));
        fake_usb_set_busy(world.usb, WORLD_PORT, false);
        fake_usb_set_open_delay(world.usb, BJ_NEVER);
        connect_for_ms(3000);
        assert_int_equal(world.result, BJ_TIMED_OUT);
        fake_usb_set_open_delay(world.usb, 30 * WORLD_MS);
        world_play(&world);
        world_stop(&world);
    }
}

static void test_waits_a_while_for_a_device_to_appear(void **state)
{
    (void)state;
    world_start_empty(&world, &bj_laserdock, WORLD_DOCK_ID);
    world_make_device(&world, sim_laserdock_defaults(), false);
    connect_for_ms(1000);
    assert_true(world.attempting);
    fake_usb_plug(world.usb, WORLD_PORT, world.device);
    world_play(&world);
    world_disconnect(&world);
    fake_usb_unplug(world.usb, WORLD_PORT);
    connect_for_ms(3000);
    assert_int_equal(world.result, BJ_NOT_FOUND);
    assert_true(world_heard(&world, "not found on USB"));
    world_stop(&world);
}

/* ---- Lost and found ------------------------------------------------------------------ */

static void replug(const char *port)
{
    world_run_ms(&world, 100);
    fake_usb_plug(world.usb, port, world.device);
    world_play(&world);
    world_balance_all(&world);
    fake_usb_unplug(world.usb, port);
}

static void test_survives_unplugging_in_every_state(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        for (int n = 0; n < 80; n++) {
            world.feeding = false;
            world_connect(&world);
            world.feeding = true;
            world_run_ms(&world, n * 0.43);
            fake_usb_unplug(world.usb, WORLD_PORT);
            world_run_ms(&world, 2500);
            assert_false(world.attempting);
            assert_true(world.result == BJ_DISCONNECTED || world.result == BJ_NOT_FOUND);
            fake_usb_plug(world.usb, WORLD_PORT, world.device);
        }
        world_play(&world);
        world_stop(&world);
    }
}

static void test_survives_unplugging_while_it_plays(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        for (int n = 0; n < 12; n++) {
            world_play(&world);
            world_run_ms(&world, n * 1.1);
            fake_usb_unplug(world.usb, WORLD_PORT);
            world_run_ms(&world, 50);
            assert_false(world.attempting);
            assert_int_equal(world.result, BJ_DISCONNECTED);
            assert_int_equal(world.written, world.played + world.lost);
            world.shutter_open = false;
            fake_usb_plug(world.usb, WORLD_PORT, world.device);
        }
        assert_true(world_heard(&world, "unplugged"));
        world_stop(&world);
    }
}

static void test_survives_unplugging_while_it_goes_dark(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        for (int n = 0; n < 30; n++) {
            world_play(&world);
            if (n % 2 == 0)
                world_shutter(&world, false);
            else
                WORLD_SLOT(&world, stop, world.now_ns);
            world_run_ms(&world, n * 0.11);
            fake_usb_unplug(world.usb, WORLD_PORT);
            world.shutter_open = false;
            world_run_ms(&world, 50);
            if (world.attempting) /* stopped before it was gone */
                world_disconnect(&world);
            fake_usb_plug(world.usb, WORLD_PORT, world.device);
        }
        world_stop(&world);
    }
}

static void test_is_found_again_in_another_socket(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        fake_usb_unplug(world.usb, WORLD_PORT);
        world_run_ms(&world, 50);
        assert_false(world.attempting);
        replug("3-1");
        fake_usb_plug(world.usb, WORLD_PORT, world.device);
        world_stop(&world);
    }
}

/* The watchdog: gone, and back with everything as after power-up. */
static void test_a_device_that_resets_itself_is_set_up_anew(void **state)
{
    (void)state;
    world_start_device(&world, 1);
    world_play(&world);
    world_fault(&world, SIM_SHARK_WATCHDOG, 0);
    fake_usb_unplug(world.usb, WORLD_PORT);
    world.shutter_open = false;
    world_run_ms(&world, 50);
    fake_usb_plug(world.usb, WORLD_PORT, world.device);
    world_play(&world);
    assert_int_equal(sim_shark_status(world.device).rate, 30000);
    world_balance_all(&world);
    world_stop(&world);
}

static void test_letting_go_leaves_it_dark_and_empty(void **state)
{
    (void)state;
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        for (int n = 0; n < 12; n++) {
            world_play(&world);
            world_run_ms(&world, n * 1.3);
            world_disconnect(&world);
            world.shutter_open = false;
            assert_int_equal(world.written, world.played + world.lost);
            world_run_ms(&world, 5);
            assert_false(sim_shark_status(world.device).enabled);
            assert_int_equal(sim_shark_status(world.device).level, 0);
            assert_int_equal(world_counters(&world)->left_enabled, 0);
        }
        world_stop(&world);
    }
}

/* ---- Answers that make no sense ------------------------------------------------------ */

static void survive(enum sim_shark_fault fault, int64_t value)
{
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        world_fault(&world, fault, value);
        world_run_ms(&world, 2000);
        assert_true(world.attempting);
        assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
        assert_int_equal(world.emptied, 0);
        world_balance_all(&world);
        world_stop(&world);
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
    survive(SIM_SHARK_DEAF, 200 * WORLD_MS);
}

static void perish(enum sim_shark_fault fault, int64_t value, enum bj_status result)
{
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        shark_notes(&world)->lies = true;
        world_fault(&world, fault, value);
        world_run_ms(&world, 2000);
        assert_false(world.attempting);
        assert_int_equal(world.result, result);
        assert_true(world.notices > 0);
        world_fault(&world, fault, 0);
        shark_notes(&world)->lies = false;
        world.shutter_open = false;
        world_play(&world);
        world_stop(&world);
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
    for (size_t k = 0; k < WORLD_DEVICES; k++) {
        world_start_device(&world, k);
        world_play(&world);
        shark_notes(&world)->lies = true;
        world_fault(&world, SIM_SHARK_LEVEL_LIE, free);
        world_run_ms(&world, 15);
        assert_int_equal(world.attempting, survives);
        if (survives) {
            world_run_ms(&world, 200);
            assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
        } else {
            assert_int_equal(world.result, BJ_PROTOCOL);
        }
        world.shutter_open = true; /* a wrong ledger is the device's fault now */
        world_stop(&world);
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
    world_start_device(&world, 1);
    world_fault(&world, SIM_SHARK_REFUSE, 1);
    connect_for_ms(100);
    assert_int_equal(world.result, BJ_PROTOCOL);
    assert_true(world_heard(&world, "refused command 80"));
    world_stop(&world);
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
