/* SPDX-License-Identifier: MIT
 *
 * Connections, sequences, acknowledges, and how all of it ends.
 */
#include "sim_idn_fixture.h"

static struct idn_fixture the_fixture, *const fixture = &the_fixture;

static void start(void)
{
    idn_fixture_start_as(fixture, "openidn");
}

static void test_the_first_acknowledge_says_new(void **state)
{
    struct idn_fixture_ack ack;

    (void)state;
    start();
    idn_fixture_wave(fixture, 1, 0, 20, 666);
    ack = idn_fixture_acknowledge(fixture);
    assert_int_equal(ack.result, 0);
    assert_int_equal(ack.input, 0x0001);
    assert_int_equal(ack.pipeline, 0x0001);
    assert_int_equal(ack.status & 1, 1);
    ack = idn_fixture_acknowledge(fixture); /* told once */
    assert_int_equal(ack.input | ack.pipeline, 0);
    idn_fixture_stop(fixture);
}

static void test_a_plain_message_is_not_answered(void **state)
{
    (void)state;
    start();
    idn_fixture_wave(fixture, 1, 0, 20, 666);
    assert_int_equal(idn_fixture_hear(fixture).size, 0);
    idn_fixture_stop(fixture);
}

static void test_a_broken_sequence_is_told(void **state)
{
    (void)state;
    start();
    (void)idn_fixture_acknowledge(fixture);
    fixture->sequence += 2;
    assert_int_equal(idn_fixture_acknowledge(fixture).input, 0x0010);
    assert_int_equal(idn_fixture_acknowledge(fixture).input, 0);
    fixture->sequence--;
    assert_int_equal(idn_fixture_acknowledge(fixture).input, 0x0010);
    fixture->sequence = 0xffff;
    (void)idn_fixture_acknowledge(fixture);
    assert_int_equal(idn_fixture_acknowledge(fixture).input, 0); /* it wraps */
    idn_fixture_stop(fixture);
}

static void test_nothing_to_close(void **state)
{
    struct idn_fixture_ack ack;

    (void)state;
    start();
    idn_fixture_send(fixture, 0x45, "", 0);
    ack = idn_fixture_read_ack(fixture);
    assert_int_equal(ack.result, 0xeb);
    idn_fixture_send(fixture, 0x46, "", 0); /* nor to abort */
    assert_int_equal(idn_fixture_counters(fixture)->aborts, 0);
    assert_int_equal(sim_idn_connections(fixture->host), 0);
    idn_fixture_stop(fixture);
}

static void fill(void)
{
    for (int k = 0; k < 10; k++) {
        idn_fixture_wave(fixture, k == 0 ? 1 : -1, 150 * k, 150, 5000);
    }
}

static void test_a_close_plays_out(void **state)
{
    (void)state;
    start();
    fill();
    idn_fixture_wait_ms(fixture, 10);
    idn_fixture_send(fixture, 0x45, "", 0);
    assert_int_equal(idn_fixture_read_ack(fixture).result, 0);
    assert_int_equal(sim_idn_connections(fixture->host), 0);
    idn_fixture_wait_ms(fixture, 100);
    assert_int_equal(fixture->played_count, 1500);
    assert_int_equal(idn_fixture_counters(fixture)->points_dropped, 0);
    idn_fixture_stop(fixture);
}

static void test_an_abort_throws_away(void **state)
{
    int played;

    (void)state;
    start();
    fill();
    idn_fixture_wait_ms(fixture, 10);
    idn_fixture_send(fixture, 0x46, "", 0);
    assert_int_equal(idn_fixture_hear(fixture).size, 0);
    played = fixture->played_count;
    idn_fixture_wait_ms(fixture, 100);
    assert_int_equal(fixture->played_count, played);
    assert_int_equal(idn_fixture_counters(fixture)->points_dropped, 1500 - played);
    idn_fixture_stop(fixture);
}

static void test_a_second_without_packets_ends_it(void **state)
{
    (void)state;
    start();
    fill();
    idn_fixture_wait_ms(fixture, 999);
    assert_int_equal(sim_idn_connections(fixture->host), 1);
    idn_fixture_wait_ms(fixture, 2);
    assert_int_equal(sim_idn_connections(fixture->host), 0);
    assert_false(sim_idn_shutter_open(fixture->host, 1));
    (void)idn_fixture_acknowledge(fixture);
    assert_int_equal(idn_fixture_counters(fixture)->connections, 2);
    idn_fixture_stop(fixture);
}

/* An empty packet keeps the connection and not the session. */
static void test_the_session_wants_messages(void **state)
{
    (void)state;
    start();
    fill();
    for (int k = 0; k < 4; k++) {
        idn_fixture_wait_ms(fixture, 300);
        idn_fixture_send(fixture, 0x40, "", 0);
    }
    assert_int_equal(sim_idn_connections(fixture->host), 1);
    assert_false(sim_idn_shutter_open(fixture->host, 1));
    assert_int_equal(idn_fixture_counters(fixture)->timeouts, 1);
    idn_fixture_stop(fixture);
}

static void test_as_many_as_there_may_be(void **state)
{
    (void)state;
    start();
    for (uint16_t k = 0; k < 4; k++) {
        fixture->client.port = (uint16_t)(6000 + k);
        assert_int_equal(idn_fixture_acknowledge(fixture).result, 0);
    }
    assert_int_equal(idn_fixture_ask(fixture, 0x10).bytes[6], 0x11);
    fixture->client.port = 7000;
    assert_int_equal(idn_fixture_acknowledge(fixture).result, 0xec);
    fixture->client.port = 6000;
    fixture->group = 1; /* another client */
    assert_int_equal(idn_fixture_acknowledge(fixture).result, 0xec);
    idn_fixture_stop(fixture);
}

static void test_quality_and_latency_as_configured(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();
    struct idn_fixture_answer answer;

    (void)state;
    config.quality = 200;
    config.latency_us = 0x00012345;
    idn_fixture_start(fixture, &config);
    answer = idn_fixture_ask(fixture, 0x41);
    assert_memory_equal(answer.bytes + 11, "\xc8\x00\x01\x23\x45", 5);
    idn_fixture_stop(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_acknowledge_says_new),
        cmocka_unit_test(test_a_plain_message_is_not_answered),
        cmocka_unit_test(test_a_broken_sequence_is_told),
        cmocka_unit_test(test_nothing_to_close),
        cmocka_unit_test(test_a_close_plays_out),
        cmocka_unit_test(test_an_abort_throws_away),
        cmocka_unit_test(test_a_second_without_packets_ends_it),
        cmocka_unit_test(test_the_session_wants_messages),
        cmocka_unit_test(test_as_many_as_there_may_be),
        cmocka_unit_test(test_quality_and_latency_as_configured),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
