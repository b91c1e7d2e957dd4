/* SPDX-License-Identifier: MIT
 *
 * Channel messages: what is readable, where they lead, and whose turn it is.
 */
#include "sim_idn_fixture.h"

static struct idn_fixture the_fixture, *const fixture = &the_fixture;

static void start(void)
{
    idn_fixture_start_as(fixture, "openidn");
}

/* The example of the specification's arithmetic: 20 samples at 30 kpps. */
static void test_a_whole_exchange(void **state)
{
    static const uint8_t first[] = {0x40, 0,    0,    1,    0x00, 0xc0, 0xc0, 0x01, 0x00,
                                    0x0f, 0x42, 0x40, 0x04, 0x21, 0x01, 0x01, 0x42, 0x00,
                                    0x40, 0x10, 0x42, 0x10, 0x40, 0x10, 0x52, 0x7e, 0x52,
                                    0x14, 0x51, 0xcc, 0x5c, 0x10, 0x20, 0x00, 0x02, 0x9a};
    static const uint8_t second[] = {0x40, 0,    0,    2,    0x00, 0xac, 0x80, 0x01,
                                     0x00, 0x0f, 0x44, 0xda, 0x20, 0x00, 0x02, 0x9a};
    static const uint8_t third[] = {0x41, 0,    0,    3,    0x00, 0x08,
                                    0x80, 0x00, 0x00, 0x0f, 0x47, 0x74};
    static const uint8_t fourth[] = {0x40, 0,    0,    4,    0x00, 0x0c, 0xc0, 0x00,
                                     0x00, 0x0f, 0x4a, 0x10, 0x00, 0x02, 0x00, 0x00};
    static const uint8_t fifth[] = {0x44, 0, 0, 5};
    uint8_t bytes[196] = {0};
    struct idn_fixture_ack ack;

    (void)state;
    start();
    memcpy(bytes, first, sizeof first);
    idn_fixture_send_raw(fixture, bytes, 196);
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, second, sizeof second);
    idn_fixture_send_raw(fixture, bytes, 176);
    idn_fixture_send_raw(fixture, third, sizeof third);
    ack = idn_fixture_read_ack(fixture);
    assert_int_equal(ack.result, 0);
    assert_int_equal(ack.input, 1);
    assert_int_equal(ack.pipeline, 1);
    assert_int_equal(ack.status, 1);
    idn_fixture_send_raw(fixture, fourth, sizeof fourth);
    assert_int_equal(sim_idn_connections(fixture->host), 1);
    idn_fixture_send_raw(fixture, fifth, sizeof fifth);
    assert_int_equal(sim_idn_connections(fixture->host), 0);
    assert_int_equal(idn_fixture_counters(fixture)->chunks[SIM_IDN_TAKEN], 2);
    assert_int_equal(idn_fixture_counters(fixture)->gaps, 0);
    idn_fixture_wait_ms(fixture, 50);
    assert_int_equal(fixture->played_count, 40);
    idn_fixture_stop(fixture);
}

static void test_sizes_must_agree(void **state)
{
    uint8_t message[20] = {0x00, 0x08, 0x80, 0x00};

    (void)state;
    start();
    idn_fixture_send(fixture, 0x41, message, 8);
    assert_int_equal(idn_fixture_read_ack(fixture).result, 0);
    message[1] = 9; /* shorter than it says */
    idn_fixture_send(fixture, 0x41, message, 8);
    assert_int_equal(idn_fixture_read_ack(fixture).result, 0xee);
    idn_fixture_send(fixture, 0x41, message, 7);
    assert_int_equal(idn_fixture_read_ack(fixture).result, 0xee);
    message[1] = 8; /* longer */
    struct idn_fixture_ack ack;
    idn_fixture_send(fixture, 0x41, message, 12);
    ack = idn_fixture_read_ack(fixture);
    assert_int_equal(ack.result, 0);
    assert_int_equal(ack.input & 0x0100, 0x0100);
    message[2] = 0x00; /* no channel message */
    idn_fixture_send(fixture, 0x41, message, 8);
    assert_int_equal(idn_fixture_read_ack(fixture).input & 0x0100, 0x0100);
    idn_fixture_stop(fixture);
}

static void test_a_configuration_must_fit_its_message(void **state)
{
    uint8_t message[16] = {0x00, 0x10, 0xc0, 0x00, 0, 0, 0, 0, 2, 1, 1, 1};

    (void)state;
    start();
    idn_fixture_send(fixture, 0x41, message, 16);
    assert_int_equal(idn_fixture_read_ack(fixture).result, 0xee);
    idn_fixture_stop(fixture);
}

static void test_data_on_a_closed_channel(void **state)
{
    struct idn_fixture_ack ack;

    (void)state;
    start();
    idn_fixture_wave(fixture, -1, 0, 20, 666);
    ack = idn_fixture_acknowledge(fixture);
    assert_int_equal(ack.result, 0);
    assert_int_equal(ack.pipeline, 0x0002);
    assert_int_equal(ack.status & 1, 0);
    idn_fixture_stop(fixture);
}

static void test_services_and_modes_nobody_has(void **state)
{
    (void)state;
    start();
    idn_fixture_wave(fixture, 9, 0, 20, 666);
    assert_int_equal(idn_fixture_acknowledge(fixture).pipeline & 0x0010, 0x0010);
    idn_fixture_message(fixture, 0x40, 0x00, 1, 12, "", 0);
    assert_int_equal(idn_fixture_acknowledge(fixture).pipeline & 0x0010, 0x0010);
    idn_fixture_wave(fixture, 0, 0, 20, 666); /* 0: the default */
    assert_int_equal(idn_fixture_acknowledge(fixture).pipeline, 0x0001);
    idn_fixture_message(fixture, 0x40, 0x02, -1, 0, "\0\0\x02\x9a", 4);
    assert_int_equal(idn_fixture_acknowledge(fixture).pipeline,
                     0x0100); /* a frame in wave mode */
    idn_fixture_stop(fixture);
}

static void test_the_second_waits_for_the_first(void **state)
{
    (void)state;
    start();
    idn_fixture_wave(fixture, 1, 0, 20, 666);
    fixture->client.port = 5001;
    fixture->stamp_us = 500000;
    idn_fixture_wave(fixture, 1, 0, 20, 666);
    assert_int_equal(idn_fixture_acknowledge(fixture).pipeline, 0x0021 | 0x0002);
    idn_fixture_wave(fixture, 1, 0, 20, 666);
    assert_int_equal(idn_fixture_acknowledge(fixture).pipeline, 0x0020 | 0x0002);
    fixture->client.port = 5000;
    idn_fixture_send(fixture, 0x44, "", 0);
    fixture->client.port = 5001;
    idn_fixture_wave(fixture, 1, 0, 20, 666);
    assert_int_equal(idn_fixture_acknowledge(fixture).pipeline & 0x0001, 0x0001);
    assert_int_equal(idn_fixture_counters(fixture)->takeovers, 1);
    idn_fixture_stop(fixture);
}

static void test_channels_lead_to_services_of_their_own(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();

    (void)state;
    config.services[1] = (struct sim_idn_service_config){.id = 2};
    config.service_count = 2;
    idn_fixture_start(fixture, &config);
    idn_fixture_wave(fixture, 1, 100, 150, 10000);
    fixture->client.port = 5001;
    idn_fixture_wave(fixture, 2, 200, 150, 10000);
    idn_fixture_wait_ms(fixture, 5);
    assert_true(sim_idn_shutter_open(fixture->host, 1));
    assert_true(sim_idn_shutter_open(fixture->host, 2));
    for (int k = 0; k < fixture->played_count; k++) {
        assert_in_range(fixture->played[k].x, 100 * fixture->played[k].service,
                        100 * fixture->played[k].service + 150);
    }
    idn_fixture_stop(fixture);
}

/* The first message is exactly on time; another may be as late as it likes. */
static void test_early_messages_are_noticed(void **state)
{
    (void)state;
    start();
    idn_fixture_wave(fixture, 1, 0, 150, 5000);
    idn_fixture_wait_ms(fixture, 5);
    idn_fixture_wave(fixture, -1, 0, 150, 5000);
    assert_int_equal(idn_fixture_counters(fixture)->earliest_ns, 0);
    idn_fixture_wave(fixture, -1, 0, 150, 5000);
    assert_int_equal(idn_fixture_counters(fixture)->earliest_ns, 5 * IDN_FIXTURE_MS);
    idn_fixture_wait_ms(fixture, 50);
    idn_fixture_wave(fixture, -1, 0, 150, 5000);
    assert_int_equal(idn_fixture_counters(fixture)->earliest_ns, 5 * IDN_FIXTURE_MS);
    idn_fixture_stop(fixture);
}

static void test_configurations_are_timed(void **state)
{
    (void)state;
    start();
    for (int k = 0; k < 60; k++) {
        idn_fixture_wave(fixture, k == 0 || k == 50 ? 1 : -1, 0, 150, 5000);
        idn_fixture_wait_ms(fixture, 5);
    }
    assert_int_equal(idn_fixture_counters(fixture)->longest_config_gap_ns,
                     250 * IDN_FIXTURE_MS);
    assert_int_equal(idn_fixture_counters(fixture)->configs, 2);
    idn_fixture_stop(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_exchange),
        cmocka_unit_test(test_sizes_must_agree),
        cmocka_unit_test(test_a_configuration_must_fit_its_message),
        cmocka_unit_test(test_data_on_a_closed_channel),
        cmocka_unit_test(test_services_and_modes_nobody_has),
        cmocka_unit_test(test_the_second_waits_for_the_first),
        cmocka_unit_test(test_channels_lead_to_services_of_their_own),
        cmocka_unit_test(test_early_messages_are_noticed),
        cmocka_unit_test(test_configurations_are_timed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
