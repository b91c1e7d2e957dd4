/* SPDX-License-Identifier: MIT
 *
 * The unit on its network: ports, time, the way there and back.
 */
#include "sim_idn_fixture.h"

static struct idn_fixture the_fixture, *const fixture = &the_fixture;

#define MS IDN_FIXTURE_MS

static void test_one_port_and_no_connections(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn");
    assert_int_equal(fixture->host->ops->udp_ports[0], 7255);
    assert_int_equal(fixture->host->ops->udp_ports[1], 0);
    assert_int_equal(fixture->host->ops->tcp_ports[0], 0);
    assert_int_equal(fixture->host->ops->accept(fixture->host, 7255, 0), -1);
    fixture->host->ops->datagram_in(fixture->host, 7256, fixture->client, "\x10\0\0\0", 4,
                                    0);
    assert_int_equal(idn_fixture_hear(fixture).size, 0);
    idn_fixture_stop(fixture);
}

static void test_the_way_takes_time(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();

    (void)state;
    config.link.latency_ns = 3 * MS;
    idn_fixture_start(fixture, &config);
    assert_int_equal(idn_fixture_ask(fixture, 0x10).size, 0);
    assert_int_equal(fixture->host->ops->next_event_ns(fixture->host, 0), 3 * MS);
    idn_fixture_wait_ms(fixture, 3);
    assert_int_equal(idn_fixture_hear(fixture).size, 0);
    assert_int_equal(fixture->host->ops->next_event_ns(fixture->host, 3 * MS), 6 * MS);
    idn_fixture_wait_ms(fixture, 3);
    assert_int_equal(idn_fixture_hear(fixture).size, 44);
    sim_idn_set_link(fixture->host, &(struct sim_datagrams_config){0});
    assert_int_equal(idn_fixture_ask(fixture, 0x10).size, 44);
    idn_fixture_stop(fixture);
}

static bool is_same_point(const struct sim_idn_point *a, const struct sim_idn_point *b)
{
    return a->time_ns == b->time_ns && a->service == b->service && a->bridge == b->bridge &&
           a->x == b->x && a->y == b->y && a->r == b->r && a->g == b->g && a->b == b->b &&
           a->i == b->i;
}

/* What happens between two looks happens in its order. */
static void test_long_looks_are_exact(void **state)
{
    static struct idn_fixture other;
    struct sim_idn_config config = sim_idn_defaults();

    (void)state;
    config.link.latency_ns = 2 * MS;
    idn_fixture_start(fixture, &config);
    idn_fixture_start(&other, &config);
    for (int k = 0; k < 20; k++) {
        idn_fixture_wave(fixture, k == 0 ? 1 : -1, 150 * k, 150, 5000);
        idn_fixture_wave(&other, k == 0 ? 1 : -1, 150 * k, 150, 5000);
        for (int part = 0; part < 50; part++) {
            idn_fixture_wait_ms(&other, 0.1);
        }
        idn_fixture_wait_ms(fixture, 5);
    }
    for (int part = 0; part < 2000; part++) {
        idn_fixture_wait_ms(&other, 1);
    }
    idn_fixture_wait_ms(fixture, 2000);
    assert_int_equal(fixture->played_count, 3000);
    assert_int_equal(other.played_count, 3000);
    for (int k = 0; k < 3000; k++) {
        assert_true(is_same_point(&fixture->played[k], &other.played[k]));
    }
    assert_int_equal(sim_idn_connections(fixture->host), 0);
    idn_fixture_stop(fixture);
    idn_fixture_stop(&other);
}

static void test_the_same_seed_does_the_same(void **state)
{
    uint64_t lost[3];

    (void)state;
    for (int run = 0; run < 3; run++) {
        struct sim_idn_config config = sim_idn_defaults();
        config.link.loss = 0.3;
        config.seed = run == 2 ? 8 : 7;
        idn_fixture_start(fixture, &config);
        lost[run] = 0;
        for (int k = 0; k < 60; k++) {
            lost[run] = lost[run] * 2 + (idn_fixture_ask(fixture, 0x10).size == 0);
        }
        idn_fixture_stop(fixture);
    }
    assert_true(lost[0] == lost[1]);
    assert_true(lost[0] != lost[2]);
}

static void test_bytes_nobody_would_send(void **state)
{
    struct sim_random random = {.state = 5};
    uint8_t bytes[600];

    (void)state;
    idn_fixture_start_as(fixture, "openidn");
    idn_fixture_wave(fixture, 1, 0, 150, 5000);
    for (int k = 0; k < 20000; k++) {
        size_t size = (size_t)sim_random_upto(&random, sizeof bytes - 1) + 1;
        for (size_t n = 0; n < size; n++) {
            bytes[n] = (uint8_t)sim_random_next(&random);
        }
        bytes[0] = k % 2 ? 0x41 : 0x40;
        bytes[1] = 0;
        if (size > 8) {
            bytes[4] = (uint8_t)((size - 4) >> 8);
            bytes[5] = (uint8_t)(size - 4);
            bytes[6] |= 0x80;
            bytes[7] &= 0xc3;
        }
        idn_fixture_send_raw(fixture, bytes, size);
        while (idn_fixture_hear(fixture).size > 0) {
        }
        if (k % 50 == 0) {
            idn_fixture_wait_ms(fixture, 1);
        }
    }
    idn_fixture_stop(fixture);
}

static void test_destroying_nothing(void **state)
{
    (void)state;
    sim_idn_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_port_and_no_connections),
        cmocka_unit_test(test_the_way_takes_time),
        cmocka_unit_test(test_long_looks_are_exact),
        cmocka_unit_test(test_the_same_seed_does_the_same),
        cmocka_unit_test(test_bytes_nobody_would_send),
        cmocka_unit_test(test_destroying_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
