/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_search.h"
#include "lasercube_fixture.h"

/* Soon again, for the first question may get lost; then once a second. */
static void test_asks_when_it_is_due(void **state)
{
    struct sim_lc_config config = sim_lc_defaults();
    struct sim_host *device = sim_lc_create(&config, 0);
    struct fake_net *net = fake_net_create();
    struct lc_search search = {0};
    struct lc_info info;
    struct bj_address from;
    (void)state;
    fake_net_add(net, LCW_IP, device);
    assert_int_equal(lc_search_open(&search, fake_net_base(net)), BJ_OK);
    lc_search_ask(&search, 0);
    lc_search_ask(&search, 0);
    assert_int_equal(search.asked, 1);
    assert_int_equal(search.next_ns, 200 * LCW_MS);
    fake_net_advance(net, 10 * LCW_MS);
    assert_true(lc_search_next(&search, &info, &from));
    assert_int_equal(from.ip, LCW_IP);
    assert_true(lc_has_serial(&info));
    lc_search_ask(&search, 200 * LCW_MS);
    assert_int_equal(search.next_ns, 1200 * LCW_MS);
    lc_search_close(&search);
    fake_net_destroy(net);
    sim_lc_destroy(device);
}

static void test_without_permission(void **state)
{
    struct lc_search search = {0};
    struct fake_net *net = fake_net_create();
    struct lc_info info;
    struct bj_address from;
    (void)state;
    fake_net_set_udp_open(net, BJ_NO_PERMISSION);
    assert_int_equal(lc_search_open(&search, fake_net_base(net)), BJ_NO_PERMISSION);
    lc_search_ask(&search, 0);
    assert_false(lc_search_next(&search, &info, &from));
    lc_search_close(&search);
    assert_int_equal(fake_net_open_sockets(net), 0);
    fake_net_destroy(net);
}

static void test_ids(void **state)
{
    uint8_t serial[LC_SERIAL_SIZE];
    char id[LC_ID_SIZE];
    (void)state;
    assert_true(lc_parse_id("lasercube:0004a3112233", serial));
    lc_format_id(serial, id);
    assert_string_equal(id, "lasercube:0004A3112233");
    assert_false(lc_parse_id("lasercube:0004a311223", serial));
    assert_false(lc_parse_id("lasercube:0004a31122334", serial));
    assert_false(lc_parse_id("lasercube:0004a311223g", serial));
    assert_false(lc_parse_id("lasercubE:0004a3112233", serial));
    assert_false(lc_parse_id("lasercube:000000000000", serial));
    assert_false(lc_parse_id("lasercube:ffffffffffff", serial));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asks_when_it_is_due),
        cmocka_unit_test(test_without_permission),
        cmocka_unit_test(test_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
