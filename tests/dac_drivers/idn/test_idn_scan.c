/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_net.h"
#include "idn/idn.h"
#include "idn/idn_scan.h"
#include "sim_idn.h"

#define MS BJ_NS_PER_MS
#define IP 0x0a000005u
#define OTHER_IP 0x0a000006u

static struct fake_net *net;
static struct sim_host *device;
static void *scan;
static int64_t now_ns;
static struct bj_dac_info found[16];
static int found_count;

/* As discovery merges them. */
static void on_found(void *discovery, const struct bj_dac_info *info)
{
    int k = 0;

    assert_ptr_equal(discovery, &net);
    assert_ptr_equal(info->driver, &bj_idn);
    while (k < found_count && strcmp(found[k].id, info->id) != 0)
        k++;
    assert_true(k < 16);
    found[k] = *info;
    if (k == found_count)
        found_count++;
}

static void start_with(const struct sim_idn_config *config)
{
    const struct bj_transports via = {.net = (net = fake_net_create(), fake_net_base(net))};

    device = sim_idn_create(config, 0);
    fake_net_add(net, IP, device);
    scan = calloc(1, bj_idn_scan.instance_size);
    now_ns = 0;
    found_count = 0;
    assert_int_equal(bj_idn_scan.open(scan, &via), BJ_OK);
}

static void finish(void)
{
    bj_idn_scan.close(scan);
    free(scan);
    assert_int_equal(fake_net_open_sockets(net), 0);
    fake_net_destroy(net);
    sim_idn_destroy(device);
}

static void look_for_ms(int64_t ms)
{
    for (int64_t end_ns = now_ns + ms * MS; now_ns < end_ns; now_ns += 5 * MS) {
        struct bj_wait wait;
        bj_wait_init(&wait);
        fake_net_advance(net, now_ns);
        bj_idn_scan.step(scan, now_ns, &wait, on_found, &net);
    }
}

static void test_every_laser_output_is_a_dac(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();

    (void)state;
    config.services[1] = (struct sim_idn_service_config){.id = 9, .name = "Second"};
    config.services[2] = (struct sim_idn_service_config){.id = 10, .type = 0x05};
    config.service_count = 3;
    strcpy(config.relay, "behind it");
    start_with(&config);
    look_for_ms(100);
    assert_int_equal(found_count, 2);
    assert_string_equal(found[0].id, "idn:010004a3112233-1");
    assert_string_equal(found[0].model, "simulated Laser");
    assert_string_equal(found[0].where, "10.0.0.5");
    assert_string_equal(found[0].note, "");
    assert_int_equal(found[0].address.ip, IP);
    assert_false(found[0].busy);
    assert_string_equal(found[1].id, "idn:010004a3112233-9");
    assert_string_equal(found[1].model, "simulated Second");
    finish();
}

/* Known receivers give their laser output a type of their own. */
static void test_what_may_be_a_laser_is_told_to_be_named(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();

    (void)state;
    config.services[0].type = 0x01;
    config.services[1] = (struct sim_idn_service_config){.id = 9, .type = 0x84};
    config.service_count = 2;
    start_with(&config);
    look_for_ms(100);
    assert_int_equal(found_count, 1);
    assert_string_equal(found[0].id, "idn:010004a3112233-1");
    assert_true(found[0].on_request);
    assert_non_null(strstr(found[0].note, "type 01"));
    finish();
    memset(config.unit, 0, sizeof config.unit);
    config.services[1] = (struct sim_idn_service_config){.id = 9, .name = "Second"};
    start_with(&config);
    look_for_ms(100);
    assert_int_equal(found_count, 2);
    assert_string_equal(found[0].id, "idn@10.0.0.5/1");
    assert_true(found[0].on_request);
    assert_string_equal(found[1].id, "idn@10.0.0.5");
    assert_false(found[1].on_request);
    finish();
}

static void test_what_a_unit_says_of_itself(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();

    (void)state;
    start_with(&config);
    sim_idn_fault(device, 0, SIM_IDN_STATUS, 0x50);
    look_for_ms(100);
    assert_int_equal(found_count, 1);
    assert_true(found[0].busy);
    assert_non_null(strstr(found[0].note, "offline"));
    sim_idn_fault(device, now_ns, SIM_IDN_STATUS, 0x80);
    look_for_ms(600);
    assert_non_null(strstr(found[0].note, "broken"));
    sim_idn_fault(device, now_ns, SIM_IDN_STATUS, 0x20);
    look_for_ms(600);
    assert_non_null(strstr(found[0].note, "excludes"));
    finish();
}

static void test_outputs_may_come_and_go(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();

    (void)state;
    start_with(&config);
    sim_idn_fault(device, 0, SIM_IDN_HIDE, 1);
    look_for_ms(3000);
    assert_int_equal(found_count, 0);
    sim_idn_fault(device, now_ns, SIM_IDN_HIDE, 0);
    look_for_ms(3000);
    assert_int_equal(found_count, 1);
    sim_idn_fault(device, now_ns, SIM_IDN_HIDE, 1);
    look_for_ms(3000);
    found_count = 0;
    look_for_ms(1000);
    assert_int_equal(found_count, 0);
    finish();
}

/* It is asked again; and with a map that takes longer than the questions are apart. */
static void test_losses_and_slow_answers(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();

    (void)state;
    config.link.loss = 0.5;
    start_with(&config);
    look_for_ms(5000);
    assert_int_equal(found_count, 1);
    finish();
    config.link.loss = 0;
    start_with(&config);
    sim_idn_fault(device, 0, SIM_IDN_SLOW_MAP, 900 * MS);
    look_for_ms(2000);
    assert_int_equal(found_count, 1);
    finish();
}

/* Two addresses are one unit, which stays where it was as long as it answers there. */
static void test_a_unit_on_two_networks(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();
    struct sim_host *again;

    (void)state;
    start_with(&config);
    look_for_ms(100);
    again = sim_idn_create(&config, now_ns);
    fake_net_add(net, OTHER_IP, again);
    look_for_ms(3000);
    assert_int_equal(found_count, 1);
    assert_int_equal(found[0].address.ip, IP);
    fake_net_remove(net, IP);
    look_for_ms(3000);
    assert_int_equal(found_count, 1);
    assert_int_equal(found[0].address.ip, OTHER_IP);
    finish();
    sim_idn_destroy(again);
}

static void test_units_without_identity_are_known_by_their_places(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();
    struct sim_host *twin;

    (void)state;
    memset(config.unit + 1, 0, 15);
    start_with(&config);
    twin = sim_idn_create(&config, 0);
    fake_net_add(net, OTHER_IP, twin);
    look_for_ms(1000);
    assert_int_equal(found_count, 2);
    assert_string_equal(found[0].id, "idn@10.0.0.5");
    assert_string_equal(found[1].id, "idn@10.0.0.6");
    assert_true(bj_idn.accepts_id(found[1].id));
    finish();
    sim_idn_destroy(twin);
}

static void test_without_a_network_there_is_no_scan(void **state)
{
    const struct bj_transports via = {0};

    (void)state;
    scan = calloc(1, bj_idn_scan.instance_size);
    assert_int_equal(bj_idn_scan.open(scan, &via), BJ_UNSUPPORTED);
    free(scan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_laser_output_is_a_dac),
        cmocka_unit_test(test_what_may_be_a_laser_is_told_to_be_named),
        cmocka_unit_test(test_what_a_unit_says_of_itself),
        cmocka_unit_test(test_outputs_may_come_and_go),
        cmocka_unit_test(test_losses_and_slow_answers),
        cmocka_unit_test(test_a_unit_on_two_networks),
        cmocka_unit_test(test_units_without_identity_are_known_by_their_places),
        cmocka_unit_test(test_without_a_network_there_is_no_scan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
