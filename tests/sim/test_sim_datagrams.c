/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_datagrams.h"

#define MS BJ_NS_PER_MS
#define MANY 10000

static const struct bj_address peer = {0x0a000001, 5000};

static struct sim_datagrams way;

static void begin(const struct sim_datagrams_config *config)
{
    sim_datagrams_finish(&way);
    assert_true(sim_datagrams_init(&way, config, 7));
}

static int end(void **state)
{
    (void)state;
    sim_datagrams_finish(&way);
    return 0;
}

static void put(int number, int64_t now_ns)
{
    sim_datagrams_put(&way, 99, peer, &number, sizeof number, now_ns);
}

/* -1: nothing is due. */
static int take(int64_t now_ns)
{
    struct bj_address from;
    uint16_t port;
    int number;

    if (sim_datagrams_take(&way, &port, &from, &number, sizeof number, now_ns) == 0) {
        return -1;
    }
    assert_int_equal(port, 99);
    assert_memory_equal(&from, &peer, sizeof peer);
    return number;
}

/* Sends MANY, 1 ms apart, takes what arrives in between, and says how it went. */
struct journey {
    int arrived, backwards, twice;
    int64_t longest_ns;
};

static struct journey travel(void)
{
    static int seen[MANY];
    struct journey journey = {0};
    int newest = -1;

    memset(seen, 0, sizeof seen);
    for (int n = 0; n < MANY + 1000; n++) {
        int64_t now_ns = n * MS;
        if (n < MANY) {
            put(n, now_ns);
        }
        for (int got; (got = take(now_ns)) >= 0;) {
            int64_t took_ns = now_ns - got * MS;
            journey.arrived++;
            journey.backwards += got < newest;
            journey.twice += seen[got]++ > 0;
            newest = got > newest ? got : newest;
            journey.longest_ns =
                took_ns > journey.longest_ns ? took_ns : journey.longest_ns;
        }
    }
    assert_true(sim_datagrams_due_ns(&way) == BJ_NEVER);
    return journey;
}

static void test_arrive_at_once_by_default(void **state)
{
    (void)state;
    begin(&(struct sim_datagrams_config){0});
    assert_true(sim_datagrams_due_ns(&way) == BJ_NEVER);
    put(1, 5);
    put(2, 5);
    assert_int_equal(sim_datagrams_due_ns(&way), 5);
    assert_int_equal(take(4), -1);
    assert_int_equal(take(5), 1);
    assert_int_equal(take(5), 2);
    assert_int_equal(take(5), -1);
}

static void test_latency(void **state)
{
    (void)state;
    begin(&(struct sim_datagrams_config){.latency_ns = 3 * MS});
    put(1, 0);
    put(2, MS);
    assert_int_equal(take(3 * MS - 1), -1);
    assert_int_equal(take(3 * MS), 1);
    assert_int_equal(sim_datagrams_due_ns(&way), 4 * MS);
}

/* Delay and disorder are two things: what overtakes is counted, and jitter does not. */
static void test_jitter_keeps_the_order(void **state)
{
    struct journey journey;
    (void)state;
    begin(&(struct sim_datagrams_config){.jitter_ns = 50 * MS});
    journey = travel();
    assert_int_equal(journey.arrived, MANY);
    assert_int_equal(journey.backwards, 0);
    assert_int_equal(way.reordered, 0);
    assert_in_range(journey.longest_ns, 45 * MS, 51 * MS);
    begin(&(struct sim_datagrams_config){
        .jitter_ns = 5 * MS, .reorder = 0.5, .reorder_ns = 50 * MS});
    journey = travel();
    assert_int_equal(journey.arrived, MANY);
    assert_in_range(way.reordered, MANY * 9 / 20, MANY * 11 / 20);
    assert_in_range(journey.backwards, MANY * 9 / 20, way.reordered);
}

static void test_loss_doubles_and_reordering_by_chance(void **state)
{
    struct journey journey;
    (void)state;
    begin(&(struct sim_datagrams_config){.loss = 0.1});
    journey = travel();
    assert_in_range(MANY - journey.arrived, 900, 1100);
    assert_int_equal(way.lost, MANY - journey.arrived);
    begin(&(struct sim_datagrams_config){.duplicate = 0.1});
    journey = travel();
    assert_in_range(journey.twice, 900, 1100);
    assert_int_equal(way.doubled, journey.twice);
    assert_int_equal(journey.arrived, MANY + journey.twice);
    begin(&(struct sim_datagrams_config){.reorder = 0.1});
    journey = travel();
    assert_int_equal(journey.arrived, MANY);
    assert_in_range(journey.backwards, 700, 1100);
    assert_int_equal(journey.longest_ns, 3 * MS);
}

static void test_the_same_seed_gives_the_same_journey(void **state)
{
    const struct sim_datagrams_config config = {
        .jitter_ns = 20 * MS, .loss = 0.1, .duplicate = 0.1, .reorder = 0.1};
    struct journey first, second;
    (void)state;
    begin(&config);
    first = travel();
    begin(&config);
    second = travel();
    assert_memory_equal(&first, &second, sizeof first);
}

static void test_a_stall_ends_in_a_burst(void **state)
{
    (void)state;
    begin(&(struct sim_datagrams_config){0});
    put(1, 0);
    sim_datagrams_stall(&way, 10 * MS);
    put(2, MS);
    put(3, 2 * MS);
    assert_int_equal(take(10 * MS - 1), -1);
    assert_int_equal(sim_datagrams_due_ns(&way), 10 * MS);
    for (int n = 1; n <= 3; n++) {
        assert_int_equal(take(10 * MS), n);
    }
}

static void test_drop_and_clear(void **state)
{
    (void)state;
    begin(&(struct sim_datagrams_config){0});
    sim_datagrams_drop(&way, 2);
    for (int n = 0; n < 4; n++) {
        put(n, 0);
    }
    assert_int_equal(take(0), 2);
    assert_int_equal(way.lost, 2);
    sim_datagrams_clear(&way);
    assert_int_equal(take(0), -1);
}

static void test_limits(void **state)
{
    static uint8_t bytes[SIM_DATAGRAM_BYTES + 1];
    struct bj_address from;
    uint16_t port;
    (void)state;
    begin(&(struct sim_datagrams_config){0});
    sim_datagrams_put(&way, 1, peer, bytes, sizeof bytes, 0);
    sim_datagrams_put(&way, 1, peer, bytes, 0, 0);
    assert_int_equal(way.lost, 2);
    for (int n = 0; n <= SIM_DATAGRAMS; n++) {
        put(n, 0);
    }
    assert_int_equal(way.lost, 3);
    assert_int_equal(sim_datagrams_take(&way, &port, &from, bytes, 2, 0), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_arrive_at_once_by_default, end),
        cmocka_unit_test_teardown(test_latency, end),
        cmocka_unit_test_teardown(test_jitter_keeps_the_order, end),
        cmocka_unit_test_teardown(test_loss_doubles_and_reordering_by_chance, end),
        cmocka_unit_test_teardown(test_the_same_seed_gives_the_same_journey, end),
        cmocka_unit_test_teardown(test_a_stall_ends_in_a_burst, end),
        cmocka_unit_test_teardown(test_drop_and_clear, end),
        cmocka_unit_test_teardown(test_limits, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
