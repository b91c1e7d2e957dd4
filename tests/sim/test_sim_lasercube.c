/* SPDX-License-Identifier: MIT
 *
 * Time and network: when what arrived is handled, and what is lost before.
 */
#include "sim_lasercube_fixture.h"

static struct fixture fixture;

static void test_answers_the_asker_from_the_port_asked(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    fixture_start(&fixture, &config);
    fixture_ask(&fixture, "\x27", 1, "\x27\0", 2);
    fixture_send(&fixture, SIM_LC_ALIVE_PORT, "\x27", 1);
    assert_int_equal(fixture_receive(&fixture), 2);
    assert_int_equal(fixture.reply_port, SIM_LC_ALIVE_PORT);
    fixture_ask(&fixture, "\x78\x01", 2, "\x78\0", 2);
    fixture_send_points(&fixture, 7, 0, 3);
    assert_int_equal(fixture_receive(&fixture), 4);
    assert_int_equal(fixture.reply_port, SIM_LC_DATA_PORT);
    assert_int_equal(fixture_receive(&fixture), 0);
}

static void test_delays_there_and_back(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    config.to_it.latency_ns = 2 * FIXTURE_MS;
    config.from_it.latency_ns = 3 * FIXTURE_MS;
    fixture_start(&fixture, &config);
    fixture_send(&fixture, SIM_LC_COMMAND_PORT, "\x80\x01", 2);
    fixture_run_to(&fixture, 2 * FIXTURE_MS - 1);
    assert_false(sim_lc_status(fixture.host).output);
    fixture_run_to(&fixture, 2 * FIXTURE_MS);
    assert_true(sim_lc_status(fixture.host).output);
    assert_int_equal(fixture_receive(&fixture), 0);
    assert_int_equal(fixture.host->ops->next_event_ns(fixture.host, fixture.now_ns),
                     5 * FIXTURE_MS);
    fixture_run_to(&fixture, 5 * FIXTURE_MS);
    assert_int_equal(fixture_receive(&fixture), 2);
}

/* Between two ticks it takes so many datagrams and no more. */
static void test_a_burst_beyond_the_limit_is_lost(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    config.tick_ns = FIXTURE_MS;
    config.burst_limit = 20;
    fixture_start(&fixture, &config);
    fixture_run_to(&fixture, FIXTURE_MS / 2);
    for (int k = 0; k < 25; k++) {
        fixture_send_points(&fixture, (uint8_t)k, 0, 1);
    }
    assert_int_equal(fixture_counters(&fixture)->packets, 0); /* not looked yet */
    assert_int_equal(fixture.host->ops->next_event_ns(fixture.host, fixture.now_ns),
                     FIXTURE_MS);
    fixture_run_to(&fixture, FIXTURE_MS);
    assert_int_equal(fixture_counters(&fixture)->packets, 20);
    assert_int_equal(fixture_counters(&fixture)->burst_dropped, 5);
    for (int k = 25; k < 45; k++) {
        fixture_send_points(&fixture, (uint8_t)k, 0, 1);
    }
    fixture_run_to(&fixture, 2 * FIXTURE_MS);
    assert_int_equal(fixture_counters(&fixture)->packets, 40);
    assert_int_equal(fixture_counters(&fixture)->packets_missed, 5);
}

static void test_without_a_limit_nothing_is_lost(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    fixture_start(&fixture, &config);
    for (int k = 0; k < 200; k++) {
        fixture_send_points(&fixture, (uint8_t)k, 0, 1);
    }
    assert_int_equal(fixture_counters(&fixture)->packets, 200);
    assert_int_equal(fixture_counters(&fixture)->packets_missed, 0);
}

static void test_the_same_seed_does_the_same(void **state)
{
    struct sim_lc_config config = fixture_config();
    uint64_t packets[2];
    *state = &fixture;
    config.to_it = (struct sim_datagrams_config){.loss = 0.3, .jitter_ns = 9 * FIXTURE_MS};
    for (int n = 0; n < 2; n++) {
        fixture_start(&fixture, &config);
        for (int k = 0; k < 500; k++) {
            fixture_run_to(&fixture, k * FIXTURE_MS);
            fixture_send_points(&fixture, (uint8_t)k, 0, 1);
        }
        packets[n] = fixture_counters(&fixture)->packets;
        assert_in_range(fixture_counters(&fixture)->datagrams_lost, 100, 200);
    }
    assert_int_equal(packets[0], packets[1]);
}

static void test_power_on(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    fixture_start(&fixture, &config);
    assert_false(sim_lc_status(fixture.host).output || sim_lc_status(fixture.host).reports);
    assert_int_equal(sim_lc_status(fixture.host).rate, 30000);
    assert_int_equal(sim_lc_status(fixture.host).held, 0);
    config.left_enabled = true;
    fixture_start(&fixture, &config);
    assert_true(sim_lc_status(fixture.host).output && sim_lc_status(fixture.host).reports);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_answers_the_asker_from_the_port_asked, fixture_stop),
        cmocka_unit_test_teardown(test_delays_there_and_back, fixture_stop),
        cmocka_unit_test_teardown(test_a_burst_beyond_the_limit_is_lost, fixture_stop),
        cmocka_unit_test_teardown(test_without_a_limit_nothing_is_lost, fixture_stop),
        cmocka_unit_test_teardown(test_the_same_seed_does_the_same, fixture_stop),
        cmocka_unit_test_teardown(test_power_on, fixture_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
