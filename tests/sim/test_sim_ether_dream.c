/* SPDX-License-Identifier: MIT
 *
 * Clients and broadcasts of the simulated Ether Dream, without any driver.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_rig.h"

/* ---- Clients ------------------------------------------------------------------------- */

static void test_two_clients_share_the_device(void **state)
{
    struct rig *rig = *state;
    int first = rig->client;

    rig_ask(rig, "70");
    rig_ask_data(rig, 100);
    rig->client = rig_connect(rig);
    struct rig_reply hello = rig_reply(rig);
    assert_int_equal(hello.playback, 1);
    assert_int_equal(hello.fullness, 100);
    assert_int_equal(rig_ask(rig, "73").code, 'a');
    rig->client = first;
    assert_int_equal(rig_ask_data(rig, 10).code, 'I');
}

static void test_each_client_has_its_own_parser(void **state)
{
    struct rig *rig = *state;
    int first = rig->client;

    rig_ask(rig, "70");
    rig_data_header(rig, 2);
    rig_points(rig, 1, 0, 0);
    rig->client = rig_connect(rig);
    rig_reply(rig);
    assert_int_equal(rig_ask(rig, "3f").fullness, 1);
    rig->client = first;
    rig_points(rig, 1, 0, 0);
    assert_int_equal(rig_reply(rig).fullness, 2);
}

static void test_close_stops_an_ether_dream_2(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 100, 1000);
    rig_at_ms(rig, 65);
    rig->host->ops->hang_up(rig->host, rig->client, rig->now_ns);
    rig_at_ms(rig, 200);
    struct sim_ed_status status = sim_ed_status(rig->host);
    assert_int_equal(status.playback, 0);
    assert_int_equal(status.fullness, 35);
    assert_int_equal(status.playback_flags & 6, 0);
    assert_int_equal(rig->played_count, 65);
}

static void test_close_does_not_stop_an_ether_dream_1(void **state)
{
    struct rig *rig = *state;
    rig_restart_as(rig, "ed1");
    rig_play(rig, 100, 1000);
    rig_at_ms(rig, 65);
    rig->host->ops->hang_up(rig->host, rig->client, rig->now_ns);
    rig_at_ms(rig, 70);
    assert_int_equal(sim_ed_status(rig->host).playback, 2);
    rig_at_ms(rig, 200);
    assert_int_equal(rig->played_count, 100);
    assert_int_equal(sim_ed_status(rig->host).playback_flags & 6, 2);
}

static void test_closing_an_onlooker_stops_nothing(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 100, 1000);
    int onlooker = rig_connect(rig);
    rig->host->ops->hang_up(rig->host, onlooker, rig->now_ns);
    rig_at_ms(rig, 10);
    assert_int_equal(sim_ed_status(rig->host).playback, 2);
}

static void test_who_streams_is_who_sent_the_points(void **state)
{
    struct rig *rig = *state;
    int first = rig->client;

    rig->client = rig_connect(rig);
    rig_reply(rig);
    rig_play(rig, 100, 1000);
    rig->host->ops->hang_up(rig->host, first, rig->now_ns);
    assert_int_equal(sim_ed_status(rig->host).playback, 2);
    rig->host->ops->hang_up(rig->host, rig->client, rig->now_ns);
    assert_int_equal(sim_ed_status(rig->host).playback, 0);
}

static void test_last_words_before_a_close_are_heard(void **state)
{
    struct rig *rig = *state;
    struct sim_ed_config config = sim_ed_defaults();

    rig_stop(rig);
    config.profile = *sim_ed_profile("ed1");
    config.link.latency_ns = 5 * BJ_NS_PER_MS;
    rig_start(rig, config);
    rig_send_hex(rig, "70 73");
    rig->host->ops->hang_up(rig->host, rig->client, rig->now_ns);
    rig_at_ms(rig, 20);
    assert_int_equal(sim_ed_counters(rig->host)->stops, 1);
}

static void test_clients_beyond_the_limit_are_refused(void **state)
{
    struct rig *rig = *state;
    struct sim_ed_profile profile = *sim_ed_profile("ed2");

    for (int n = 1; n < profile.max_clients; n++) {
        assert_true(rig_connect(rig) >= 0);
    }
    assert_int_equal(rig_connect(rig), -1);
    rig->host->ops->hang_up(rig->host, rig->client, rig->now_ns);
    assert_true(rig_connect(rig) >= 0);
    profile.max_clients = 1;
    rig_restart_with(rig, profile);
    assert_int_equal(rig_connect(rig), -1);
}

static void test_other_ports_are_closed(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(rig->host->ops->accept(rig->host, 7766, rig->now_ns), -1);
}

/* ---- Broadcasts ---------------------------------------------------------------------- */

static void test_broadcasts_every_second_in_every_state(void **state)
{
    struct rig *rig = *state;
    struct bj_address to;
    uint8_t bytes[64];
    uint16_t port;
    int seen = 0;

    rig_play(rig, 3000, 1000);
    for (int ms = 0; ms < 10000; ms += 50) {
        rig_at_ms(rig, ms);
        if (ms == 5000) {
            rig_ask(rig, "00");
        }
        size_t size = rig->host->ops->datagram_out(rig->host, &port, &to, bytes,
                                                   sizeof bytes, rig->now_ns);
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
    struct rig *rig = *state;
    struct bj_address to;
    uint8_t bytes[64];
    uint16_t port;

    assert_int_equal(rig->host->ops->next_event_ns(rig->host, 0), 100 * BJ_NS_PER_MS);
    rig_at_ms(rig, 150);
    assert_int_equal(rig->host->ops->next_event_ns(rig->host, rig->now_ns), rig->now_ns);
    rig->host->ops->datagram_out(rig->host, &port, &to, bytes, sizeof bytes, rig->now_ns);
    assert_int_equal(rig->host->ops->next_event_ns(rig->host, rig->now_ns),
                     1100 * BJ_NS_PER_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_two_clients_share_the_device),
        RIG_TEST(test_each_client_has_its_own_parser),
        RIG_TEST(test_close_stops_an_ether_dream_2),
        RIG_TEST(test_close_does_not_stop_an_ether_dream_1),
        RIG_TEST(test_closing_an_onlooker_stops_nothing),
        RIG_TEST(test_who_streams_is_who_sent_the_points),
        RIG_TEST(test_last_words_before_a_close_are_heard),
        RIG_TEST(test_clients_beyond_the_limit_are_refused),
        RIG_TEST(test_other_ports_are_closed),
        RIG_TEST(test_broadcasts_every_second_in_every_state),
        RIG_TEST(test_next_event_is_the_next_broadcast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
