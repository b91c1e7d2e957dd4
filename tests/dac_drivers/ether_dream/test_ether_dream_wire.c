/* SPDX-License-Identifier: MIT
 *
 * Bytes of real devices (tests/vectors) and of the protocol, both ways.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/light_codes.h"
#include "ether_dream/ether_dream_wire.h"

#include <math.h>
#include <stdio.h>

static size_t from_hex(const char *hex, uint8_t *bytes)
{
    size_t size = 0;
    unsigned value;

    for (; hex[0] != '\0' && hex[1] != '\0' && sscanf(hex, "%2x", &value) == 1; hex += 2)
        bytes[size++] = (uint8_t)value;
    return size;
}

static struct ed_reply reply_of(const char *hex)
{
    struct ed_reply reply;
    uint8_t bytes[64];

    assert_int_equal(from_hex(hex, bytes), ED_REPLY_SIZE);
    assert_int_equal(ed_decode_reply(bytes, &reply), BJ_OK);
    return reply;
}

/* ---- Replies ------------------------------------------------------------------------- */

static void test_greeting_of_a_second_generation_device(void **state)
{
    struct ed_reply reply = reply_of("613f0000000000003177000078050000000000000000");

    (void)state;
    assert_int_equal(reply.code, ED_ACK);
    assert_int_equal(reply.command, ED_PING);
    assert_int_equal(reply.status.light, ED_LIGHT_READY);
    assert_int_equal(reply.status.playback, ED_IDLE);
    assert_int_equal(reply.status.flags, 0); /* 0x7731 on the wire: noise */
    assert_int_equal(reply.status.fullness, 1400);
}

static void test_playing(void **state)
{
    struct ed_reply reply = reply_of("613f000002000000317700004f0130750000a5000000");

    (void)state;
    assert_int_equal(reply.status.playback, ED_PLAYING);
    assert_int_equal(reply.status.fullness, 335);
    assert_int_equal(reply.status.point_rate, 30000);
    assert_int_equal(reply.status.point_count, 165);
}

static void test_underflow_and_estop_flags_without_the_noise(void **state)
{
    (void)state;
    assert_int_equal(reply_of("49640000000000003377000000000000000000000000").status.flags,
                     ED_FLAG_UNDERFLOW);
    assert_int_equal(reply_of("6163000000000000357700000e010000000000000000").status.flags,
                     ED_FLAG_ESTOP);
}

static void test_estop_of_a_first_generation_device(void **state)
{
    struct ed_reply reply = reply_of("49700003000003000600000000000000000000000000");

    (void)state;
    assert_int_equal(reply.code, ED_NAK_INVALID);
    assert_int_equal(reply.command, ED_PREPARE);
    assert_int_equal(reply.status.light, ED_LIGHT_ESTOP);
    assert_int_equal(reply.status.flags, ED_FLAG_UNDERFLOW | ED_FLAG_ESTOP);
}

/* Every line of a capture that is a plain reply decodes and answers what was asked. */
static void decode_capture(const char *name, int least)
{
    char line[1024], time[32], request[512], hex[512], path[512];
    int decoded = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", TEST_VECTORS, name);
    file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%31s %511s %511s", time, request, hex) != 3 || line[0] == '#' ||
            strlen(hex) != 2 * ED_REPLY_SIZE)
            continue;
        assert_true(reply_of(hex).status.fullness <= 3899);
        decoded++;
    }
    fclose(file);
    assert_true(decoded >= least);
}

static void test_every_captured_reply_decodes(void **state)
{
    (void)state;
    decode_capture("ether-dream-2-lifecycle.txt", 15);
    decode_capture("ether-dream-2-capacity.txt", 5);
    decode_capture("ether-dream-2-drain.txt", 8);
    decode_capture("ether-dream-1-estop.txt", 2);
}

static void test_what_does_not_exist_is_refused(void **state)
{
    uint8_t good[ED_REPLY_SIZE] = {'a', '?'};
    struct ed_reply reply;

    (void)state;
    for (int code = 0; code < 256; code++) {
        bool known = code == 'a' || code == 'I' || code == 'F' || code == '!';
        good[0] = (uint8_t)code;
        assert_int_equal(ed_decode_reply(good, &reply), known ? BJ_OK : BJ_PROTOCOL);
    }
    good[0] = 'a';
    for (int value = 0; value < 256; value++) {
        good[3] = (uint8_t)value;
        assert_int_equal(ed_decode_reply(good, &reply), value <= 3 ? BJ_OK : BJ_PROTOCOL);
        good[3] = 0;
        good[4] = (uint8_t)value;
        assert_int_equal(ed_decode_reply(good, &reply), value <= 2 ? BJ_OK : BJ_PROTOCOL);
        good[4] = 0;
    }
}

/* ---- Broadcast ----------------------------------------------------------------------- */

static void test_captured_broadcast(void **state)
{
    struct ed_broadcast broadcast;
    uint8_t bytes[64];
    const uint8_t mac[] = {0xd8, 0x80, 0x39, 0, 0, 0};

    (void)state;
    assert_int_equal(
        from_hex("d880390000000a0002003b0fa0860100000000000000337700000000000000"
                 "0000000000",
                 bytes),
        ED_BROADCAST_SIZE);
    assert_int_equal(ed_decode_broadcast(bytes, ED_BROADCAST_SIZE, &broadcast), BJ_OK);
    assert_memory_equal(broadcast.mac, mac, 6);
    assert_int_equal(broadcast.hw_revision, 10);
    assert_int_equal(broadcast.sw_revision, 2);
    assert_int_equal(broadcast.capacity, 3899);
    assert_int_equal(broadcast.max_rate, 100000);
    assert_int_equal(broadcast.status.flags, ED_FLAG_UNDERFLOW);
}

static void test_a_short_broadcast_is_refused_a_long_one_cut(void **state)
{
    uint8_t bytes[64] = {1, 2, 3, 4, 5, 6};
    struct ed_broadcast broadcast;

    (void)state;
    for (size_t size = 0; size < sizeof bytes; size++)
        assert_int_equal(ed_decode_broadcast(bytes, size, &broadcast),
                         size < 36 ? BJ_PROTOCOL : BJ_OK);
}

/* ---- Commands ------------------------------------------------------------------------ */

static void expect_bytes(const uint8_t *bytes, size_t size, const char *hex)
{
    uint8_t expected[256];

    assert_int_equal(size, from_hex(hex, expected));
    assert_memory_equal(bytes, expected, size);
}

static void test_rate_commands(void **state)
{
    uint8_t out[16];

    (void)state;
    expect_bytes(out, ed_encode_begin(out, 30000), "62000030750000");
    expect_bytes(out, ed_encode_update(out, 20000), "750000204e0000");
    expect_bytes(out, ed_encode_queue_rate(out, 25000), "71a8610000");
}

static void test_data(void **state)
{
    const struct bj_point points[] = {
        {.x = 1,
         .y = -1,
         .r = light_of(1),
         .g = light_of(0x0203),
         .b = light_of(0x0405),
         .i = 1},
        {.x = 0, .y = 0.5F, .r = light_of(9)},
    };
    uint8_t out[64];

    (void)state;
    expect_bytes(out, ed_encode_data(out, points, 2, false, false),
                 "640200"
                 "0000ff7f0180010003020504ffff00000000"
                 "000000000040090000000000000000000000");
    expect_bytes(out, ed_encode_data(out, points, 1, true, true),
                 "640100"
                 "0080ff7f0180000000000000000000000000");
    expect_bytes(out, ed_encode_data(out, points, 0, true, true), "640000");
}

static int encoded_x(float x)
{
    struct bj_point point = {.x = x};
    uint8_t out[32];

    ed_encode_data(out, &point, 1, false, false);
    return (int16_t)(uint16_t)(out[5] | out[6] << 8);
}

static void test_positions_are_symmetric_and_bounded(void **state)
{
    (void)state;
    for (int n = 0; n <= 32767; n++) {
        assert_int_equal(encoded_x((float)n / 32767.0F), n);
        assert_int_equal(encoded_x((float)-n / 32767.0F), -n);
    }
    assert_int_equal(encoded_x(2), 32767);
    assert_int_equal(encoded_x(-2), -32767);
    assert_int_equal(encoded_x(INFINITY), 32767);
    assert_int_equal(encoded_x(-INFINITY), -32767);
    assert_int_equal(encoded_x(NAN), -32767);
    assert_int_equal(encoded_x(1e30F), 32767);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greeting_of_a_second_generation_device),
        cmocka_unit_test(test_playing),
        cmocka_unit_test(test_underflow_and_estop_flags_without_the_noise),
        cmocka_unit_test(test_estop_of_a_first_generation_device),
        cmocka_unit_test(test_every_captured_reply_decodes),
        cmocka_unit_test(test_what_does_not_exist_is_refused),
        cmocka_unit_test(test_captured_broadcast),
        cmocka_unit_test(test_a_short_broadcast_is_refused_a_long_one_cut),
        cmocka_unit_test(test_rate_commands),
        cmocka_unit_test(test_data),
        cmocka_unit_test(test_positions_are_symmetric_and_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
