/* SPDX-License-Identifier: MIT
 *
 * Framing and order, against a device that says whatever it is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "byte_host.h"
#include "ether_dream/ether_dream_channel.h"
#include "fake_net.h"

#define IP 0x0a000001u

static struct fake_net *net;
static struct byte_host device;
static struct ed_channel channel;

static int start(void **state)
{
    struct ed_answer answer;
    uint8_t hello[22] = {'a', '?'};

    (void)state;
    net = fake_net_create();
    byte_host_init(&device);
    fake_net_add(net, IP, &device.host);
    memset(&channel, 0, sizeof channel);
    ed_channel_init(&channel, fake_net_base(net));
    assert_int_equal(ed_channel_dial(&channel, (struct bj_address){IP, ED_TCP_PORT}, 5),
                     BJ_OK);
    fake_net_advance(net, 5);
    channel.connected = true;
    byte_host_say(&device, hello, sizeof hello);
    assert_int_equal(ed_channel_receive(&channel, &answer, 6), BJ_OK);
    assert_int_equal(answer.command.op, ED_PING);
    assert_int_equal(channel.count, 0);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    ed_channel_close(&channel);
    ed_channel_close(&channel);
    assert_int_equal(fake_net_open_sockets(net), 0);
    fake_net_destroy(net);
    return 0;
}

static void send(uint8_t op, size_t size, uint16_t points, int64_t now_ns)
{
    uint8_t *bytes = ed_channel_stage(&channel);

    memset(bytes, 0x55, size);
    bytes[0] = op;
    ed_channel_commit(&channel, size, points, now_ns);
}

static void say(char code, char op)
{
    uint8_t reply[22] = {(uint8_t)code, (uint8_t)op};

    byte_host_say(&device, reply, sizeof reply);
}

static void expect(enum bj_status status, char op)
{
    struct ed_answer answer;

    assert_int_equal(ed_channel_receive(&channel, &answer, 100), status);
    if (status == BJ_OK)
        assert_int_equal(answer.command.op, op);
}

static void test_replies_belong_to_commands_in_order(void **state)
{
    (void)state;
    send('p', 1, 0, 10);
    send('d', 21, 1, 11);
    send('b', 7, 0, 12);
    assert_int_equal(device.heard, 0);
    assert_int_equal(ed_channel_flush(&channel, 13), BJ_OK);
    assert_int_equal(device.heard, 29);
    say('a', 'p');
    say('I', 'd');
    say('a', 'b');
    expect(BJ_OK, 'p');
    expect(BJ_OK, 'd');
    expect(BJ_OK, 'b');
    expect(BJ_WOULD_BLOCK, 0);
}

static void test_a_reply_in_pieces(void **state)
{
    uint8_t reply[22] = {'a', 's'};

    (void)state;
    send('s', 1, 0, 10);
    ed_channel_flush(&channel, 10);
    for (int k = 0; k < 21; k++) {
        byte_host_say(&device, reply + k, 1);
        expect(BJ_WOULD_BLOCK, 0);
    }
    byte_host_say(&device, reply + 21, 1);
    expect(BJ_OK, 's');
}

static void test_an_answer_to_something_else_is_an_error(void **state)
{
    (void)state;
    send('s', 1, 0, 10);
    ed_channel_flush(&channel, 10);
    say('a', 'p');
    expect(BJ_PROTOCOL, 0);
}

static void test_an_answer_to_nothing_is_an_error(void **state)
{
    (void)state;
    byte_host_say(&device, "a", 1);
    expect(BJ_PROTOCOL, 0);
}

static void test_an_answer_before_the_command_left_is_an_error(void **state)
{
    (void)state;
    send('s', 1, 0, 10);
    say('a', 's');
    expect(BJ_PROTOCOL, 0);
}

static void test_the_end_of_the_connection(void **state)
{
    (void)state;
    send('s', 1, 0, 10);
    ed_channel_flush(&channel, 10);
    say('a', 's');
    device.link = SIM_LINK_FIN;
    expect(BJ_OK, 's');
    expect(BJ_DISCONNECTED, 0);
    send('s', 1, 0, 10);
    assert_int_equal(ed_channel_flush(&channel, 10), BJ_DISCONNECTED);
}

/* ---- Version ------------------------------------------------------------------------- */

static void test_a_version_is_32_bytes_of_text(void **state)
{
    uint8_t text[32] = "r331-ed4bef5";
    struct ed_answer answer;

    (void)state;
    send('v', 1, 0, 10);
    ed_channel_flush(&channel, 10);
    byte_host_say(&device, text, 31);
    expect(BJ_WOULD_BLOCK, 0);
    byte_host_say(&device, text + 31, 1);
    assert_int_equal(ed_channel_receive(&channel, &answer, 11), BJ_OK);
    assert_true(answer.is_version);
    assert_string_equal(answer.version, "r331-ed4bef5");
}

static void test_a_version_is_cut_where_it_is_no_text(void **state)
{
    uint8_t text[32];
    struct ed_answer answer;

    (void)state;
    memset(text, 'x', sizeof text);
    send('v', 1, 0, 10);
    send('v', 1, 0, 10);
    ed_channel_flush(&channel, 10);
    byte_host_say(&device, text, 32);
    assert_int_equal(ed_channel_receive(&channel, &answer, 11), BJ_OK);
    assert_int_equal(strlen(answer.version), 31);
    text[3] = 0x1b;
    byte_host_say(&device, text, 32);
    assert_int_equal(ed_channel_receive(&channel, &answer, 11), BJ_OK);
    assert_string_equal(answer.version, "xxx");
}

static void test_a_version_can_be_refused(void **state)
{
    struct ed_answer answer;

    (void)state;
    send('v', 1, 0, 10);
    ed_channel_flush(&channel, 10);
    say('I', 'v');
    assert_int_equal(ed_channel_receive(&channel, &answer, 11), BJ_OK);
    assert_false(answer.is_version);
    assert_int_equal(answer.reply.code, ED_NAK_INVALID);
}

/* ---- The window ---------------------------------------------------------------------- */

static void test_data_keep_within_the_window_and_leave_room_for_a_stop(void **state)
{
    int sent = 0;

    (void)state;
    while (ed_channel_fits(&channel, 903, true)) {
        send('d', 903, 50, 10);
        sent++;
    }
    assert_int_equal(sent, 8); /* 7224 of 7500 bytes */
    assert_int_equal(ed_channel_window(&channel), 276);
    assert_false(ed_channel_fits(&channel, 277, true));
    assert_true(ed_channel_fits(&channel, 276, true));
    assert_true(ed_channel_fits(&channel, 1, false));
}

static void test_never_more_commands_than_the_device_can_answer(void **state)
{
    int data = 0, all;

    (void)state;
    for (; ed_channel_fits(&channel, 21, true); data++)
        send('d', 21, 1, 10);
    assert_int_equal(data, ED_WINDOW_COMMANDS);
    for (all = data; ed_channel_fits(&channel, 1, false); all++)
        send('?', 1, 0, 10);
    assert_int_equal(all, ED_CHANNEL_PENDING);
}

static void test_what_has_not_begun_to_leave_can_be_forgotten(void **state)
{
    (void)state;
    device.window = 30; /* the second command leaves in part */
    send('d', 21, 1, 10);
    send('d', 39, 2, 10);
    send('d', 57, 3, 10);
    assert_int_equal(ed_channel_points(&channel), 6);
    while (ed_channel_flush(&channel, 11) == BJ_OK && device.heard < 30) {
    }
    channel.tx_begin = 30; /* as if the socket itself had taken no more than the device */
    channel.tx_end = 117;
    channel.pending[(channel.first + 1) % ED_CHANNEL_PENDING].unsent = 30;
    channel.pending[(channel.first + 2) % ED_CHANNEL_PENDING].unsent = 57;
    assert_int_equal(ed_channel_drop_unsent(&channel), 3);
    assert_int_equal(channel.count, 2);
    assert_int_equal(channel.tx_end, 60);
    assert_int_equal(ed_channel_drop_unsent(&channel), 0);
}

static void test_a_blocked_socket_keeps_order(void **state)
{
    (void)state;
    device.window = 0;
    for (int k = 0; k < 20; k++) { /* far more than the socket buffers */
        while (ed_channel_fits(&channel, 903, true))
            send('d', 903, 50, 10);
        if (ed_channel_flush(&channel, 11) == BJ_WOULD_BLOCK)
            break;
    }
    device.window = BYTE_HOST_SIZE;
    fake_net_advance(net, 20);
    assert_int_equal(ed_channel_flush(&channel, 20), BJ_OK);
    fake_net_advance(net, 21);
    assert_int_equal(device.heard, 8 * 903);
    for (int k = 0; k < 8; k++)
        assert_int_equal(device.in[k * 903], 'd');
}

static void test_what_was_refused_ahead_counts_no_more(void **state)
{
    struct ed_pending found;

    (void)state;
    send('d', 21, 1, 10);
    send('s', 1, 0, 12);
    assert_int_equal(ed_channel_points(&channel), 1);
    ed_channel_refuse_ahead(&channel);
    assert_int_equal(ed_channel_points(&channel), 0);
    assert_false(ed_channel_awaits(&channel, "pb", NULL));
    assert_true(ed_channel_awaits(&channel, "bs", &found));
    assert_int_equal(found.queued_ns, 12);
}

static void test_times_tell_when_it_left(void **state)
{
    struct ed_answer answer;

    (void)state;
    send('s', 1, 0, 10);
    assert_int_equal(channel.progress_ns, 10);
    ed_channel_flush(&channel, 17);
    say('a', 's');
    assert_int_equal(ed_channel_receive(&channel, &answer, 30), BJ_OK);
    assert_int_equal(answer.command.queued_ns, 10);
    assert_int_equal(answer.command.sent_ns, 17);
    assert_int_equal(channel.progress_ns, 30);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_replies_belong_to_commands_in_order),
        TEST(test_a_reply_in_pieces),
        TEST(test_an_answer_to_something_else_is_an_error),
        TEST(test_an_answer_to_nothing_is_an_error),
        TEST(test_an_answer_before_the_command_left_is_an_error),
        TEST(test_the_end_of_the_connection),
        TEST(test_a_version_is_32_bytes_of_text),
        TEST(test_a_version_is_cut_where_it_is_no_text),
        TEST(test_a_version_can_be_refused),
        TEST(test_data_keep_within_the_window_and_leave_room_for_a_stop),
        TEST(test_never_more_commands_than_the_device_can_answer),
        TEST(test_what_has_not_begun_to_leave_can_be_forgotten),
        TEST(test_a_blocked_socket_keeps_order),
        TEST(test_what_was_refused_ahead_counts_no_more),
        TEST(test_times_tell_when_it_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
