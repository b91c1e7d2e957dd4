/* SPDX-License-Identifier: MIT */
#include "sim_lasercube_rig.h"

static struct rig rig;

static void start(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    config.left_enabled = true;
    rig_start(&rig, &config);
}

static bool answers(void)
{
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x27", 1);
    return rig_receive(&rig) == 2 && rig.reply[0] == 0x27;
}

static void test_stall(void **state)
{
    start(state);
    rig_fault(&rig, SIM_LC_STALL, 50 * RIG_MS);
    assert_false(answers());
    rig_run_to(&rig, 50 * RIG_MS);
    assert_int_equal(rig_receive(&rig), 2); /* it came after all */
    assert_true(answers());
}

static void test_silence_plays_on(void **state)
{
    start(state);
    rig_send_points(&rig, 0, 0, 140);
    rig_fault(&rig, SIM_LC_SILENCE, 50 * RIG_MS);
    assert_false(answers());
    rig_run_to(&rig, 50 * RIG_MS);
    assert_int_equal(rig.count, 140);
    assert_int_equal(rig_receive(&rig), 0); /* lost, not late */
    assert_true(answers() && sim_lc_status(rig.host).output);
}

static void test_reboot_forgets(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    rig_start(&rig, &config);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x78\x01", 2);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x82\xe8\x03\0\0", 5);
    rig_send_points(&rig, 0, 0, 140);
    rig_fault(&rig, SIM_LC_REBOOT, 50 * RIG_MS);
    rig_run_to(&rig, 49 * RIG_MS);
    assert_false(answers());
    rig_run_to(&rig, 50 * RIG_MS);
    assert_true(answers());
    assert_false(sim_lc_status(rig.host).output || sim_lc_status(rig.host).reports);
    assert_int_equal(sim_lc_status(rig.host).rate, 30000);
    assert_int_equal(sim_lc_status(rig.host).held, 0);
}

static void test_planned_losses(void **state)
{
    start(state);
    rig_fault(&rig, SIM_LC_LOSE, 2);
    assert_false(answers() || answers());
    assert_true(answers());
    rig_fault(&rig, SIM_LC_LOSE_REPLIES, 1);
    assert_false(answers());
    assert_int_equal(rig_counters(&rig)->commands, 2);
    assert_true(answers());
}

static void test_nonsense(void **state)
{
    int strange = 0;
    start(state);
    rig_fault(&rig, SIM_LC_GARBAGE, 50);
    for (int k = 0; k < 50; k++) {
        strange += !answers();
    }
    assert_true(strange > 40);
    rig_fault(&rig, SIM_LC_CUT, 20);
    for (int k = 0; k < 20; k++) {
        assert_false(answers());
    }
    assert_true(answers());
}

static void test_strays_go_to_who_sent_samples(void **state)
{
    start(state);
    rig_fault(&rig, SIM_LC_STRAY, 3);
    assert_int_equal(rig_receive(&rig), 0);
    rig_send_points(&rig, 0, 0, 1);
    assert_int_equal(rig_receive(&rig), 4);
    rig_fault(&rig, SIM_LC_STRAY, 3);
    for (int k = 0; k < 3; k++) {
        assert_int_equal(rig_receive(&rig), 4);
        assert_int_equal(rig.reply_port, SIM_LC_DATA_PORT);
    }
    assert_int_equal(rig_receive(&rig), 0);
}

static void test_dry_and_another_client(void **state)
{
    start(state);
    rig_send_points(&rig, 0, 0, 140);
    rig_fault(&rig, SIM_LC_DRY, 0);
    assert_int_equal(sim_lc_status(rig.host).held, 0);
    rig_fault(&rig, SIM_LC_OTHER_CLIENT, 300);
    rig_run_to(&rig, 995 * RIG_MS);
    assert_in_range(rig.count, 29600, 30000);
    rig_fault(&rig, SIM_LC_OTHER_CLIENT, 0);
    rig_run_to(&rig, 1100 * RIG_MS);
    assert_int_equal(sim_lc_status(rig.host).held, 0);
}

static void test_somebody_changes_settings(void **state)
{
    start(state);
    rig_fault(&rig, SIM_LC_OUTPUT, 0);
    rig_fault(&rig, SIM_LC_REPORTS, 0);
    rig_fault(&rig, SIM_LC_RATE, 12345);
    rig_fault(&rig, SIM_LC_BATTERY, 5);
    assert_false(sim_lc_status(rig.host).output || sim_lc_status(rig.host).reports);
    assert_int_equal(sim_lc_status(rig.host).rate, 12345);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x77", 1);
    rig_receive(&rig);
    assert_int_equal(rig.reply[23], 5);
}

/* While it is open, output is off and stays off; afterwards somebody must switch it on. */
static void test_interlock_and_heat_forbid_light(void **state)
{
    static const enum sim_lc_fault causes[] = {SIM_LC_INTERLOCK, SIM_LC_TOO_HOT};
    for (int k = 0; k < 2; k++) {
        start(state);
        rig_fault(&rig, causes[k], 1);
        assert_false(sim_lc_status(rig.host).output);
        rig_send(&rig, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
        assert_false(sim_lc_status(rig.host).output);
        rig_fault(&rig, causes[k], 0);
        assert_false(sim_lc_status(rig.host).output);
        rig_send(&rig, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
        assert_true(sim_lc_status(rig.host).output);
    }
}

static void test_faults_in_time(void **state)
{
    start(state);
    assert_true(sim_lc_fault_at(rig.host, 20 * RIG_MS, SIM_LC_OUTPUT, 1));
    assert_true(sim_lc_fault_at(rig.host, 10 * RIG_MS, SIM_LC_OUTPUT, 0));
    assert_int_equal(rig.host->ops->next_event_ns(rig.host, 0), 10 * RIG_MS);
    rig_run_to(&rig, 15 * RIG_MS);
    assert_false(sim_lc_status(rig.host).output);
    rig_run_to(&rig, 25 * RIG_MS);
    assert_true(sim_lc_status(rig.host).output);
    for (int k = 0; k < 64; k++) {
        assert_true(sim_lc_fault_at(rig.host, BJ_NS_PER_S, SIM_LC_OUTPUT, 0));
    }
    assert_false(sim_lc_fault_at(rig.host, BJ_NS_PER_S, SIM_LC_OUTPUT, 0));
}

#define TEST(name) cmocka_unit_test_teardown(name, rig_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_stall),
        TEST(test_silence_plays_on),
        TEST(test_reboot_forgets),
        TEST(test_planned_losses),
        TEST(test_nonsense),
        TEST(test_strays_go_to_who_sent_samples),
        TEST(test_dry_and_another_client),
        TEST(test_somebody_changes_settings),
        TEST(test_interlock_and_heat_forbid_light),
        TEST(test_faults_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
