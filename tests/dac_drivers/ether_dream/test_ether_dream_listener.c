/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ether_dream/ether_dream_listener.h"
#include "fake_net.h"

/* What comes is told one by one, made sane; what is too short is skipped. */
static void test_hears_one_after_the_other(void **state)
{
    const struct bj_address from_port = {0xc0a80114u, 7654}, everybody = {~0u, 7654};
    uint8_t bytes[36] = {1, 2, 3, 4, 5, 6};
    struct fake_net *net = fake_net_create();
    struct ed_listener listener = {0};
    struct ed_broadcast broadcast;
    struct bj_address from;

    (void)state;
    assert_int_equal(ed_listener_open(&listener, fake_net_base(net)), BJ_OK);
    fake_net_inject(net, from_port, everybody, bytes, 35);
    fake_net_inject(net, from_port, everybody, bytes, 36);
    assert_true(ed_listener_next(&listener, &broadcast, &from));
    assert_int_equal(from.ip, from_port.ip);
    assert_int_equal(broadcast.mac[5], 6);
    assert_int_equal(broadcast.max_rate, BJ_CAREFUL_PPS);
    assert_false(ed_listener_next(&listener, &broadcast, &from));
    ed_listener_close(&listener);
    assert_false(ed_listener_next(&listener, &broadcast, &from));
    assert_int_equal(fake_net_open_sockets(net), 0);
    fake_net_destroy(net);
}

static void test_a_taken_port_is_an_error_not_a_crash(void **state)
{
    struct fake_net *net = fake_net_create();
    struct ed_listener other = {0};
    struct ed_broadcast broadcast;
    struct bj_address from;

    (void)state;
    fake_net_set_udp_open(net, BJ_BUSY);
    assert_int_equal(ed_listener_open(&other, fake_net_base(net)), BJ_BUSY);
    assert_false(ed_listener_next(&other, &broadcast, &from));
    ed_listener_close(&other);
    assert_int_equal(fake_net_open_sockets(net), 0);
    fake_net_destroy(net);
}

static void test_ids(void **state)
{
    const uint8_t mac[] = {0xd8, 0x80, 0x39, 0x0a, 0xff, 0};
    char id[ED_ID_SIZE];
    uint8_t back[6];

    (void)state;
    ed_format_id(mac, id);
    assert_string_equal(id, "etherdream:d880390aff00");
    assert_true(ed_parse_id(id, back));
    assert_memory_equal(mac, back, 6);
    assert_true(ed_parse_id("etherdream:D880390AFF00", back));
    assert_memory_equal(mac, back, 6);
    assert_false(ed_parse_id("", back));
    assert_false(ed_parse_id("etherdream:", back));
    assert_false(ed_parse_id("etherdream:d880390aff0", back));
    assert_false(ed_parse_id("etherdream:d880390aff000", back));
    assert_false(ed_parse_id("etherdream:d880390aff0 ", back));
    assert_false(ed_parse_id("etherdreamed880390aff00", back));
    assert_false(ed_parse_id("etherdream:000000000000", back)); /* nobody's */
    assert_false(ed_parse_id("etherdream:ffffffffffff", back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hears_one_after_the_other),
        cmocka_unit_test(test_a_taken_port_is_an_error_not_a_crash),
        cmocka_unit_test(test_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
