/* SPDX-License-Identifier: MIT
 *
 * Which command comes next, and when.
 */
#include "ether_dream_fixture.h"

static struct fixture fixture;

static int start(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    return 0;
}

static int finish(void **state)
{
    (void)state;
    fixture_stop(&fixture);
    return 0;
}

static const struct sim_ed_counters *counters(void)
{
    return sim_ed_counters(fixture.device);
}

static void test_greeting_version_prepare_and_nothing_else(void **state)
{
    (void)state;
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_READY);
    assert_string_equal(ed_notes(&fixture)->ops, "vp");
}

static void test_pings_ten_times_a_second_while_nothing_else_goes(void **state)
{
    (void)state;
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_READY);
    fixture_run_ms(&fixture, 1005);
    assert_int_equal(counters()->pings, 10);
    assert_int_equal(fixture.report.queued_points, 0);
    assert_false(fixture.report.playing);
}

static void test_does_not_ping_while_it_streams(void **state)
{
    (void)state;
    fixture_play(&fixture);
    fixture_run_ms(&fixture, 2000);
    assert_int_equal(counters()->pings, 0);
}

/* The first generation can keep its replies back until it hears more. */
static void test_nudges_a_device_that_owes_replies(void **state)
{
    (void)state;
    fixture_play(&fixture);
    fixture.feeding = false;
    fixture_run_ms(&fixture, 5);
    fixture_fault(&fixture, SIM_ED_SWALLOW, 1);
    fixture_run_ms(&fixture, 100); /* an idle ping that vanishes */
    fixture_run_ms(&fixture, 190);
    assert_true(counters()->pings <= 1);
    fixture_run_ms(&fixture, 20);
    assert_true(fixture_count(&fixture, '?') >= 1);
}

static void test_begins_when_the_wanted_points_are_acknowledged(void **state)
{
    const struct sim_ed_command *begin;

    (void)state;
    fixture.begin_points = 500;
    fixture.target_points = 600;
    fixture_play(&fixture);
    begin = &ed_notes(&fixture)
                 ->commands[strchr(ed_notes(&fixture)->ops, 'b') - ed_notes(&fixture)->ops];
    assert_true(begin->before.fullness >= 500);
    assert_true(begin->before.fullness <= 600);
    assert_int_equal(begin->argument, 30000);
    assert_int_equal(counters()->begins, 1);
}

static void test_mends_a_rate_that_somebody_changed(void **state)
{
    const uint8_t update[7] = {'u', 0, 0, 0x20, 0x4e}; /* 20000 */
    struct bj_net *net = fake_net_base(fixture.net);
    size_t sent;
    int other;

    (void)state;
    fixture_play(&fixture);
    assert_int_equal(net->ops->connect_tcp(
                         net, (struct bj_address){FIXTURE_IP, SIM_ED_TCP_PORT}, &other),
                     BJ_OK);
    assert_int_equal(net->ops->connect_result(net, other), BJ_OK);
    net->ops->send(net, other, update, sizeof update, &sent);
    assert_int_equal(sim_ed_status(fixture.device).point_rate, 20000);
    fixture_run_ms(&fixture, 100);
    net->ops->close(net, other);
    assert_int_equal(sim_ed_status(fixture.device).point_rate, 30000);
    assert_int_equal(counters()->rate_updates, 2);
    fixture_run_ms(&fixture, 2000);
    assert_int_equal(counters()->rate_updates, 2);
    assert_int_equal(fixture.emptied, 0);
}

/* The queue of rates holds 199; a change with every chunk must not overfill it. */
static void test_never_overfills_the_queue_of_rates(void **state)
{
    (void)state;
    fixture.target_points = 3600;
    fixture_play(&fixture);
    for (int k = 0; k < 8000; k++) { /* a request for another rate every 8 points */
        fixture.pps = k % 2 ? 30000 : 30100;
        fixture_run_ms(&fixture, 0.25);
    }
    assert_int_equal(counters()->rates_dropped, 0);
    assert_true(counters()->rates_queued > 500);
    assert_int_equal(fixture.emptied, 0);
    assert_int_equal(fixture.notices, 0);
    fixture.pps = 30000;
    fixture_run_ms(&fixture, 1500);
    assert_int_equal(sim_ed_status(fixture.device).point_rate, 30000);
}

static void test_stays_within_the_window_of_the_first_generation(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();

    (void)state;
    fixture_stop(&fixture);
    config.profile = *sim_ed_profile("ed1");
    config.link.latency_ns = 2 * FIXTURE_MS;
    fixture_start(&fixture, &config);
    fixture.chunk_points = 40;
    fixture.target_points = 1700;
    fixture_play(&fixture);
    fixture_run_ms(&fixture, 3000);
    assert_int_equal(counters()->replies_dropped, 0);
    assert_int_equal(fixture.emptied, 0);
    fixture_balance(&fixture, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_greeting_version_prepare_and_nothing_else),
        TEST(test_pings_ten_times_a_second_while_nothing_else_goes),
        TEST(test_does_not_ping_while_it_streams),
        TEST(test_nudges_a_device_that_owes_replies),
        TEST(test_begins_when_the_wanted_points_are_acknowledged),
        TEST(test_mends_a_rate_that_somebody_changed),
        TEST(test_never_overfills_the_queue_of_rates),
        TEST(test_stays_within_the_window_of_the_first_generation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
