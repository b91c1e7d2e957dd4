/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake_net.h"
#include "idn/idn_finder.h"
#include "sim_idn.h"

#define MS BJ_NS_PER_MS

static struct fake_net *net;
static struct idn_finder finder;
static struct sim_host *devices[2];
static const uint32_t places[2] = {0x0a000005u, 0xc0a80705u};
static const struct fake_interface interfaces[] = {
    {BJ_LOOPBACK, 0x7fffffffu},
    {0x0a000001u, 0x0a0000ffu},
    {0xc0a80701u, 0xc0a807ffu},
};

static int start(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();

    (void)state;
    net = fake_net_create();
    fake_net_set_interfaces(net, interfaces, 3);
    for (int k = 0; k < 2; k++) {
        config.unit[7] = (uint8_t)k;
        devices[k] = sim_idn_create(&config, 0);
        fake_net_add(net, places[k], devices[k]);
    }
    memset(&finder, 0, sizeof finder);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    idn_finder_close(&finder);
    idn_finder_close(&finder); /* twice is fine */
    assert_int_equal(fake_net_open_sockets(net), 0);
    fake_net_destroy(net);
    for (int k = 0; k < 2; k++)
        sim_idn_destroy(devices[k]);
    return 0;
}

static int64_t step(int64_t now_ns)
{
    struct bj_wait wait;

    bj_wait_init(&wait);
    fake_net_advance(net, now_ns);
    idn_finder_step(&finder, now_ns, &wait);
    assert_int_equal(wait.count, 1);
    return wait.deadline_ns;
}

static unsigned drain(void)
{
    struct idn_sighting sighting;
    unsigned places_seen = 0;

    while (idn_finder_next(&finder, &sighting)) {
        assert_int_equal(sighting.command, IDN_SCAN_ANSWER);
        assert_int_equal(sighting.from.port, IDN_PORT);
        assert_int_equal(sighting.size, 40);
        places_seen |= (sighting.from.ip == places[0] ? 1u : 0) |
                       (sighting.from.ip == places[1] ? 2u : 0);
    }
    return places_seen;
}

/* From each, to both kinds of everybody; on loopback to its own. */
static void test_all_interfaces_are_asked(void **state)
{
    (void)state;
    assert_int_equal(idn_finder_open(&finder, fake_net_base(net)), BJ_OK);
    assert_int_equal(fake_net_open_sockets(net), 1);
    step(0);
    assert_int_equal(drain(), 3);
    assert_int_equal(sim_idn_counters(devices[0])->scans, 2);
    assert_int_equal(sim_idn_counters(devices[1])->scans, 2);
}

static void test_it_asks_twice_a_second(void **state)
{
    (void)state;
    assert_int_equal(idn_finder_open(&finder, fake_net_base(net)), BJ_OK);
    assert_int_equal(step(0), 500 * MS);
    assert_int_equal(step(499 * MS), 500 * MS);
    assert_int_equal(sim_idn_counters(devices[0])->scans, 2);
    assert_int_equal(step(500 * MS), 1000 * MS);
    assert_int_equal(sim_idn_counters(devices[0])->scans, 4);
}

/* Behind a router, where broadcasts do not go. */
static void test_a_known_place_is_asked_too(void **state)
{
    static const struct fake_interface alone = {0xac100001u, 0xac1000ffu};

    (void)state;
    fake_net_set_interfaces(net, &alone, 1);
    assert_int_equal(idn_finder_open(&finder, fake_net_base(net)), BJ_OK);
    step(0);
    assert_int_equal(drain(), 0);
    finder.also = (struct bj_address){places[1], IDN_PORT};
    step(500 * MS);
    assert_int_equal(drain(), 2);
}

static void test_a_map_can_be_asked_for(void **state)
{
    struct idn_sighting sighting;
    struct idn_map map;

    (void)state;
    assert_int_equal(idn_finder_open(&finder, fake_net_base(net)), BJ_OK);
    idn_finder_ask_map(&finder, (struct bj_address){places[0], IDN_PORT});
    assert_true(idn_finder_next(&finder, &sighting));
    assert_int_equal(sighting.command, IDN_MAP_ANSWER);
    assert_true(idn_decode_map(sighting.payload, sighting.size, &map));
    assert_string_equal(map.services[0].name, "Laser");
    assert_false(idn_finder_next(&finder, &sighting));
}

static void test_no_network_is_told(void **state)
{
    struct idn_sighting sighting;
    struct bj_wait wait;

    (void)state;
    fake_net_set_udp_open(net, BJ_NO_PERMISSION);
    assert_int_equal(idn_finder_open(&finder, fake_net_base(net)), BJ_NO_PERMISSION);
    bj_wait_init(&wait);
    idn_finder_step(&finder, 0, &wait);
    assert_int_equal(wait.deadline_ns, BJ_NEVER);
    assert_false(idn_finder_next(&finder, &sighting));
}

/* However many there are, and one that came up while it was looking. */
static void test_the_last_of_many_interfaces_is_asked(void **state)
{
    enum { MANY = 300 };
    static struct fake_interface many[MANY];

    (void)state;
    for (uint32_t k = 0; k < MANY; k++)
        many[k] = (struct fake_interface){0xac100001u + (k << 8), 0xac1000ffu + (k << 8)};
    fake_net_set_interfaces(net, many, MANY);
    assert_int_equal(idn_finder_open(&finder, fake_net_base(net)), BJ_OK);
    step(0);
    assert_int_equal(drain(), 0);
    many[MANY - 1] = interfaces[2];
    step(500 * MS);
    assert_int_equal(drain(), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_interfaces_are_asked),
        TEST(test_it_asks_twice_a_second),
        TEST(test_a_known_place_is_asked_too),
        TEST(test_a_map_can_be_asked_for),
        TEST(test_no_network_is_told),
        TEST(test_the_last_of_many_interfaces_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
