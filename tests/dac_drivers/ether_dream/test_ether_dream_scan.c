/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ether_dream/ether_dream.h"
#include "ether_dream/ether_dream_listener.h"
#include "ether_dream/ether_dream_scan.h"
#include "fake_net.h"
#include "sim_ether_dream.h"

#define IP 0xc0a80114u

static struct fake_net *net;
static struct ed_listener scan;
static struct sim_host *device;
static struct bj_dac_info found[64];
static int found_count;

static void on_found(void *discovery, const struct bj_dac_info *info)
{
    assert_ptr_equal(discovery, &net);
    assert_true(found_count < 64);
    found[found_count++] = *info;
}

static int start(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();

    (void)state;
    net = fake_net_create();
    device = sim_ed_create(&config, 0);
    fake_net_add(net, IP, device);
    memset(&scan, 0, sizeof scan);
    found_count = 0;
    assert_int_equal(bj_ether_dream_scan.instance_size, sizeof scan);
    assert_int_equal(
        bj_ether_dream_scan.open(&scan, &(struct bj_transports){.net = fake_net_base(net)}),
        BJ_OK);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    bj_ether_dream_scan.close(&scan);
    assert_int_equal(fake_net_open_sockets(net), 0);
    sim_ed_destroy(device);
    fake_net_destroy(net);
    return 0;
}

static void look(int64_t now_ns)
{
    struct bj_wait wait;

    bj_wait_init(&wait);
    fake_net_advance(net, now_ns);
    found_count = 0;
    bj_ether_dream_scan.step(&scan, now_ns, &wait, on_found, &net);
    assert_int_equal(wait.count, 1);
    assert_int_equal(wait.handles[0].events, BJ_WAIT_READ);
}

static void test_finds_a_device_that_announces_itself(void **state)
{
    (void)state;
    look(BJ_NS_PER_S);
    assert_int_equal(found_count, 1);
    assert_ptr_equal(found[0].driver, &bj_ether_dream);
    assert_string_equal(found[0].id, "etherdream:0004a3112233");
    assert_string_equal(found[0].model, "Ether Dream 2");
    assert_string_equal(found[0].where, "192.168.1.20");
    assert_int_equal(found[0].address.ip, IP);
    assert_int_equal(found[0].address.port, 7765);
    assert_int_equal(found[0].max_pps, 100000);
    assert_int_equal(found[0].capacity_points, 3899);
    assert_false(found[0].busy);
    assert_string_equal(found[0].note, "");
    look(BJ_NS_PER_S + 1);
    assert_int_equal(found_count, 0);
}

static void test_tells_what_keeps_it_from_playing(void **state)
{
    (void)state;
    sim_ed_fault(device, 0, SIM_ED_ESTOP, 0);
    look(BJ_NS_PER_S);
    assert_string_equal(found[0].note, "in emergency stop");
    sim_ed_fault(device, BJ_NS_PER_S, SIM_ED_OTHER_CLIENT, 'c');
    sim_ed_fault(device, BJ_NS_PER_S, SIM_ED_SOURCE, 1);
    look(2 * BJ_NS_PER_S);
    assert_string_equal(found[0].note, "plays a source of its own, not the network");
}

static void inject(const uint8_t *bytes, size_t size)
{
    fake_net_inject(net, (struct bj_address){IP, 7654},
                    (struct bj_address){0xffffffffu, 7654}, bytes, size);
}

static void test_a_playing_device_is_busy(void **state)
{
    uint8_t bytes[36] = {1, 2, 3, 4, 5, 6, [18] = 2};

    (void)state;
    inject(bytes, sizeof bytes);
    look(1);
    assert_int_equal(found_count, 1);
    assert_true(found[0].busy);
}

static void test_nonsense_capacity_and_rate_make_careful(void **state)
{
    uint8_t bytes[36] = {1, 2, 3, 4, 5, 6, 1, 0, 2, 0, 255, 0, 0xff, 0xff, 0xff, 0xff};

    (void)state;
    inject(bytes, sizeof bytes);
    look(1);
    assert_int_equal(found[0].capacity_points, 1799);
    assert_int_equal(found[0].max_pps, BJ_CAREFUL_PPS);
    memset(bytes + 12, 0, 4);
    inject(bytes, sizeof bytes);
    look(2);
    assert_int_equal(found[0].max_pps, BJ_CAREFUL_PPS);
}

/* It is listed, but by the only thing that tells it from another. */
static void test_nobodys_address_on_the_wire_is_no_id(void **state)
{
    const uint8_t octets[] = {0, 0xff};
    uint8_t bytes[36] = {0};

    (void)state;
    for (size_t k = 0; k < sizeof octets; k++) {
        memset(bytes, octets[k], 6);
        inject(bytes, sizeof bytes);
        look((int64_t)k + 1);
        assert_int_equal(found_count, 1);
        assert_string_equal(found[0].id, "etherdream@192.168.1.20");
    }
}

static void test_short_ones_end_nothing(void **state)
{
    uint8_t bytes[36] = {1};

    (void)state;
    inject(bytes, 35);
    inject(bytes, 0);
    inject(bytes, 36);
    inject(bytes, 1);
    inject(bytes, 36);
    look(1);
    assert_int_equal(found_count, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_finds_a_device_that_announces_itself),
        TEST(test_tells_what_keeps_it_from_playing),
        TEST(test_a_playing_device_is_busy),
        TEST(test_nonsense_capacity_and_rate_make_careful),
        TEST(test_nobodys_address_on_the_wire_is_no_id),
        TEST(test_short_ones_end_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
