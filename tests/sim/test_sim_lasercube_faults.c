/* SPDX-License-Identifier: MIT */
#include "sim_lasercube_fixture.h"

static struct fixture fixture;

static void start(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    config.left_enabled = true;
    fixture_start(&fixture, &config);
}

static bool answers(void)
{
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x27", 1);
    return fixture_receive(&fixture) == 2 && fixture.reply[0] == 0x27;
}

static void test_stall(void **state)
{
    start(state);
    fixture_fault(&fixture, SIM_LC_STALL, 50 * FIXTURE_MS);
    assert_false(answers());
    fixture_run_to(&fixture, 50 * FIXTURE_MS);
    assert_int_equal(fixture_receive(&fixture), 2); /* it came after all */
    assert_true(answers());
}

static void test_silence_plays_on(void **state)
{
    start(state);
    fixture_send_points(&fixture, 0, 0, 140);
    fixture_fault(&fixture, SIM_LC_SILENCE, 50 * FIXTURE_MS);
    assert_false(answers());
    fixture_run_to(&fixture, 50 * FIXTURE_MS);
    assert_int_equal(fixture.count, 140);
    assert_int_equal(fixture_receive(&fixture), 0); /* lost, not late */
    assert_true(answers() && sim_lc_status(fixture.host).output);
}

static void test_reboot_forgets(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    fixture_start(&fixture, &config);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x78\x01", 2);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x82\xe8\x03\0\0", 5);
    fixture_send_points(&fixture, 0, 0, 140);
    fixture_fault(&fixture, SIM_LC_REBOOT, 50 * FIXTURE_MS);
    fixture_run_to(&fixture, 49 * FIXTURE_MS);
    assert_false(answers());
    fixture_run_to(&fixture, 50 * FIXTURE_MS);
    assert_true(answers());
    assert_false(sim_lc_status(fixture.host).output || sim_lc_status(fixture.host).reports);
    assert_int_equal(sim_lc_status(fixture.host).rate, 30000);
    assert_int_equal(sim_lc_status(fixture.host).held, 0);
}

static void test_planned_losses(void **state)
{
    start(state);
    fixture_fault(&fixture, SIM_LC_LOSE, 2);
    assert_false(answers() || answers());
    assert_true(answers());
    fixture_fault(&fixture, SIM_LC_LOSE_REPLIES, 1);
    assert_false(answers());
    assert_int_equal(fixture_counters(&fixture)->commands, 2);
    assert_true(answers());
}

static void test_nonsense(void **state)
{
    int strange = 0;
    start(state);
    fixture_fault(&fixture, SIM_LC_GARBAGE, 50);
    for (int k = 0; k < 50; k++) {
        strange += !answers();
    }
    assert_true(strange > 40);
    fixture_fault(&fixture, SIM_LC_CUT, 20);
    for (int k = 0; k < 20; k++) {
        assert_false(answers());
    }
    assert_true(answers());
}

static void test_strays_go_to_who_sent_samples(void **state)
{
    start(state);
    fixture_fault(&fixture, SIM_LC_STRAY, 3);
    assert_int_equal(fixture_receive(&fixture), 0);
    fixture_send_points(&fixture, 0, 0, 1);
    assert_int_equal(fixture_receive(&fixture), 4);
    fixture_fault(&fixture, SIM_LC_STRAY, 3);
    for (int k = 0; k < 3; k++) {
        assert_int_equal(fixture_receive(&fixture), 4);
        assert_int_equal(fixture.reply_port, SIM_LC_DATA_PORT);
    }
    assert_int_equal(fixture_receive(&fixture), 0);
}

static void test_dry_and_another_client(void **state)
{
    start(state);
    fixture_send_points(&fixture, 0, 0, 140);
    fixture_fault(&fixture, SIM_LC_DRY, 0);
    assert_int_equal(sim_lc_status(fixture.host).held, 0);
    fixture_fault(&fixture, SIM_LC_OTHER_CLIENT, 300);
    fixture_run_to(&fixture, 995 * FIXTURE_MS);
    assert_in_range(fixture.count, 29600, 30000);
    fixture_fault(&fixture, SIM_LC_OTHER_CLIENT, 0);
    fixture_run_to(&fixture, 1100 * FIXTURE_MS);
    assert_int_equal(sim_lc_status(fixture.host).held, 0);
}

static void test_somebody_changes_settings(void **state)
{
    start(state);
    fixture_fault(&fixture, SIM_LC_OUTPUT, 0);
    fixture_fault(&fixture, SIM_LC_REPORTS, 0);
    fixture_fault(&fixture, SIM_LC_RATE, 12345);
    fixture_fault(&fixture, SIM_LC_BATTERY, 5);
    assert_false(sim_lc_status(fixture.host).output || sim_lc_status(fixture.host).reports);
    assert_int_equal(sim_lc_status(fixture.host).rate, 12345);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x77", 1);
    fixture_receive(&fixture);
    assert_int_equal(fixture.reply[23], 5);
}

/* While it is open, output is off and stays off; afterwards somebody must switch it on. */
static void test_interlock_and_heat_forbid_light(void **state)
{
    static const enum sim_lc_fault causes[] = {SIM_LC_INTERLOCK, SIM_LC_TOO_HOT};
    for (int k = 0; k < 2; k++) {
        start(state);
        fixture_fault(&fixture, causes[k], 1);
        assert_false(sim_lc_status(fixture.host).output);
        fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
        assert_false(sim_lc_status(fixture.host).output);
        fixture_fault(&fixture, causes[k], 0);
        assert_false(sim_lc_status(fixture.host).output);
        fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
        assert_true(sim_lc_status(fixture.host).output);
    }
}

static void test_faults_in_time(void **state)
{
    start(state);
    assert_true(sim_lc_fault_at(fixture.host, 20 * FIXTURE_MS, SIM_LC_OUTPUT, 1));
    assert_true(sim_lc_fault_at(fixture.host, 10 * FIXTURE_MS, SIM_LC_OUTPUT, 0));
    assert_int_equal(fixture.host->ops->next_event_ns(fixture.host, 0), 10 * FIXTURE_MS);
    fixture_run_to(&fixture, 15 * FIXTURE_MS);
    assert_false(sim_lc_status(fixture.host).output);
    fixture_run_to(&fixture, 25 * FIXTURE_MS);
    assert_true(sim_lc_status(fixture.host).output);
    for (int k = 0; k < 64; k++) {
        assert_true(sim_lc_fault_at(fixture.host, BJ_NS_PER_S, SIM_LC_OUTPUT, 0));
    }
    assert_false(sim_lc_fault_at(fixture.host, BJ_NS_PER_S, SIM_LC_OUTPUT, 0));
}

#define TEST(name) cmocka_unit_test_teardown(name, fixture_stop)

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
