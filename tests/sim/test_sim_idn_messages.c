/* SPDX-License-Identifier: MIT
 *
 * Channel messages: what is readable, where they lead, and whose turn it is.
 */
#include "sim_idn_rig.h"

static struct idn_rig the_rig, *const rig = &the_rig;

static void start(void)
{
    idn_rig_start_as(rig, "openidn");
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
    struct idn_rig_ack ack;

    (void)state;
    start();
    memcpy(bytes, first, sizeof first);
    idn_rig_send_raw(rig, bytes, 196);
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, second, sizeof second);
    idn_rig_send_raw(rig, bytes, 176);
    idn_rig_send_raw(rig, third, sizeof third);
    ack = idn_rig_read_ack(rig);
    assert_int_equal(ack.result, 0);
    assert_int_equal(ack.input, 1);
    assert_int_equal(ack.pipeline, 1);
    assert_int_equal(ack.status, 1);
    idn_rig_send_raw(rig, fourth, sizeof fourth);
    assert_int_equal(sim_idn_connections(rig->host), 1);
    idn_rig_send_raw(rig, fifth, sizeof fifth);
    assert_int_equal(sim_idn_connections(rig->host), 0);
    assert_int_equal(idn_rig_counters(rig)->chunks[SIM_IDN_TAKEN], 2);
    assert_int_equal(idn_rig_counters(rig)->gaps, 0);
    idn_rig_wait_ms(rig, 50);
    assert_int_equal(rig->played_count, 40);
    idn_rig_stop(rig);
}

static void test_sizes_must_agree(void **state)
{
    uint8_t message[20] = {0x00, 0x08, 0x80, 0x00};

    (void)state;
    start();
    idn_rig_send(rig, 0x41, message, 8);
    assert_int_equal(idn_rig_read_ack(rig).result, 0);
    message[1] = 9; /* shorter than it says */
    idn_rig_send(rig, 0x41, message, 8);
    assert_int_equal(idn_rig_read_ack(rig).result, 0xee);
    idn_rig_send(rig, 0x41, message, 7);
    assert_int_equal(idn_rig_read_ack(rig).result, 0xee);
    message[1] = 8; /* longer */
    struct idn_rig_ack ack;
    idn_rig_send(rig, 0x41, message, 12);
    ack = idn_rig_read_ack(rig);
    assert_int_equal(ack.result, 0);
    assert_int_equal(ack.input & 0x0100, 0x0100);
    message[2] = 0x00; /* no channel message */
    idn_rig_send(rig, 0x41, message, 8);
    assert_int_equal(idn_rig_read_ack(rig).input & 0x0100, 0x0100);
    idn_rig_stop(rig);
}

static void test_a_configuration_must_fit_its_message(void **state)
{
    uint8_t message[16] = {0x00, 0x10, 0xc0, 0x00, 0, 0, 0, 0, 2, 1, 1, 1};

    (void)state;
    start();
    idn_rig_send(rig, 0x41, message, 16);
    assert_int_equal(idn_rig_read_ack(rig).result, 0xee);
    idn_rig_stop(rig);
}

static void test_data_on_a_closed_channel(void **state)
{
    struct idn_rig_ack ack;

    (void)state;
    start();
    idn_rig_wave(rig, -1, 0, 20, 666);
    ack = idn_rig_acknowledge(rig);
    assert_int_equal(ack.result, 0);
    assert_int_equal(ack.pipeline, 0x0002);
    assert_int_equal(ack.status & 1, 0);
    idn_rig_stop(rig);
}

static void test_services_and_modes_nobody_has(void **state)
{
    (void)state;
    start();
    idn_rig_wave(rig, 9, 0, 20, 666);
    assert_int_equal(idn_rig_acknowledge(rig).pipeline & 0x0010, 0x0010);
    idn_rig_message(rig, 0x40, 0x00, 1, 12, "", 0);
    assert_int_equal(idn_rig_acknowledge(rig).pipeline & 0x0010, 0x0010);
    idn_rig_wave(rig, 0, 0, 20, 666); /* 0: the default */
    assert_int_equal(idn_rig_acknowledge(rig).pipeline, 0x0001);
    idn_rig_message(rig, 0x40, 0x02, -1, 0, "\0\0\x02\x9a", 4);
    assert_int_equal(idn_rig_acknowledge(rig).pipeline, 0x0100); /* a frame in wave mode */
    idn_rig_stop(rig);
}

static void test_the_second_waits_for_the_first(void **state)
{
    (void)state;
    start();
    idn_rig_wave(rig, 1, 0, 20, 666);
    rig->client.port = 5001;
    rig->stamp_us = 500000;
    idn_rig_wave(rig, 1, 0, 20, 666);
    assert_int_equal(idn_rig_acknowledge(rig).pipeline, 0x0021 | 0x0002);
    idn_rig_wave(rig, 1, 0, 20, 666);
    assert_int_equal(idn_rig_acknowledge(rig).pipeline, 0x0020 | 0x0002);
    rig->client.port = 5000;
    idn_rig_send(rig, 0x44, "", 0);
    rig->client.port = 5001;
    idn_rig_wave(rig, 1, 0, 20, 666);
    assert_int_equal(idn_rig_acknowledge(rig).pipeline & 0x0001, 0x0001);
    assert_int_equal(idn_rig_counters(rig)->takeovers, 1);
    idn_rig_stop(rig);
}

static void test_channels_lead_to_services_of_their_own(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();

    (void)state;
    config.services[1] = (struct sim_idn_service_config){.id = 2};
    config.service_count = 2;
    idn_rig_start(rig, &config);
    idn_rig_wave(rig, 1, 100, 150, 10000);
    rig->client.port = 5001;
    idn_rig_wave(rig, 2, 200, 150, 10000);
    idn_rig_wait_ms(rig, 5);
    assert_true(sim_idn_shutter_open(rig->host, 1));
    assert_true(sim_idn_shutter_open(rig->host, 2));
    for (int k = 0; k < rig->played_count; k++) {
        assert_in_range(rig->played[k].x, 100 * rig->played[k].service,
                        100 * rig->played[k].service + 150);
    }
    idn_rig_stop(rig);
}

/* The first message is exactly on time; another may be as late as it likes. */
static void test_early_messages_are_noticed(void **state)
{
    (void)state;
    start();
    idn_rig_wave(rig, 1, 0, 150, 5000);
    idn_rig_wait_ms(rig, 5);
    idn_rig_wave(rig, -1, 0, 150, 5000);
    assert_int_equal(idn_rig_counters(rig)->earliest_ns, 0);
    idn_rig_wave(rig, -1, 0, 150, 5000);
    assert_int_equal(idn_rig_counters(rig)->earliest_ns, 5 * IDN_RIG_MS);
    idn_rig_wait_ms(rig, 50);
    idn_rig_wave(rig, -1, 0, 150, 5000);
    assert_int_equal(idn_rig_counters(rig)->earliest_ns, 5 * IDN_RIG_MS);
    idn_rig_stop(rig);
}

static void test_configurations_are_timed(void **state)
{
    (void)state;
    start();
    for (int k = 0; k < 60; k++) {
        idn_rig_wave(rig, k == 0 || k == 50 ? 1 : -1, 0, 150, 5000);
        idn_rig_wait_ms(rig, 5);
    }
    assert_int_equal(idn_rig_counters(rig)->longest_config_gap_ns, 250 * IDN_RIG_MS);
    assert_int_equal(idn_rig_counters(rig)->configs, 2);
    idn_rig_stop(rig);
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
