/* SPDX-License-Identifier: MIT
 *
 * Clients and broadcasts of the simulated Ether Dream, without any driver.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_fixture.h"

/* ---- Clients ------------------------------------------------------------------------- */

static void test_two_clients_share_the_device(void **state)
{
    struct fixture *fixture = *state;
    int first = fixture->client;

    fixture_ask(fixture, "70");
    fixture_ask_data(fixture, 100);
    fixture->client = fixture_connect(fixture);
    struct fixture_reply hello = fixture_reply(fixture);
    assert_int_equal(hello.playback, 1);
    assert_int_equal(hello.fullness, 100);
    assert_int_equal(fixture_ask(fixture, "73").code, 'a');
    fixture->client = first;
    assert_int_equal(fixture_ask_data(fixture, 10).code, 'I');
}

static void test_each_client_has_its_own_parser(void **state)
{
    struct fixture *fixture = *state;
    int first = fixture->client;

    fixture_ask(fixture, "70");
    fixture_data_header(fixture, 2);
    fixture_points(fixture, 1, 0, 0);
    fixture->client = fixture_connect(fixture);
    fixture_reply(fixture);
    assert_int_equal(fixture_ask(fixture, "3f").fullness, 1);
    fixture->client = first;
    fixture_points(fixture, 1, 0, 0);
    assert_int_equal(fixture_reply(fixture).fullness, 2);
}

static void test_close_stops_an_ether_dream_2(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 100, 1000);
    fixture_at_ms(fixture, 65);
    fixture->host->ops->hang_up(fixture->host, fixture->client, fixture->now_ns);
    fixture_at_ms(fixture, 200);
    struct sim_ed_status status = sim_ed_status(fixture->host);
    assert_int_equal(status.playback, 0);
    assert_int_equal(status.fullness, 35);
    assert_int_equal(status.playback_flags & 6, 0);
    assert_int_equal(fixture->played_count, 65);
}

static void test_close_does_not_stop_an_ether_dream_1(void **state)
{
    struct fixture *fixture = *state;
    fixture_restart_as(fixture, "ed1");
    fixture_play(fixture, 100, 1000);
    fixture_at_ms(fixture, 65);
    fixture->host->ops->hang_up(fixture->host, fixture->client, fixture->now_ns);
    fixture_at_ms(fixture, 70);
    assert_int_equal(sim_ed_status(fixture->host).playback, 2);
    fixture_at_ms(fixture, 200);
    assert_int_equal(fixture->played_count, 100);
    assert_int_equal(sim_ed_status(fixture->host).playback_flags & 6, 2);
}

static void test_closing_an_onlooker_stops_nothing(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 100, 1000);
    int onlooker = fixture_connect(fixture);
    fixture->host->ops->hang_up(fixture->host, onlooker, fixture->now_ns);
    fixture_at_ms(fixture, 10);
    assert_int_equal(sim_ed_status(fixture->host).playback, 2);
}

static void test_who_streams_is_who_sent_the_points(void **state)
{
    struct fixture *fixture = *state;
    int first = fixture->client;

    fixture->client = fixture_connect(fixture);
    fixture_reply(fixture);
    fixture_play(fixture, 100, 1000);
    fixture->host->ops->hang_up(fixture->host, first, fixture->now_ns);
    assert_int_equal(sim_ed_status(fixture->host).playback, 2);
    fixture->host->ops->hang_up(fixture->host, fixture->client, fixture->now_ns);
    assert_int_equal(sim_ed_status(fixture->host).playback, 0);
}

static void test_last_words_before_a_close_are_heard(void **state)
{
    struct fixture *fixture = *state;
    struct sim_ed_config config = sim_ed_defaults();

    fixture_stop(fixture);
    config.profile = *sim_ed_profile("ed1");
    config.link.latency_ns = 5 * BJ_NS_PER_MS;
    fixture_start(fixture, config);
    fixture_send_hex(fixture, "70 73");
    fixture->host->ops->hang_up(fixture->host, fixture->client, fixture->now_ns);
    fixture_at_ms(fixture, 20);
    assert_int_equal(sim_ed_counters(fixture->host)->stops, 1);
}

static void test_clients_beyond_the_limit_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct sim_ed_profile profile = *sim_ed_profile("ed2");

    for (int n = 1; n < profile.max_clients; n++) {
        assert_true(fixture_connect(fixture) >= 0);
    }
    assert_int_equal(fixture_connect(fixture), -1);
    fixture->host->ops->hang_up(fixture->host, fixture->client, fixture->now_ns);
    assert_true(fixture_connect(fixture) >= 0);
    profile.max_clients = 1;
    fixture_restart_with(fixture, profile);
    assert_int_equal(fixture_connect(fixture), -1);
}

static void test_other_ports_are_closed(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture->host->ops->accept(fixture->host, 7766, fixture->now_ns), -1);
}

/* ---- Broadcasts ---------------------------------------------------------------------- */

static void test_broadcasts_every_second_in_every_state(void **state)
{
    struct fixture *fixture = *state;
    struct bj_address to;
    uint8_t bytes[64];
    uint16_t port;
    int seen = 0;

    fixture_play(fixture, 3000, 1000);
    for (int ms = 0; ms < 10000; ms += 50) {
        fixture_at_ms(fixture, ms);
        if (ms == 5000) {
            fixture_ask(fixture, "00");
        }
        size_t size = fixture->host->ops->datagram_out(fixture->host, &port, &to, bytes,
                                                       sizeof bytes, fixture->now_ns);
        if (size == 0) {
            continue;
        }
        assert_int_equal(size, 36);
        assert_int_equal(to.ip, 0xffffffff);
        assert_int_equal(to.port, 7654);
        assert_int_equal(ms, 100 + 1000 * seen);
        assert_int_equal(bytes[18], ms < 3001 ? 2 : 0);
        assert_int_equal(bytes[17], ms < 5000 ? 0 : 3);
        assert_int_equal(bytes[26] | bytes[27] << 8, ms < 3000 ? 3000 - ms : 0);
        seen++;
    }
    assert_int_equal(seen, 10);
}

static void test_next_event_is_the_next_broadcast(void **state)
{
    struct fixture *fixture = *state;
    struct bj_address to;
    uint8_t bytes[64];
    uint16_t port;

    assert_int_equal(fixture->host->ops->next_event_ns(fixture->host, 0),
                     100 * BJ_NS_PER_MS);
    fixture_at_ms(fixture, 150);
    assert_int_equal(fixture->host->ops->next_event_ns(fixture->host, fixture->now_ns),
                     fixture->now_ns);
    fixture->host->ops->datagram_out(fixture->host, &port, &to, bytes, sizeof bytes,
                                     fixture->now_ns);
    assert_int_equal(fixture->host->ops->next_event_ns(fixture->host, fixture->now_ns),
                     1100 * BJ_NS_PER_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_two_clients_share_the_device),
        FIXTURE_TEST(test_each_client_has_its_own_parser),
        FIXTURE_TEST(test_close_stops_an_ether_dream_2),
        FIXTURE_TEST(test_close_does_not_stop_an_ether_dream_1),
        FIXTURE_TEST(test_closing_an_onlooker_stops_nothing),
        FIXTURE_TEST(test_who_streams_is_who_sent_the_points),
        FIXTURE_TEST(test_last_words_before_a_close_are_heard),
        FIXTURE_TEST(test_clients_beyond_the_limit_are_refused),
        FIXTURE_TEST(test_other_ports_are_closed),
        FIXTURE_TEST(test_broadcasts_every_second_in_every_state),
        FIXTURE_TEST(test_next_event_is_the_next_broadcast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
