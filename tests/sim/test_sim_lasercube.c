/* SPDX-License-Identifier: MIT
 *
 * Time and network: when what arrived is handled, and what is lost before.
 */
#include "sim_lasercube_rig.h"

static struct rig rig;

static void test_answers_the_asker_from_the_port_asked(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    rig_start(&rig, &config);
    rig_ask(&rig, "\x27", 1, "\x27\0", 2);
    rig_send(&rig, SIM_LC_ALIVE_PORT, "\x27", 1);
    assert_int_equal(rig_receive(&rig), 2);
    assert_int_equal(rig.reply_port, SIM_LC_ALIVE_PORT);
    rig_ask(&rig, "\x78\x01", 2, "\x78\0", 2);
    rig_send_points(&rig, 7, 0, 3);
    assert_int_equal(rig_receive(&rig), 4);
    assert_int_equal(rig.reply_port, SIM_LC_DATA_PORT);
    assert_int_equal(rig_receive(&rig), 0);
}

static void test_delays_there_and_back(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    config.to_it.latency_ns = 2 * RIG_MS;
    config.from_it.latency_ns = 3 * RIG_MS;
    rig_start(&rig, &config);
    rig_send(&rig, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
    rig_run_to(&rig, 2 * RIG_MS - 1);
    assert_false(sim_lc_status(rig.host).output);
    rig_run_to(&rig, 2 * RIG_MS);
    assert_true(sim_lc_status(rig.host).output);
    assert_int_equal(rig_receive(&rig), 0);
    assert_int_equal(rig.host->ops->next_event_ns(rig.host, rig.now_ns), 5 * RIG_MS);
    rig_run_to(&rig, 5 * RIG_MS);
    assert_int_equal(rig_receive(&rig), 2);
}

/* Between two ticks it takes so many datagrams and no more. */
static void test_a_burst_beyond_the_limit_is_lost(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    config.tick_ns = RIG_MS;
    config.burst_limit = 20;
    rig_start(&rig, &config);
    rig_run_to(&rig, RIG_MS / 2);
    for (int k = 0; k < 25; k++) {
        rig_send_points(&rig, (uint8_t)k, 0, 1);
    }
    assert_int_equal(rig_counters(&rig)->packets, 0); /* not looked yet */
    assert_int_equal(rig.host->ops->next_event_ns(rig.host, rig.now_ns), RIG_MS);
    rig_run_to(&rig, RIG_MS);
    assert_int_equal(rig_counters(&rig)->packets, 20);
    assert_int_equal(rig_counters(&rig)->burst_dropped, 5);
    for (int k = 25; k < 45; k++) {
        rig_send_points(&rig, (uint8_t)k, 0, 1);
    }
    rig_run_to(&rig, 2 * RIG_MS);
    assert_int_equal(rig_counters(&rig)->packets, 40);
    assert_int_equal(rig_counters(&rig)->packets_missed, 5);
}

static void test_without_a_limit_nothing_is_lost(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    rig_start(&rig, &config);
    for (int k = 0; k < 200; k++) {
        rig_send_points(&rig, (uint8_t)k, 0, 1);
    }
    assert_int_equal(rig_counters(&rig)->packets, 200);
    assert_int_equal(rig_counters(&rig)->packets_missed, 0);
}

static void test_the_same_seed_does_the_same(void **state)
{
    struct sim_lc_config config = rig_config();
    uint64_t packets[2];
    *state = &rig;
    config.to_it = (struct sim_datagrams_config){.loss = 0.3, .jitter_ns = 9 * RIG_MS};
    for (int n = 0; n < 2; n++) {
        rig_start(&rig, &config);
        for (int k = 0; k < 500; k++) {
            rig_run_to(&rig, k * RIG_MS);
            rig_send_points(&rig, (uint8_t)k, 0, 1);
        }
        packets[n] = rig_counters(&rig)->packets;
        assert_in_range(rig_counters(&rig)->datagrams_lost, 100, 200);
    }
    assert_int_equal(packets[0], packets[1]);
}

static void test_power_on(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    rig_start(&rig, &config);
    assert_false(sim_lc_status(rig.host).output || sim_lc_status(rig.host).reports);
    assert_int_equal(sim_lc_status(rig.host).rate, 30000);
    assert_int_equal(sim_lc_status(rig.host).held, 0);
    config.left_enabled = true;
    rig_start(&rig, &config);
    assert_true(sim_lc_status(rig.host).output && sim_lc_status(rig.host).reports);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_answers_the_asker_from_the_port_asked, rig_stop),
        cmocka_unit_test_teardown(test_delays_there_and_back, rig_stop),
        cmocka_unit_test_teardown(test_a_burst_beyond_the_limit_is_lost, rig_stop),
        cmocka_unit_test_teardown(test_without_a_limit_nothing_is_lost, rig_stop),
        cmocka_unit_test_teardown(test_the_same_seed_does_the_same, rig_stop),
        cmocka_unit_test_teardown(test_power_on, rig_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
