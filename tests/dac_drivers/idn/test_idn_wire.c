/* SPDX-License-Identifier: MIT
 *
 * Bytes as the specifications print them, and as an open receiver was seen to send them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/light_codes.h"
#include "idn/idn_wire.h"

static const struct idn_message plain = {
    .command = IDN_MESSAGE,
    .sequence = 1,
    .timestamp_us = 1000000,
    .configured = true,
    .service = 1,
    .match = 2,
    .format = IDN_XYRGBI8,
};

static size_t filled(struct bj_point *points, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++)
        points[k] = (struct bj_point){1, -1, 1, 0, light_of(32896), 1};
    return count;
}

/* 30 kpps, 20 samples, 666 us. */
static void test_a_first_chunk(void **state)
{
    static const uint8_t expected[] = {0x40, 0x00, 0x00, 0x01, 0x00, 0xc0, 0xc0, 0x01, 0x00,
                                       0x0f, 0x42, 0x40, 0x04, 0x21, 0x01, 0x01, 0x42, 0x00,
                                       0x40, 0x10, 0x42, 0x10, 0x40, 0x10, 0x52, 0x7e, 0x52,
                                       0x14, 0x51, 0xcc, 0x5c, 0x10, 0x20, 0x00, 0x02, 0x9a,
                                       0x7f, 0xff, 0x80, 0x01, 0xff, 0x00, 0x80, 0xff};
    struct bj_point points[20];
    struct idn_samples samples = {points, NULL, (uint32_t)filled(points, 20), 0, false};
    uint8_t out[IDN_DATAGRAM_SIZE];

    (void)state;
    assert_int_equal(idn_encode_wave(out, &plain, 666, &samples), 196);
    assert_memory_equal(out, expected, sizeof expected);
}

static void test_a_further_chunk(void **state)
{
    static const uint8_t expected[] = {0x40, 0x00, 0x00, 0x02, 0x00, 0xac, 0x80, 0x01,
                                       0x00, 0x0f, 0x44, 0xda, 0x20, 0x00, 0x02, 0x9a};
    struct idn_message message = plain;
    struct bj_point points[20];
    struct idn_samples samples = {points, points + 7, 7, 13, false};
    uint8_t out[IDN_DATAGRAM_SIZE];

    (void)state;
    filled(points, 20);
    message.sequence = 2;
    message.timestamp_us += 666;
    message.configured = false;
    assert_int_equal(idn_encode_wave(out, &message, 666, &samples), 176);
    assert_memory_equal(out, expected, sizeof expected);
}

static void test_small_packets(void **state)
{
    static const uint8_t question[] = {0x41, 0x00, 0x00, 0x03, 0x00, 0x08,
                                       0x80, 0x00, 0x00, 0x0f, 0x47, 0x74};
    static const uint8_t close[] = {0x40, 0x00, 0x00, 0x04, 0x00, 0x0c, 0xc0, 0x00,
                                    0x00, 0x0f, 0x4a, 0x10, 0x00, 0x02, 0x00, 0x00};
    static const uint8_t end[] = {0x44, 0x00, 0x00, 0x05};
    struct idn_message message = {
        .command = IDN_MESSAGE_ACK, .sequence = 3, .timestamp_us = 0x000f4774};
    uint8_t out[IDN_DATAGRAM_SIZE];

    (void)state;
    assert_int_equal(idn_encode_void(out, &message), sizeof question);
    assert_memory_equal(out, question, sizeof question);
    message = (struct idn_message){
        .command = IDN_MESSAGE, .sequence = 4, .timestamp_us = 0x000f4a10};
    assert_int_equal(idn_encode_channel_close(out, &message), sizeof close);
    assert_memory_equal(out, close, sizeof close);
    assert_int_equal(idn_encode_empty(out, IDN_CLOSE, 5), sizeof end);
    assert_memory_equal(out, end, sizeof end);
}

static void test_a_void_message_may_configure(void **state)
{
    uint8_t out[IDN_DATAGRAM_SIZE];

    (void)state;
    assert_int_equal(idn_encode_void(out, &plain), 4 + 8 + 4 + 16);
    assert_int_equal(out[5], 28);
    assert_int_equal(out[6], 0xc0);
    assert_int_equal(out[7], 0x00);
}

static void test_sixteen_bits_of_everything(void **state)
{
    static const uint8_t words[] = {0x05, 0x21, 0x01, 0x01, 0x42, 0x00, 0x40, 0x10,
                                    0x42, 0x10, 0x40, 0x10, 0x52, 0x7e, 0x40, 0x10,
                                    0x52, 0x14, 0x40, 0x10, 0x51, 0xcc, 0x40, 0x10};
    static const uint8_t sample[] = {0x40, 0x00, 0xc0, 0x00, 0x12,
                                     0x34, 0xff, 0xff, 0x00, 0x01};
    const struct bj_point point = {0.5F, -0.5F, light_of(0x1234), 1, light_of(1), 1};
    struct idn_samples samples = {&point, NULL, 1, 0, false};
    struct idn_message message = plain;
    uint8_t out[IDN_DATAGRAM_SIZE];

    (void)state;
    message.format = IDN_XYRGB16;
    assert_int_equal(idn_encode_wave(out, &message, 666, &samples), 4 + 8 + 24 + 4 + 10);
    assert_memory_equal(out + 12, words, sizeof words);
    assert_memory_equal(out + 40, sample, sizeof sample);
}

/* The octet says no more than the colours do. */
static void test_intensity_follows_the_colours(void **state)
{
    const struct bj_point points[] = {{0}, {0, 0, 1, light_of(32768), light_of(10), 1}};
    struct idn_samples samples = {points, NULL, 2, 0, false};
    struct idn_message message = plain;
    uint8_t out[IDN_DATAGRAM_SIZE];

    (void)state;
    message.configured = false;
    message.format = IDN_XYRGB16;
    idn_encode_wave(out, &message, 666, &samples);
    assert_memory_equal(out + 16 + 4, "\0\0\0\0\0\0", 6);
    assert_memory_equal(out + 26 + 4, "\xff\xff\x80\x00\x00\x0a", 6);
    message.format = IDN_XYRGBI8;
    idn_encode_wave(out, &message, 666, &samples);
    assert_memory_equal(out + 16 + 4, "\0\0\0\0", 4);
    assert_memory_equal(out + 24 + 4, "\xff\x80\x00\xff", 4);
}

static void test_dark_samples_keep_their_places(void **state)
{
    const struct bj_point point = {1, 2, 1, 1, 1, 1};
    struct idn_samples samples = {&point, NULL, 1, 0, true};
    struct idn_message message = plain;
    uint8_t out[IDN_DATAGRAM_SIZE];

    (void)state;
    message.configured = false;
    assert_int_equal(idn_encode_wave(out, &message, 666, &samples), 24);
    assert_memory_equal(out + 16, "\x7f\xff\x7f\xff\0\0\0\0", 8);
}

static void test_datagrams_fit_an_ethernet(void **state)
{
    struct bj_point points[200];
    uint8_t out[IDN_DATAGRAM_SIZE];

    (void)state;
    filled(points, 200);
    assert_int_equal(idn_most_samples(IDN_XYRGBI8), 179);
    assert_int_equal(idn_most_samples(IDN_XYRGB16), 143);
    for (int format = 0; format < IDN_FORMATS; format++) {
        struct idn_message message = plain;
        uint32_t most = idn_most_samples((enum idn_format_kind)format);
        struct idn_samples samples = {points, NULL, most, 0, false};
        message.format = (enum idn_format_kind)format;
        assert_true(idn_encode_wave(out, &message, 1, &samples) <= IDN_DATAGRAM_SIZE);
    }
}

/* ---- Answers --------------------------------------------------------------------------- */

static const uint8_t unit_answer[40] = {40,   1,    0x41, 0,   7,   1,   0,   4,   0xa3,
                                        0x11, 0x22, 0x33, 0,   0,   0,   0,   0,   0,
                                        0,    0,    'M',  'i', 'n', 'i', 'I', 'D', 'N'};

static void test_who_answers_a_scan(void **state)
{
    struct idn_unit unit;
    uint8_t bytes[64] = {0};

    (void)state;
    assert_true(idn_decode_unit(unit_answer, 40, &unit));
    assert_string_equal(unit.host, "MiniIDN");
    assert_int_equal(unit.status, 0x41);
    assert_memory_equal(unit.id, "\7\1\0\4\xa3\x11\x22\x33\0\0\0\0\0\0\0", 16);
    assert_false(idn_decode_unit(unit_answer, 39, &unit));
    memcpy(bytes, unit_answer, 40);
    bytes[0] = 39;
    assert_false(idn_decode_unit(bytes, 64, &unit));
    bytes[0] = 44; /* a later version may be longer */
    assert_true(idn_decode_unit(bytes, 64, &unit));
    assert_false(idn_decode_unit(bytes, 43, &unit));
}

static void test_names_are_cleaned(void **state)
{
    struct idn_unit unit;
    uint8_t bytes[40];

    (void)state;
    memcpy(bytes, unit_answer, 40);
    memset(bytes + 20, 'x', 20); /* full: no end */
    bytes[21] = 27;
    bytes[22] = 0xff;
    assert_true(idn_decode_unit(bytes, 40, &unit));
    assert_string_equal(unit.host, "x??xxxxxxxxxxxxxxxxx");
}

static void test_a_service_map(void **state)
{
    uint8_t bytes[4 + 3 * 24] = {4, 24, 1, 2};
    struct idn_map map;

    (void)state;
    bytes[4 + 3] = 1; /* a relay; then two services */
    memcpy(bytes + 28, "\x01\x80\x01\x00Main", 8);
    memcpy(bytes + 52, "\xff\x84\x00\x01Sound", 9);
    assert_true(idn_decode_map(bytes, sizeof bytes, &map));
    assert_int_equal(map.count, 2);
    assert_int_equal(map.services[0].id, 1);
    assert_true(map.services[0].preferred);
    assert_string_equal(map.services[0].name, "Main");
    assert_true(idn_is_projector(&map.services[0]));
    assert_int_equal(map.services[1].id, 255);
    assert_false(idn_is_projector(&map.services[1]));
    assert_false(idn_decode_map(bytes, sizeof bytes - 1, &map));
    assert_false(idn_decode_map(bytes, 3, &map));
    bytes[1] = 23;
    assert_false(idn_decode_map(bytes, sizeof bytes, &map));
}

static void test_what_may_be_a_laser(void **state)
{
    static const struct {
        uint8_t type;
        bool projector, no_laser;
    } rows[] = {{0x80, true, false},  {0x83, true, false}, {0x01, false, false},
                {0x00, false, false}, {0x04, false, true}, {0x05, false, true},
                {0x08, false, true},  {0x84, false, true}, {0x87, false, true}};

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct idn_service service = {.id = 1, .type = rows[k].type};
        if (idn_is_projector(&service) != rows[k].projector ||
            idn_is_no_laser(&service) != rows[k].no_laser)
            fail_msg("type %02x", rows[k].type);
    }
}

static void test_as_many_services_as_can_be(void **state)
{
    static uint8_t bytes[IDN_MAP_BYTES] = {4, 24, 255, 255};
    struct idn_map map;

    (void)state;
    for (int k = 0; k < 255; k++)
        bytes[4 + 24 * (255 + k)] = (uint8_t)(k + 1);
    assert_true(idn_decode_map(bytes, sizeof bytes, &map));
    assert_int_equal(map.count, IDN_SERVICES);
    assert_int_equal(map.services[0].id, 1);
    assert_int_equal(map.services[254].id, 255);
}

static void test_an_acknowledge(void **state)
{
    static const uint8_t bytes[] = {0x47, 0,    0, 3, 12, 0xee, 0, 1,
                                    0,    0x21, 1, 0, 0,  0,    0, 0};
    struct idn_header header;
    struct idn_ack ack;

    (void)state;
    assert_true(idn_decode_header(bytes, sizeof bytes, &header));
    assert_int_equal(header.command, IDN_ACK);
    assert_int_equal(header.sequence, 3);
    assert_true(idn_decode_ack(bytes + 4, 12, &ack));
    assert_int_equal(ack.result, IDN_BAD_PAYLOAD);
    assert_int_equal(ack.input, IDN_IN_NEW_CONNECTION);
    assert_int_equal(ack.pipeline, IDN_PIPE_BUSY | 1);
    assert_false(idn_decode_ack(bytes + 4, 11, &ack));
    assert_false(idn_decode_header(bytes, 3, &header));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_first_chunk),
        cmocka_unit_test(test_a_further_chunk),
        cmocka_unit_test(test_small_packets),
        cmocka_unit_test(test_a_void_message_may_configure),
        cmocka_unit_test(test_sixteen_bits_of_everything),
        cmocka_unit_test(test_intensity_follows_the_colours),
        cmocka_unit_test(test_dark_samples_keep_their_places),
        cmocka_unit_test(test_datagrams_fit_an_ethernet),
        cmocka_unit_test(test_who_answers_a_scan),
        cmocka_unit_test(test_names_are_cleaned),
        cmocka_unit_test(test_a_service_map),
        cmocka_unit_test(test_what_may_be_a_laser),
        cmocka_unit_test(test_as_many_services_as_can_be),
        cmocka_unit_test(test_an_acknowledge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
