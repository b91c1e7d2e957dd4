/* SPDX-License-Identifier: MIT
 *
 * Is the device as it should be, and what if not?
 */
#include "lasercube_fixture.h"

static struct lcw fixture;

static int stop_fixture(void **state)
{
    (void)state;
    lcw_stop(&fixture);
    return 0;
}

/* ---- Settings that changed ----------------------------------------------------------- */

static void test_reports_that_stopped_are_asked_for_again(void **state)
{
    (void)state;
    lcw_begin(&fixture);
    lcw_fault(&fixture, SIM_LC_REPORTS, 0);
    lcw_run_ms(&fixture, 3000);
    assert_true(lcw_device(&fixture).reports);
    lcw_expect_undisturbed(&fixture);
}

static void test_a_changed_rate_is_put_right(void **state)
{
    (void)state;
    lcw_begin(&fixture);
    lcw_fault(&fixture, SIM_LC_RATE, 25000);
    lcw_run_ms(&fixture, 1500);
    assert_int_equal(lcw_device(&fixture).rate, 30000);
    lcw_count_anew(&fixture);
    lcw_run_ms(&fixture, 500);
    lcw_expect_perfect(&fixture, 500);
}

static void test_a_rate_it_insists_on_is_told(void **state)
{
    struct lcw_config config = lcw_defaults();
    (void)state;
    config.device.keeps_rate_over = true;
    config.device.max_rate = 20000;
    lcw_start(&fixture, &config);
    for (int k = 0; k < 80; k++) {
        lcw_run_ms(&fixture, 100);
        lcw_fault(&fixture, SIM_LC_RATE, 17000);
    }
    assert_true(lcw_heard(&fixture, "makes 17000 points/s of the 20000 it should"));
    assert_true(lcw_stats(&fixture).true_pps == 17000);
}

/* ---- Output -------------------------------------------------------------------------- */

/* It may have restarted, or somebody else did it: light comes back only when armed anew. */
static void test_output_switched_off_by_others(void **state)
{
    (void)state;
    lcw_begin(&fixture);
    lcw_run_ms(&fixture, 1500); /* seen to be on */
    lcw_fault(&fixture, SIM_LC_OUTPUT, 0);
    lcw_run_ms(&fixture, 3000);
    assert_true(lcw_heard(&fixture, "switched its output off by itself"));
    assert_false(lcw_stats(&fixture).armed);
    assert_false(lcw_device(&fixture).output);
    assert_int_equal(lcw_stats(&fixture).reconnects, 1);
    lcw_light_up(&fixture);
}

static void test_output_switched_on_by_others(void **state)
{
    struct lcw_config config = lcw_defaults();
    (void)state;
    lcw_start(&fixture, &config);
    lcw_reach_playing(&fixture);
    lcw_run_ms(&fixture, 500);
    lcw_fault(&fixture, SIM_LC_OUTPUT, 1);
    lcw_run_ms(&fixture, 1500);
    assert_false(lcw_device(&fixture).output);
    assert_int_equal(fixture.lit, 0); /* and meanwhile everything sent was dark */
}

static void expect_fault(enum sim_lc_fault cause, const char *words)
{
    uint64_t asked;

    lcw_begin(&fixture);
    lcw_run_ms(&fixture, 1500);
    lcw_fault(&fixture, cause, 1);
    lcw_run_ms(&fixture, 2000);
    assert_true(lcw_heard(&fixture, words));
    assert_int_equal(lcw_stats(&fixture).state, BJ_STREAM_FAULT);
    assert_int_equal(lcw_stats(&fixture).faults, 1);
    assert_false(lcw_stats(&fixture).armed);
    asked = lcw_counters(&fixture)->outputs_on;
    lcw_run_ms(&fixture, 5000);
    assert_int_equal(lcw_counters(&fixture)->outputs_on, asked); /* no hammering */
    bj_stream_arm(fixture.stream);                               /* it still refuses */
    lcw_run_ms(&fixture, 4000);
    assert_false(lcw_stats(&fixture).armed || lcw_device(&fixture).output);
    lcw_fault(&fixture, cause, 0);
    lcw_run_ms(&fixture, 2000);
    assert_int_equal(lcw_stats(&fixture).state, BJ_STREAM_STREAMING);
    assert_false(lcw_device(&fixture).output); /* only when somebody arms */
    lcw_light_up(&fixture);
    lcw_run_ms(&fixture, 500);
    lcw_expect_perfect(&fixture, 500);
}

static void test_interlock(void **state)
{
    (void)state;
    expect_fault(SIM_LC_INTERLOCK, "its interlock is open");
}

static void test_over_temperature(void **state)
{
    (void)state;
    expect_fault(SIM_LC_TOO_HOT, "over temperature, gives no light");
}

/* Its polarity is uncertain: alone, with the output on, it is no reason to stop. */
static void test_flags_alone_do_not_stop_it(void **state)
{
    (void)state;
    lcw_begin(&fixture);
    lcw_fault(&fixture, SIM_LC_WARM, 1);
    lcw_fault(&fixture, SIM_LC_BATTERY, 7);
    lcw_run_ms(&fixture, 3000);
    lcw_expect_undisturbed(&fixture);
    assert_true(lcw_heard(&fixture, "is getting too warm"));
    assert_true(lcw_heard(&fixture, "battery nearly empty"));
    assert_int_equal(fixture.notices, 2);
}

/* ---- Somebody else ------------------------------------------------------------------- */

static void test_gives_way_to_another_sender(void **state)
{
    (void)state;
    lcw_begin(&fixture);
    lcw_fault(&fixture, SIM_LC_OTHER_CLIENT, 300);
    lcw_run_ms(&fixture, 3000);
    assert_true(lcw_heard(&fixture, "somebody else sends points to it"));
    assert_false(lcw_stats(&fixture).armed);
    assert_true(lcw_heard(&fixture, "somebody else plays on it"));
    lcw_fault(&fixture, SIM_LC_OTHER_CLIENT, 0);
    lcw_light_up(&fixture);
}

static void test_leaves_a_busy_one_alone(void **state)
{
    struct lcw_config config = lcw_defaults();
    uint64_t outputs;
    (void)state;
    config.device.left_enabled = true;
    lcw_start(&fixture, &config);
    lcw_fault(&fixture, SIM_LC_OTHER_CLIENT, 300);
    outputs = lcw_counters(&fixture)->outputs_off;
    lcw_run_ms(&fixture, 3000);
    assert_true(lcw_heard(&fixture, "somebody else plays on it"));
    assert_int_equal(lcw_counters(&fixture)->outputs_off, outputs);
    assert_int_equal(lcw_counters(&fixture)->packets, 0);
    lcw_fault(&fixture, SIM_LC_OTHER_CLIENT, 0);
    lcw_light_up(&fixture);
}

static void leave_behind(int packets)
{
    const struct bj_address somebody = {0x0a000077u, 4711};
    static const uint8_t packet[4 + 10 * 140] = {0xa9};

    for (int k = 0; k < packets; k++)
        fixture.device->ops->datagram_in(fixture.device, SIM_LC_DATA_PORT, somebody, packet,
                                         sizeof packet, fixture.now_ns);
    sim_lc_advance(fixture.device, fixture.now_ns);
}

/* What a vanished program left behind drains, or stands still, and is taken over. */
static void test_takes_over_a_ring_left_behind(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct lcw_config config = lcw_defaults();
        if (k > 0)
            lcw_stop(&fixture);
        config.device.stands_still_off = k > 0;
        config.device.burst_limit = 0;
        config.arm = true; /* or else one that stands still would not play */
        lcw_start(&fixture, &config);
        leave_behind(25);
        lcw_light_up(&fixture);
        assert_false(lcw_heard(&fixture, "somebody else"));
    }
}

/* ---- Gone and back ------------------------------------------------------------------- */

static void test_reboot(void **state)
{
    static const int64_t reboots_ms[] = {100, 1000, 5000};
    (void)state;
    for (int k = 0; k < 3; k++) {
        if (k > 0)
            lcw_stop(&fixture);
        lcw_begin(&fixture);
        lcw_run_ms(&fixture, 1500);
        lcw_fault(&fixture, SIM_LC_REBOOT, reboots_ms[k] * LCW_MS);
        lcw_run_ms(&fixture, (double)reboots_ms[k] + 4000);
        assert_int_equal(lcw_stats(&fixture).state, BJ_STREAM_STREAMING);
        assert_false(lcw_stats(&fixture).armed || lcw_device(&fixture).output);
        assert_true(lcw_device(&fixture).reports);
        assert_int_equal(lcw_stats(&fixture).reconnects, 1);
        lcw_light_up(&fixture);
        lcw_run_ms(&fixture, 500);
        lcw_expect_perfect(&fixture, 500);
    }
}

/* Somebody asked for light to come back by itself. */
static void test_reboot_with_rearm(void **state)
{
    struct lcw_config config = lcw_defaults();
    (void)state;
    config.rearm = true;
    lcw_start(&fixture, &config);
    lcw_light_up(&fixture);
    lcw_fault(&fixture, SIM_LC_REBOOT, 4000 * LCW_MS);
    lcw_run_ms(&fixture, 8000);
    assert_true(lcw_device(&fixture).output && lcw_stats(&fixture).armed);
    lcw_count_anew(&fixture);
    lcw_run_ms(&fixture, 500);
    lcw_expect_perfect(&fixture, 500);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reports_that_stopped_are_asked_for_again),
        TEST(test_a_changed_rate_is_put_right),
        TEST(test_a_rate_it_insists_on_is_told),
        TEST(test_output_switched_off_by_others),
        TEST(test_output_switched_on_by_others),
        TEST(test_interlock),
        TEST(test_over_temperature),
        TEST(test_flags_alone_do_not_stop_it),
        TEST(test_gives_way_to_another_sender),
        TEST(test_leaves_a_busy_one_alone),
        TEST(test_takes_over_a_ring_left_behind),
        TEST(test_reboot),
        TEST(test_reboot_with_rearm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
