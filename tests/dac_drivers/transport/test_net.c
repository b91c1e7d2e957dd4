/* SPDX-License-Identifier: MIT
 *
 * Real sockets, on loopback only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <beamjack/dacs.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct bj_net *net;
static int listener, peer, handle;
static struct bj_address address;

static void wait_for(int fd, short events)
{
    struct pollfd waiting = {.fd = fd, .events = events};

    assert_int_equal(poll(&waiting, 1, 5000), 1);
}

static int listen_somewhere(void)
{
    struct sockaddr_in local = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(BJ_LOOPBACK)};
    socklen_t size = sizeof local;

    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&local, sizeof local) != 0 ||
        listen(listener, 4) != 0 ||
        getsockname(listener, (struct sockaddr *)&local, &size) != 0)
        return -1;
    address = (struct bj_address){BJ_LOOPBACK, ntohs(local.sin_port)};
    return 0;
}

static int start(void **state)
{
    (void)state;
    net = bj_net_create();
    return net == NULL ? -1 : listen_somewhere();
}

static int finish(void **state)
{
    (void)state;
    close(listener);
    bj_net_destroy(net);
    return 0;
}

static void connect_pair(void)
{
    assert_int_equal(net->ops->connect_tcp(net, address, &handle), BJ_OK);
    wait_for(handle, POLLOUT);
    assert_int_equal(net->ops->connect_result(net, handle), BJ_OK);
    peer = accept(listener, NULL, NULL);
    assert_true(peer >= 0);
}

static void test_bytes_both_ways_and_an_orderly_end(void **state)
{
    char bytes[8];
    size_t moved = 0;

    (void)state;
    connect_pair();
    assert_int_equal(net->ops->receive(net, handle, bytes, 8, &moved), BJ_WOULD_BLOCK);
    assert_int_equal(net->ops->send(net, handle, "hello", 5, &moved), BJ_OK);
    assert_int_equal(moved, 5);
    assert_int_equal(recv(peer, bytes, 8, 0), 5);
    assert_int_equal(send(peer, "you", 3, 0), 3);
    wait_for(handle, POLLIN);
    assert_int_equal(net->ops->receive(net, handle, bytes, 8, &moved), BJ_OK);
    assert_int_equal(moved, 3);
    assert_memory_equal(bytes, "you", 3);
    close(peer);
    wait_for(handle, POLLIN);
    assert_int_equal(net->ops->receive(net, handle, bytes, 8, &moved), BJ_DISCONNECTED);
    net->ops->close(net, handle);
}

static void test_small_packets_leave_without_delay(void **state)
{
    int value = 0;
    socklen_t size = sizeof value;

    (void)state;
    connect_pair();
    getsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &value, &size);
    assert_int_not_equal(value, 0);
    net->ops->close(net, handle);
    close(peer);
}

static void test_a_full_socket_would_block_and_a_dead_one_is_no_signal(void **state)
{
    static const char zeros[65536];
    const struct linger at_once = {.l_onoff = 1};
    size_t moved, all = 0;
    enum bj_status status;

    (void)state;
    connect_pair();
    while ((status = net->ops->send(net, handle, zeros, sizeof zeros, &moved)) == BJ_OK)
        all += moved;
    assert_int_equal(status, BJ_WOULD_BLOCK);
    assert_true(all > 0);
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(peer);
    wait_for(handle, POLLIN);
    assert_int_equal(net->ops->send(net, handle, zeros, 1, &moved), BJ_DISCONNECTED);
    assert_int_equal(net->ops->send(net, handle, zeros, 1, &moved), BJ_DISCONNECTED);
    net->ops->close(net, handle);
}

static void test_a_connection_under_way_would_block(void **state)
{
    int waiting[8], count = 0;

    (void)state;
    close(listener);
    listen_somewhere();
    assert_int_equal(listen(listener, 0),
                     0); /* takes one or two, the rest is kept waiting */
    do {
        assert_int_equal(net->ops->connect_tcp(net, address, &waiting[count]), BJ_OK);
        usleep(1000);
    } while (net->ops->connect_result(net, waiting[count++]) == BJ_OK && count < 8);
    assert_int_equal(net->ops->connect_result(net, waiting[count - 1]), BJ_WOULD_BLOCK);
    while (count > 0)
        net->ops->close(net, waiting[--count]);
}

static void test_a_refusal_is_told(void **state)
{
    (void)state;
    close(listener);
    listener = -1;
    assert_int_equal(net->ops->connect_tcp(net, address, &handle), BJ_OK);
    wait_for(handle, POLLOUT);
    assert_int_equal(net->ops->connect_result(net, handle), BJ_REFUSED);
    net->ops->close(net, handle);
}

/* ---- UDP ----------------------------------------------------------------------------- */

static uint16_t port_of(int fd)
{
    struct sockaddr_in local;
    socklen_t size = sizeof local;

    assert_int_equal(getsockname(fd, (struct sockaddr *)&local, &size), 0);
    return ntohs(local.sin_port);
}

static void test_datagrams_with_their_source(void **state)
{
    struct bj_address here = {BJ_LOOPBACK, 0}, from;
    char bytes[4];
    size_t size;
    int a, b;

    (void)state;
    assert_int_equal(net->ops->open_udp(net, here, false, &a), BJ_OK);
    assert_int_equal(net->ops->open_udp(net, here, false, &b), BJ_OK);
    assert_int_equal(net->ops->receive_from(net, b, &from, bytes, 4, &size),
                     BJ_WOULD_BLOCK);
    here.port = port_of(b);
    assert_int_equal(net->ops->send_to(net, a, here, "abcdef", 6), BJ_OK);
    wait_for(b, POLLIN);
    assert_int_equal(net->ops->receive_from(net, b, &from, bytes, 4, &size), BJ_OK);
    assert_int_equal(size, 4); /* cut */
    assert_memory_equal(bytes, "abcd", 4);
    assert_int_equal(from.ip, BJ_LOOPBACK);
    assert_int_equal(from.port, port_of(a));
    net->ops->close(net, a);
    net->ops->close(net, b);
}

static void test_broadcasts_reach_everybody_who_shares_the_port(void **state)
{
    struct bj_address any = {0, 0}, to = {0x7fffffffu, 0}, from;
    int listeners[2], sender;
    char byte;
    size_t size;

    (void)state;
    assert_int_equal(net->ops->open_udp(net, any, true, &listeners[0]), BJ_OK);
    any.port = to.port = port_of(listeners[0]);
    assert_int_equal(net->ops->open_udp(net, any, true, &listeners[1]), BJ_OK);
    any = (struct bj_address){BJ_LOOPBACK, 0};
    assert_int_equal(net->ops->open_udp(net, any, false, &sender), BJ_OK);
    assert_int_equal(net->ops->send_to(net, sender, to, "!", 1), BJ_OK);
    for (int k = 0; k < 2; k++) {
        wait_for(listeners[k], POLLIN);
        assert_int_equal(net->ops->receive_from(net, listeners[k], &from, &byte, 1, &size),
                         BJ_OK);
        net->ops->close(net, listeners[k]);
    }
    net->ops->close(net, sender);
}

static void test_a_port_somebody_holds_alone_is_busy(void **state)
{
    struct bj_address here = {BJ_LOOPBACK, 0};
    int a, b;

    (void)state;
    assert_int_equal(net->ops->open_udp(net, here, false, &a), BJ_OK);
    here.port = port_of(a);
    assert_int_equal(net->ops->open_udp(net, here, true, &b), BJ_BUSY);
    net->ops->close(net, a);
}

static void test_a_peer_is_the_only_one_heard(void **state)
{
    struct bj_address here = {BJ_LOOPBACK, 0}, to = {BJ_LOOPBACK, 0}, from;
    char byte;
    size_t size;
    int ours, friend, stranger;

    (void)state;
    assert_int_equal(net->ops->open_udp(net, here, false, &ours), BJ_OK);
    assert_int_equal(net->ops->open_udp(net, here, false, &friend), BJ_OK);
    assert_int_equal(net->ops->open_udp(net, here, false, &stranger), BJ_OK);
    to.port = port_of(friend);
    assert_int_equal(net->ops->set_peer(net, ours, to), BJ_OK);
    here.port = port_of(ours);
    assert_int_equal(net->ops->send_to(net, stranger, here, "s", 1), BJ_OK);
    assert_int_equal(net->ops->send_to(net, friend, here, "f", 1), BJ_OK);
    wait_for(ours, POLLIN);
    assert_int_equal(net->ops->receive_from(net, ours, &from, &byte, 1, &size), BJ_OK);
    assert_int_equal(byte, 'f');
    assert_int_equal(net->ops->receive_from(net, ours, &from, &byte, 1, &size),
                     BJ_WOULD_BLOCK);
    assert_int_equal(net->ops->send_to(net, ours, to, "!", 1), BJ_OK);
    wait_for(friend, POLLIN);
    net->ops->close(net, ours);
    net->ops->close(net, friend);
    net->ops->close(net, stranger);
}

static void test_a_peer_that_does_not_listen_refuses(void **state)
{
    struct bj_address here = {BJ_LOOPBACK, 0}, to = {BJ_LOOPBACK, 0}, from;
    char byte;
    size_t size;
    int ours, gone;

    (void)state;
    assert_int_equal(net->ops->open_udp(net, here, false, &ours), BJ_OK);
    assert_int_equal(net->ops->open_udp(net, here, false, &gone), BJ_OK);
    to.port = port_of(gone);
    net->ops->close(net, gone);
    assert_int_equal(net->ops->set_peer(net, ours, to), BJ_OK);
    assert_int_equal(net->ops->send_to(net, ours, to, "?", 1), BJ_OK);
    wait_for(ours, POLLIN);
    assert_int_equal(net->ops->receive_from(net, ours, &from, &byte, 1, &size), BJ_REFUSED);
    assert_int_equal(net->ops->receive_from(net, ours, &from, &byte, 1, &size),
                     BJ_WOULD_BLOCK);
    net->ops->close(net, ours);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_bytes_both_ways_and_an_orderly_end),
        TEST(test_small_packets_leave_without_delay),
        TEST(test_a_full_socket_would_block_and_a_dead_one_is_no_signal),
        TEST(test_a_connection_under_way_would_block),
        TEST(test_a_refusal_is_told),
        TEST(test_datagrams_with_their_source),
        TEST(test_broadcasts_reach_everybody_who_shares_the_port),
        TEST(test_a_port_somebody_holds_alone_is_busy),
        TEST(test_a_peer_is_the_only_one_heard),
        TEST(test_a_peer_that_does_not_listen_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
