/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_scan.h"
#include "lasercube_fixture.h"

#include <stdlib.h>

#define OTHER_IP 0x0a000006u

static struct fake_net *net;
static struct sim_host *one, *two;
static void *scan;
static struct bj_wait wait_;
static struct bj_dac_info found[8];
static int count;

static void on_found(void *user, const struct bj_dac_info *info)
{
    (void)user;
    assert_true(count < 8);
    int k = 0;

    while (k < count && strcmp(found[k].id, info->id) != 0)
        k++;
    found[k] = *info; /* as discovery merges them */
    count = k == count ? count + 1 : count;
}

static int setup(void **state)
{
    struct sim_lc_config config = sim_lc_defaults();
    struct bj_transports via = {0};

    (void)state;
    net = fake_net_create();
    one = sim_lc_create(&config, 0);
    config.serial[5] = 0x44;
    config.model_name = "Ultra Mk2";
    config.battery = 15;
    two = sim_lc_create(&config, 0);
    fake_net_add(net, LCW_IP, one);
    scan = calloc(1, bj_lasercube_scan.instance_size);
    via.net = fake_net_base(net);
    assert_int_equal(bj_lasercube_scan.open(scan, &via), BJ_OK);
    count = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    bj_lasercube_scan.close(scan);
    assert_int_equal(fake_net_open_sockets(net), 0);
    free(scan);
    fake_net_destroy(net);
    sim_lc_destroy(one);
    sim_lc_destroy(two);
    return 0;
}

static void run_ms(int64_t from_ms, int64_t to_ms)
{
    for (int64_t ms = from_ms; ms <= to_ms; ms++) {
        fake_net_advance(net, ms * LCW_MS);
        bj_wait_init(&wait_);
        bj_lasercube_scan.step(scan, ms * LCW_MS, &wait_, on_found, NULL);
    }
}

static void test_finds_by_broadcast(void **state)
{
    (void)state;
    run_ms(0, 10);
    assert_int_equal(count, 1);
    assert_string_equal(found[0].id, LCW_ID);
    assert_string_equal(found[0].model, "LaserCube");
    assert_string_equal(found[0].where, "10.0.0.5");
    assert_int_equal(found[0].address.ip, LCW_IP);
    assert_int_equal(found[0].address.port, 45457);
    assert_int_equal(found[0].max_pps, 60000);
    assert_int_equal(found[0].capacity_points, 6000);
    assert_false(found[0].busy);
    assert_string_equal(found[0].note, "");
    assert_ptr_equal(found[0].driver, &bj_lasercube);
}

static void test_asks_again_soon_and_then_every_second(void **state)
{
    (void)state;
    run_ms(0, 3100);
    assert_int_equal(sim_lc_counters(one)->infos, 2 * 4); /* at 0, 0.2, 1.2, 2.2 s */
    assert_int_equal(wait_.deadline_ns, 3200 * LCW_MS);
    assert_int_equal(wait_.count, 1);
}

static void test_several_and_what_is_worth_a_note(void **state)
{
    (void)state;
    fake_net_add(net, OTHER_IP, two);
    run_ms(0, 10);
    assert_int_equal(count, 2);
    assert_string_equal(found[1].id, "lasercube:0004A3112244");
    assert_string_equal(found[1].model, "Ultra Mk2");
    assert_string_equal(found[1].note, "battery at 15 %");
}

static void test_asks_on_every_interface(void **state)
{
    static const struct fake_interface list[] = {
        {0x0a000001u, 0x0a0000ffu}, {0xac100001u, 0}, {0xc0a80101u, 0xc0a801ffu}};
    (void)state;
    fake_net_set_interfaces(net, list, 3);
    fake_net_add(net, 0xc0a80107u, two);
    run_ms(0, 10);
    assert_int_equal(count, 2);
}

static void test_nonsense_is_not_found(void **state)
{
    (void)state;
    sim_lc_fault(one, 0, SIM_LC_GARBAGE, 1000);
    run_ms(0, 3000);
    assert_int_equal(count, 0);
    sim_lc_fault(one, 3000 * LCW_MS, SIM_LC_GARBAGE, 0);
    run_ms(3001, 4500);
    assert_true(count > 0);
}

static void test_without_a_serial_the_address_names_it(void **state)
{
    struct sim_lc_config config = sim_lc_defaults();
    (void)state;
    sim_lc_destroy(two);
    memset(config.serial, 0, sizeof config.serial);
    two = sim_lc_create(&config, 0);
    fake_net_add(net, OTHER_IP, two);
    run_ms(0, 10);
    assert_int_equal(count, 2);
    assert_string_equal(found[1].id, "lasercube@10.0.0.6");
}

static void test_without_a_network(void **state)
{
    struct bj_transports none = {0};
    (void)state;
    assert_int_equal(bj_lasercube_scan.open(scan, &none), BJ_UNSUPPORTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_finds_by_broadcast),
        TEST(test_asks_again_soon_and_then_every_second),
        TEST(test_several_and_what_is_worth_a_note),
        TEST(test_asks_on_every_interface),
        TEST(test_nonsense_is_not_found),
        TEST(test_without_a_serial_the_address_names_it),
        TEST(test_without_a_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
