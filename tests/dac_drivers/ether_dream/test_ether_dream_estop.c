/* SPDX-License-Identifier: MIT */
#include "ether_dream_world.h"

#include "ether_dream/ether_dream_estop.h"

static struct world world;
static struct ed_estop estop;

static int start(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    memset(&estop, 0, sizeof estop);
    ed_estop_init(&estop, fake_net_base(world.net));
    return 0;
}

static int finish(void **state)
{
    (void)state;
    ed_estop_close(&estop);
    world_stop(&world);
    return 0;
}

static struct bj_wait serve(double ms)
{
    struct bj_wait wait;

    bj_wait_init(&wait);
    world_run_ms(&world, ms);
    ed_estop_service(&estop, world.now_ns, &wait);
    return wait;
}

static void fire(void)
{
    ed_estop_fire(&estop, (struct bj_address){WORLD_IP, SIM_ED_TCP_PORT}, world.now_ns);
}

static void test_one_byte_over_a_connection_of_its_own(void **state)
{
    (void)state;
    assert_false(ed_estop_is_ours(&estop, world.now_ns));
    fire();
    assert_false(ed_estop_is_ours(&estop, world.now_ns));
    serve(0.1);
    world_run_ms(&world, 0.1);
    assert_string_equal(ed_notes(&world)->ops, "0");
    assert_int_equal(sim_ed_status(world.device).light_engine, 3);
    assert_true(ed_estop_is_ours(&estop, world.now_ns));
}

static void test_firing_again_meanwhile_changes_nothing(void **state)
{
    (void)state;
    fire();
    fire();
    serve(0.1);
    fire();
    serve(0.1);
    assert_string_equal(ed_notes(&world)->ops, "0");
    assert_int_equal(sim_ed_counters(world.device)->connections, 1);
}

static void test_a_slow_connection_is_waited_for(void **state)
{
    struct bj_wait wait;

    (void)state;
    fake_net_set_connect_delay(world.net, 300 * WORLD_MS);
    fire();
    wait = serve(1);
    assert_int_equal(wait.count, 1);
    assert_int_equal(wait.handles[0].events, BJ_WAIT_WRITE);
    assert_string_equal(ed_notes(&world)->ops, "");
    serve(300);
    assert_string_equal(ed_notes(&world)->ops, "0");
}

static void test_gives_up_after_a_second(void **state)
{
    (void)state;
    fake_net_set_route(world.net, WORLD_IP, FAKE_ROUTE_BLACK_HOLE);
    fire();
    serve(990);
    assert_int_equal(fake_net_open_sockets(world.net), 1);
    serve(20);
    assert_int_equal(fake_net_open_sockets(world.net), 0);
    assert_false(ed_estop_is_ours(&estop, world.now_ns));
}

static void test_a_refusal_is_no_success(void **state)
{
    (void)state;
    fake_net_set_route(world.net, WORLD_IP, FAKE_ROUTE_REFUSE);
    fire();
    serve(1);
    assert_int_equal(fake_net_open_sockets(world.net), 0);
    fake_net_set_route(world.net, WORLD_IP, FAKE_ROUTE_NONE);
    fire();
    serve(1);
    assert_false(ed_estop_is_ours(&estop, world.now_ns));
}

static void test_it_is_ours_for_a_second(void **state)
{
    (void)state;
    fire();
    serve(0.1);
    serve(990);
    assert_true(ed_estop_is_ours(&estop, world.now_ns));
    serve(20);
    assert_false(ed_estop_is_ours(&estop, world.now_ns));
    assert_int_equal(fake_net_open_sockets(world.net), 0);
}

/* In the driver: the fault that we caused is not reported, and is cleared again. */
static void test_the_driver_clears_its_own(void **state)
{
    (void)state;
    world_play(&world);
    world_fault(&world, SIM_ED_SWALLOW, 1);
    world_shutter(&world, false); /* the stop vanishes */
    world.shutter_open = true;    /* and so the light stays for a moment */
    world_run_ms(&world, 105);
    world.shutter_open = false;
    assert_int_equal(sim_ed_counters(world.device)->estops, 1);
    world_run_ms(&world, 200);
    assert_int_equal(world.result, BJ_PROTOCOL); /* an answer is missing in the row */
    world_connect(&world);
    world_run_ms(&world, 1500);
    assert_int_equal(world.dac_status.fault_count, 0);
    assert_int_equal(sim_ed_counters(world.device)->clears, 1);
    assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
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
