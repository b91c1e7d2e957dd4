/* SPDX-License-Identifier: MIT
 *
 * Against bytes worked out from the protocol's description, not by this code.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lasercube/lasercube_wire.h"

static void check_command(enum lc_opcode opcode, uint32_t value, const char *expected,
                          size_t size)
{
    uint8_t bytes[LC_COMMAND_SIZE];

    assert_int_equal(lc_encode_command(bytes, opcode, value), size);
    assert_memory_equal(bytes, expected, size);
}

static void test_commands(void **state)
{
    (void)state;
    check_command(LC_FULL_INFO, 9, "\x77", 1);
    check_command(LC_REPORTS, 1, "\x78\x01", 2);
    check_command(LC_OUTPUT, 0, "\x80\0", 2);
    check_command(LC_OUTPUT, 256, "\x80\x01", 2);
    check_command(LC_RATE, 30000, "\x82\x30\x75\0\0", 5);
    check_command(LC_RATE, 0x01020304, "\x82\x04\x03\x02\x01", 5);
    check_command(LC_FREE, 0, "\x8a", 1);
    check_command(LC_CLEAR, 0, "\x8d", 1);
    check_command(LC_THRESHOLD, 900, "\xa0\x84\x03\0\0", 5);
}

static void encode_one(struct bj_point point, bool dark, uint16_t fields[5])
{
    uint8_t bytes[LC_PACKET_SIZE];

    assert_int_equal(lc_encode_samples(bytes, 5, 1, &point, 1, dark), 14);
    assert_memory_equal(bytes, "\xa9\0\x05\x01", 4);
    for (int k = 0; k < 5; k++)
        fields[k] = (uint16_t)(bytes[4 + 2 * k] | bytes[5 + 2 * k] << 8);
}

static void check_point(struct bj_point point, bool dark, const uint16_t expected[5])
{
    uint16_t fields[5];

    encode_one(point, dark, fields);
    assert_memory_equal(fields, expected, sizeof fields);
}

/* 0 is right, 4095 left; 0 is bottom, 4095 top. */
static void test_x_is_mirrored_and_y_is_not(void **state)
{
    (void)state;
    check_point((struct bj_point){.x = 1, .y = 1}, false, (uint16_t[]){0, 4095, 0, 0, 0});
    check_point((struct bj_point){.x = -1, .y = -1}, false, (uint16_t[]){4095, 0, 0, 0, 0});
    check_point((struct bj_point){.x = 0.5F, .y = -0.5F}, false,
                (uint16_t[]){1024, 1024, 0, 0, 0});
    check_point((struct bj_point){.x = 7, .y = -INFINITY}, false,
                (uint16_t[]){0, 0, 0, 0, 0});
}

static void test_not_a_number_is_the_centre(void **state)
{
    uint16_t fields[5];
    (void)state;
    encode_one((struct bj_point){.x = NAN, .y = NAN}, false, fields);
    assert_in_range(fields[0], 2047, 2048);
    assert_in_range(fields[1], 2047, 2048);
}

/* Every place and colour the device knows can be reached, and comes out as itself. */
static void test_all_twelve_bits(void **state)
{
    (void)state;
    for (int k = 0; k <= 4095; k++) {
        uint16_t fields[5];
        struct bj_point point = {.x = 1 - (float)k / 2047.5F,
                                 .y = (float)k / 2047.5F - 1,
                                 .r = (float)k / 4095,
                                 .g = 1 - (float)k / 4095,
                                 .i = 1};
        encode_one(point, false, fields);
        assert_int_equal(fields[0], k);
        assert_int_equal(fields[1], k);
        assert_int_equal(fields[2], k);
        assert_int_equal(fields[3], 4095 - k);
        assert_int_equal(fields[4], 0);
    }
}

static void test_colours_are_rounded_and_may_be_dark(void **state)
{
    struct bj_point full = {.r = 1, .g = 0.5F, .b = 0.0001F, .i = 1};
    (void)state;
    check_point(full, false, (uint16_t[]){2047, 2048, 4095, 2048, 0});
    check_point(full, true, (uint16_t[]){2047, 2048, 0, 0, 0});
}

static void test_a_full_packet(void **state)
{
    static struct bj_point points[LC_MAX_POINTS];
    uint8_t bytes[LC_PACKET_SIZE];
    (void)state;
    assert_int_equal(LC_PACKET_SIZE, 1404);
    points[LC_MAX_POINTS - 1] = (struct bj_point){.b = 1, .i = 1};
    assert_int_equal(lc_encode_samples(bytes, 255, 0, points, LC_MAX_POINTS, false), 1404);
    assert_memory_equal(bytes + 1402, "\xff\x0f", 2);
}

static const uint8_t info_bytes[LC_INFO_SIZE] = {
    0x77, 0, 0, 1,    24, 0x31, 9,    9,   9,    9,   0x30, 0x75, 0,    0,  0x60, 0xea,
    0,    0, 9, 0xe4, 22, 0x70, 0x17, 55,  0xf6, 3,   0xaa, 0xbb, 0xcc, 1,  2,    3,
    0,    0, 0, 0,    9,  10,   'U',  'l', 't',  'r', 'a',  ' ',  2,    'x'};

static void test_full_info(void **state)
{
    struct lc_info info;
    (void)state;
    assert_int_equal(lc_decode_info(info_bytes, sizeof info_bytes, &info), BJ_OK);
    assert_int_equal(info.major, 1);
    assert_int_equal(info.minor, 24);
    assert_int_equal(info.flags, 0x31);
    assert_int_equal(info.rate, 30000);
    assert_int_equal(info.max_rate, 60000);
    assert_int_equal(info.free_points, 5860);
    assert_int_equal(info.ring_points, 6000);
    assert_int_equal(info.battery, 55);
    assert_int_equal(info.temperature, -10);
    assert_int_equal(info.connection, 3);
    assert_memory_equal(info.serial, "\xaa\xbb\xcc\1\2\3", 6);
    assert_int_equal(info.model, 10);
    assert_string_equal(info.name, "Ultra ?x"); /* nothing that upsets a terminal */
}

static void test_info_of_other_sizes_and_kinds(void **state)
{
    uint8_t bytes[100] = {0};
    struct lc_info info;
    (void)state;
    memcpy(bytes, info_bytes, sizeof info_bytes);
    memset(bytes + 38, 'n', 26); /* no room for an end */
    assert_int_equal(lc_decode_info(bytes, 100, &info), BJ_OK);
    assert_int_equal(strlen(info.name), 26);
    assert_int_equal(lc_decode_info(bytes, 63, &info), BJ_PROTOCOL);
    assert_int_equal(lc_decode_info(bytes, 0, &info), BJ_PROTOCOL);
    for (int k = 0; k < 3; k++) { /* opcode, status, layout version */
        bytes[k] ^= 1;
        assert_int_equal(lc_decode_info(bytes, 64, &info), BJ_PROTOCOL);
        bytes[k] ^= 1;
    }
}

/* The same bytes mean a status on one port and a message number on the other. */
static void test_replies_and_reports(void **state)
{
    static const uint8_t bytes[] = {0x8a, 0x05, 0xe4, 0x16}, good[] = {0x8a, 0, 0xe4, 0x16};
    struct lc_report report;
    struct lc_reply reply;
    (void)state;
    assert_int_equal(lc_decode_report(bytes, 4, &report), BJ_OK);
    assert_int_equal(report.message, 5);
    assert_int_equal(report.free_points, 5860);
    assert_int_equal(lc_decode_reply(bytes, 4, &reply), BJ_OK);
    assert_false(reply.good);
    assert_int_equal(lc_decode_reply(good, 4, &reply), BJ_OK);
    assert_true(reply.good && reply.opcode == LC_FREE);
    assert_int_equal(reply.free_points, 5860);
    assert_int_equal(lc_decode_reply(good, 3, &reply), BJ_PROTOCOL);
    assert_int_equal(lc_decode_reply((const uint8_t[]){0x80, 0}, 2, &reply), BJ_OK);
    assert_int_equal(lc_decode_reply((const uint8_t[]){0x80, 0}, 1, &reply), BJ_PROTOCOL);
    assert_int_equal(lc_decode_report(bytes, 3, &report), BJ_PROTOCOL);
    assert_int_equal(lc_decode_report((const uint8_t[]){0xa9, 5, 0, 0}, 4, &report),
                     BJ_PROTOCOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_x_is_mirrored_and_y_is_not),
        cmocka_unit_test(test_not_a_number_is_the_centre),
        cmocka_unit_test(test_all_twelve_bits),
        cmocka_unit_test(test_colours_are_rounded_and_may_be_dark),
        cmocka_unit_test(test_a_full_packet),
        cmocka_unit_test(test_full_info),
        cmocka_unit_test(test_info_of_other_sizes_and_kinds),
        cmocka_unit_test(test_replies_and_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
