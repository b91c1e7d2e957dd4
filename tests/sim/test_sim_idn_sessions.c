/* SPDX-License-Identifier: MIT
 *
 * Connections, sequences, acknowledges, and how all of it ends.
 */
#include "sim_idn_rig.h"

static struct idn_rig the_rig, *const rig = &the_rig;

static void start(void)
{
    idn_rig_start_as(rig, "openidn");
}

static void test_the_first_acknowledge_says_new(void **state)
{
    struct idn_rig_ack ack;

    (void)state;
    start();
    idn_rig_wave(rig, 1, 0, 20, 666);
    ack = idn_rig_acknowledge(rig);
    assert_int_equal(ack.result, 0);
    assert_int_equal(ack.input, 0x0001);
    assert_int_equal(ack.pipeline, 0x0001);
    assert_int_equal(ack.status & 1, 1);
    ack = idn_rig_acknowledge(rig); /* told once */
    assert_int_equal(ack.input | ack.pipeline, 0);
    idn_rig_stop(rig);
}

static void test_a_plain_message_is_not_answered(void **state)
{
    (void)state;
    start();
    idn_rig_wave(rig, 1, 0, 20, 666);
    assert_int_equal(idn_rig_hear(rig).size, 0);
    idn_rig_stop(rig);
}

static void test_a_broken_sequence_is_told(void **state)
{
    (void)state;
    start();
    (void)idn_rig_acknowledge(rig);
    rig->sequence += 2;
    assert_int_equal(idn_rig_acknowledge(rig).input, 0x0010);
    assert_int_equal(idn_rig_acknowledge(rig).input, 0);
    rig->sequence--;
    assert_int_equal(idn_rig_acknowledge(rig).input, 0x0010);
    rig->sequence = 0xffff;
    (void)idn_rig_acknowledge(rig);
    assert_int_equal(idn_rig_acknowledge(rig).input, 0); /* it wraps */
    idn_rig_stop(rig);
}

static void test_nothing_to_close(void **state)
{
    struct idn_rig_ack ack;

    (void)state;
    start();
    idn_rig_send(rig, 0x45, "", 0);
    ack = idn_rig_read_ack(rig);
    assert_int_equal(ack.result, 0xeb);
    idn_rig_send(rig, 0x46, "", 0); /* nor to abort */
    assert_int_equal(idn_rig_counters(rig)->aborts, 0);
    assert_int_equal(sim_idn_connections(rig->host), 0);
    idn_rig_stop(rig);
}

static void fill(void)
{
    for (int k = 0; k < 10; k++) {
        idn_rig_wave(rig, k == 0 ? 1 : -1, 150 * k, 150, 5000);
    }
}

static void test_a_close_plays_out(void **state)
{
    (void)state;
    start();
    fill();
    idn_rig_wait_ms(rig, 10);
    idn_rig_send(rig, 0x45, "", 0);
    assert_int_equal(idn_rig_read_ack(rig).result, 0);
    assert_int_equal(sim_idn_connections(rig->host), 0);
    idn_rig_wait_ms(rig, 100);
    assert_int_equal(rig->played_count, 1500);
    assert_int_equal(idn_rig_counters(rig)->points_dropped, 0);
    idn_rig_stop(rig);
}

static void test_an_abort_throws_away(void **state)
{
    int played;

    (void)state;
    start();
    fill();
    idn_rig_wait_ms(rig, 10);
    idn_rig_send(rig, 0x46, "", 0);
    assert_int_equal(idn_rig_hear(rig).size, 0);
    played = rig->played_count;
    idn_rig_wait_ms(rig, 100);
    assert_int_equal(rig->played_count, played);
    assert_int_equal(idn_rig_counters(rig)->points_dropped, 1500 - played);
    idn_rig_stop(rig);
}

static void test_a_second_without_packets_ends_it(void **state)
{
    (void)state;
    start();
    fill();
    idn_rig_wait_ms(rig, 999);
    assert_int_equal(sim_idn_connections(rig->host), 1);
    idn_rig_wait_ms(rig, 2);
    assert_int_equal(sim_idn_connections(rig->host), 0);
    assert_false(sim_idn_shutter_open(rig->host, 1));
    (void)idn_rig_acknowledge(rig);
    assert_int_equal(idn_rig_counters(rig)->connections, 2);
    idn_rig_stop(rig);
}

/* An empty packet keeps the connection and not the session. */
static void test_the_session_wants_messages(void **state)
{
    (void)state;
    start();
    fill();
    for (int k = 0; k < 4; k++) {
        idn_rig_wait_ms(rig, 300);
        idn_rig_send(rig, 0x40, "", 0);
    }
    assert_int_equal(sim_idn_connections(rig->host), 1);
    assert_false(sim_idn_shutter_open(rig->host, 1));
    assert_int_equal(idn_rig_counters(rig)->timeouts, 1);
    idn_rig_stop(rig);
}

static void test_as_many_as_there_may_be(void **state)
{
    (void)state;
    start();
    for (uint16_t k = 0; k < 4; k++) {
        rig->client.port = (uint16_t)(6000 + k);
        assert_int_equal(idn_rig_acknowledge(rig).result, 0);
    }
    assert_int_equal(idn_rig_ask(rig, 0x10).bytes[6], 0x11);
    rig->client.port = 7000;
    assert_int_equal(idn_rig_acknowledge(rig).result, 0xec);
    rig->client.port = 6000;
    rig->group = 1; /* another client */
    assert_int_equal(idn_rig_acknowledge(rig).result, 0xec);
    idn_rig_stop(rig);
}

static void test_quality_and_latency_as_configured(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();
    struct idn_rig_answer answer;

    (void)state;
    config.quality = 200;
    config.latency_us = 0x00012345;
    idn_rig_start(rig, &config);
    answer = idn_rig_ask(rig, 0x41);
    assert_memory_equal(answer.bytes + 11, "\xc8\x00\x01\x23\x45", 5);
    idn_rig_stop(rig);
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
