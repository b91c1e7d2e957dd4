/* SPDX-License-Identifier: MIT
 *
 * Scan, map, ping and groups, as strict clients check them.
 */
#include "sim_idn_fixture.h"

static struct idn_fixture the_fixture, *const fixture = &the_fixture;

static void test_a_scan_answer(void **state)
{
    struct idn_fixture_answer answer;

    (void)state;
    idn_fixture_start_as(fixture, "openidn");
    fixture->sequence = 0x1264;
    fixture->group = 3;
    answer = idn_fixture_ask(fixture, 0x10);
    assert_int_equal(answer.size, 44);
    assert_memory_equal(answer.bytes, "\x11\x03\x12\x64\x28\x01\x01\x00", 8);
    assert_memory_equal(answer.bytes + 8, "\7\1\0\4\xa3\x11\x22\x33\0\0\0\0\0\0\0\0", 16);
    assert_memory_equal(answer.bytes + 24, "simulated\0\0\0\0\0\0\0\0\0\0\0", 20);
    assert_int_equal(idn_fixture_hear(fixture).size, 0);
    idn_fixture_stop(fixture);
}

static void test_a_name_without_an_end(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();

    (void)state;
    strcpy(config.host, "exactly twenty bytes");
    idn_fixture_start(fixture, &config);
    assert_memory_equal(idn_fixture_ask(fixture, 0x10).bytes + 24, config.host, 20);
    idn_fixture_stop(fixture);
}

static void test_a_service_map(void **state)
{
    struct sim_idn_config config = sim_idn_defaults();
    struct idn_fixture_answer answer;

    (void)state;
    config.services[1] =
        (struct sim_idn_service_config){.id = 200, .type = 0x05, .relay = 1, .name = "DMX"};
    config.service_count = 2;
    strcpy(config.relay, "node");
    idn_fixture_start(fixture, &config);
    answer = idn_fixture_ask(fixture, 0x12);
    assert_int_equal(answer.size, 4 + 4 + 3 * 24);
    assert_memory_equal(answer.bytes, "\x13\x00\x00\x00\x04\x18\x01\x02", 8);
    assert_memory_equal(answer.bytes + 8, "\0\0\0\1node\0", 9);
    assert_memory_equal(answer.bytes + 32, "\x01\x80\x01\x00Laser\0", 10);
    assert_memory_equal(answer.bytes + 56,
                        "\xc8\x05\x00\x01"
                        "DMX\0",
                        8);
    idn_fixture_stop(fixture);
}

static void test_a_ping_is_echoed(void **state)
{
    struct idn_fixture_answer answer;
    char text[1000];

    (void)state;
    memset(text, 'p', sizeof text);
    idn_fixture_start_as(fixture, "openidn");
    idn_fixture_send(fixture, 0x08, text, sizeof text);
    answer = idn_fixture_hear(fixture);
    assert_int_equal(answer.size, 1004);
    assert_int_equal(answer.bytes[0], 0x09);
    assert_memory_equal(answer.bytes + 4, text, sizeof text);
    assert_int_equal(idn_fixture_ask(fixture, 0x08).size, 4);
    idn_fixture_stop(fixture);
}

static void test_groups_can_be_asked_for(void **state)
{
    uint8_t request[16] = {16, 1};

    (void)state;
    idn_fixture_start_as(fixture, "openidn");
    idn_fixture_send(fixture, 0x0c, request, sizeof request);
    assert_memory_equal(idn_fixture_hear(fixture).bytes, "\x0d\0\0\0\x04\x00\xff\xff", 8);
    request[1] = 2;
    idn_fixture_send(fixture, 0x0c, request, sizeof request);
    assert_memory_equal(idn_fixture_hear(fixture).bytes, "\x0d\0\0\1\x04\xfe\xff\xff", 8);
    idn_fixture_stop(fixture);
}

static void test_silence_where_nothing_is_to_be_said(void **state)
{
    static const uint8_t commands[] = {0x00, 0x20, 0x22, 0x28, 0x99, 0x11, 0x47};

    (void)state;
    idn_fixture_start_as(fixture, "openidn");
    for (size_t k = 0; k < sizeof commands; k++) {
        assert_int_equal(idn_fixture_ask(fixture, commands[k]).size, 0);
    }
    idn_fixture_send_raw(fixture, "\x10\0\0", 3);
    assert_int_equal(idn_fixture_hear(fixture).size, 0);
    idn_fixture_stop(fixture);
    idn_fixture_start_as(fixture, "simple"); /* scans and maps alone */
    assert_int_equal(idn_fixture_ask(fixture, 0x08).size, 0);
    assert_int_equal(idn_fixture_ask(fixture, 0x0c).size, 0);
    assert_int_equal(idn_fixture_ask(fixture, 0x10).size, 44);
    assert_int_equal(idn_fixture_ask(fixture, 0x12).bytes[9], 0x01);
    idn_fixture_stop(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_scan_answer),
        cmocka_unit_test(test_a_name_without_an_end),
        cmocka_unit_test(test_a_service_map),
        cmocka_unit_test(test_a_ping_is_echoed),
        cmocka_unit_test(test_groups_can_be_asked_for),
        cmocka_unit_test(test_silence_where_nothing_is_to_be_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
