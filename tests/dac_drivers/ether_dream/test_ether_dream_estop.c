/* SPDX-License-Identifier: MIT */
#include "ether_dream_fixture.h"

#include "ether_dream/ether_dream_estop.h"

static struct fixture fixture;
static struct ed_estop estop;

static int start(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    memset(&estop, 0, sizeof estop);
    ed_estop_init(&estop, fake_net_base(fixture.net));
    return 0;
}

static int finish(void **state)
{
    (void)state;
    ed_estop_close(&estop);
    fixture_stop(&fixture);
    return 0;
}

static struct bj_wait serve(double ms)
{
    struct bj_wait wait;

    bj_wait_init(&wait);
    fixture_run_ms(&fixture, ms);
    ed_estop_service(&estop, fixture.now_ns, &wait);
    return wait;
}

static void fire(void)
{
    ed_estop_fire(&estop, (struct bj_address){FIXTURE_IP, SIM_ED_TCP_PORT}, fixture.now_ns);
}

static void test_one_byte_over_a_connection_of_its_own(void **state)
{
    (void)state;
    assert_false(ed_estop_is_ours(&estop, fixture.now_ns));
    fire();
    assert_false(ed_estop_is_ours(&estop, fixture.now_ns));
    serve(0.1);
    fixture_run_ms(&fixture, 0.1);
    assert_string_equal(ed_notes(&fixture)->ops, "0");
    assert_int_equal(sim_ed_status(fixture.device).light_engine, 3);
    assert_true(ed_estop_is_ours(&estop, fixture.now_ns));
}

static void test_firing_again_meanwhile_changes_nothing(void **state)
{
    (void)state;
    fire();
    fire();
    serve(0.1);
    fire();
    serve(0.1);
    assert_string_equal(ed_notes(&fixture)->ops, "0");
    assert_int_equal(sim_ed_counters(fixture.device)->connections, 1);
}

static void test_a_slow_connection_is_waited_for(void **state)
{
    struct bj_wait wait;

    (void)state;
    fake_net_set_connect_delay(fixture.net, 300 * FIXTURE_MS);
    fire();
    wait = serve(1);
    assert_int_equal(wait.count, 1);
    assert_int_equal(wait.handles[0].events, BJ_WAIT_WRITE);
    assert_string_equal(ed_notes(&fixture)->ops, "");
    serve(300);
    assert_string_equal(ed_notes(&fixture)->ops, "0");
}

static void test_gives_up_after_a_second(void **state)
{
    (void)state;
    fake_net_set_route(fixture.net, FIXTURE_IP, FAKE_ROUTE_BLACK_HOLE);
    fire();
    serve(990);
    assert_int_equal(fake_net_open_sockets(fixture.net), 1);
    serve(20);
    assert_int_equal(fake_net_open_sockets(fixture.net), 0);
    assert_false(ed_estop_is_ours(&estop, fixture.now_ns));
}

static void test_a_refusal_is_no_success(void **state)
{
    (void)state;
    fake_net_set_route(fixture.net, FIXTURE_IP, FAKE_ROUTE_REFUSE);
    fire();
    serve(1);
    assert_int_equal(fake_net_open_sockets(fixture.net), 0);
    fake_net_set_route(fixture.net, FIXTURE_IP, FAKE_ROUTE_NONE);
    fire();
    serve(1);
    assert_false(ed_estop_is_ours(&estop, fixture.now_ns));
}

static void test_it_is_ours_for_a_second(void **state)
{
    (void)state;
    fire();
    serve(0.1);
    serve(990);
    assert_true(ed_estop_is_ours(&estop, fixture.now_ns));
    serve(20);
    assert_false(ed_estop_is_ours(&estop, fixture.now_ns));
    assert_int_equal(fake_net_open_sockets(fixture.net), 0);
}

/* In the driver: the fault that we caused is not reported, and is cleared again. */
static void test_the_driver_clears_its_own(void **state)
{
    (void)state;
    fixture_play(&fixture);
    fixture_fault(&fixture, SIM_ED_SWALLOW, 1);
    fixture_shutter(&fixture, false); /* the stop vanishes */
    fixture.shutter_open = true;      /* and so the light stays for a moment */
    fixture_run_ms(&fixture, 105);
    fixture.shutter_open = false;
    assert_int_equal(sim_ed_counters(fixture.device)->estops, 1);
    fixture_run_ms(&fixture, 200);
    assert_int_equal(fixture.result, BJ_PROTOCOL); /* an answer is missing in the row */
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 1500);
    assert_int_equal(fixture.dac_status.fault_count, 0);
    assert_int_equal(sim_ed_counters(fixture.device)->clears, 1);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_byte_over_a_connection_of_its_own),
        TEST(test_firing_again_meanwhile_changes_nothing),
        TEST(test_a_slow_connection_is_waited_for),
        TEST(test_gives_up_after_a_second),
        TEST(test_a_refusal_is_no_success),
        TEST(test_it_is_ours_for_a_second),
        TEST(test_the_driver_clears_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
