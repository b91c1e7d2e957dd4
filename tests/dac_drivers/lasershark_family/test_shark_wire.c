/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lasershark_family/shark_wire.h"

#include <math.h>

static void expect_command(uint8_t op, uint32_t argument, const char *bytes, size_t size)
{
    uint8_t out[SHARK_COMMAND_SIZE];

    assert_int_equal(shark_encode_command(out, op, argument), size);
    assert_memory_equal(out, bytes, size);
}

/* As in the published firmware and clients: only as many bytes as needed. */
static void test_commands(void **state)
{
    (void)state;
    expect_command(SHARK_SET_OUTPUT, 0, "\x80\x00", 2);
    expect_command(SHARK_SET_OUTPUT, 1, "\x80\x01", 2);
    expect_command(SHARK_SET_RATE, 30000, "\x82\x30\x75\x00\x00", 5);
    expect_command(SHARK_SET_RATE, 64000, "\x82\x00\xfa\x00\x00", 5);
    expect_command(SHARK_GET_RING_FREE, 0, "\x8a", 1);
    expect_command(SHARK_CLEAR_RING, 0, "\x8d\x00", 2);
    expect_command(SHARK_GET_BULK_SAMPLES, 0, "\x8e", 1);
    expect_command(SHARK_RUNNER, SHARK_RUNNER_ENABLE | 1u << 8, "\xc0\x01\x01", 3);
    expect_command(SHARK_RUNNER, SHARK_RUNNER_RUN, "\xc0\x09\x00", 3);
}

static void test_replies(void **state)
{
    uint8_t bytes[SHARK_REPLY_SIZE] = {0x8a, 0x00, 0x00, 0x03, 0x00, 0x00, 0xee};
    struct shark_reply reply;

    (void)state;
    assert_true(shark_decode_reply(bytes, sizeof bytes, &reply));
    assert_int_equal(reply.op, 0x8a);
    assert_int_equal(reply.status, 0);
    assert_int_equal(reply.value, 768);
    memcpy(bytes, "\x81\x01\x01\xaa\xbb\xcc", 6);
    assert_true(shark_decode_reply(bytes, sizeof bytes, &reply));
    assert_int_equal(reply.status, 1);
    assert_int_equal(reply.value, 1); /* one byte; the rest is stale */
    assert_false(shark_decode_reply(bytes, 63, &reply));
    assert_false(shark_decode_reply(bytes, 0, &reply));
}

static void test_coordinates(void **state)
{
    (void)state;
    assert_int_equal(shark_coordinate(-1), 0);
    assert_int_equal(shark_coordinate(1), 4095);
    assert_in_range(shark_coordinate(0), 2047, 2048);
    assert_int_equal(shark_coordinate(7), 4095);
    assert_int_equal(shark_coordinate(-1e30F), 0);
    assert_int_equal(shark_coordinate(NAN), 0);
    for (int k = 0; k < 4096; k++)
        assert_int_equal(shark_coordinate((float)(k / 4095.0 * 2 - 1)), k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_coordinates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
