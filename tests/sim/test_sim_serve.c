/* SPDX-License-Identifier: MIT
 *
 * A device on real sockets of this computer: the device here sends back what it gets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim_serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_NS (3 * BJ_NS_PER_S)
#define ECHO_BYTES 8192

/* ---- The device ---------------------------------------------------------------------- */

struct echo {
    struct sim_host host;
    int connections, hang_ups;
    bool refuses;
    size_t takes; /* of what is held, at most this is kept: a window */
    struct {
        size_t held;
        uint8_t bytes[ECHO_BYTES];
        enum sim_link link;
    } lines[SIM_SERVE_CLIENTS];
    int datagrams_in;
    int64_t datagram_ns[8]; /* when they came, as told */
    uint8_t datagram_in[64];
    size_t datagram_out_size;
    struct bj_address datagram_to;
    int64_t next_ns;
    struct bj_address asked_by; /* talker, below */
    uint16_t asked_at;          /* 0: nothing to say */
};

static struct echo *echo_of(struct sim_host *host)
{
    return (struct echo *)host;
}

static int echo_accept(struct sim_host *host, uint16_t port, int64_t now_ns)
{
    (void)now_ns;
    assert_int_equal(port, 7000);
    if (echo_of(host)->refuses) {
        return -1;
    }
    return echo_of(host)->connections++;
}

static size_t echo_deliver(struct sim_host *host, int connection, const void *bytes,
                           size_t size, int64_t now_ns)
{
    size_t held = echo_of(host)->lines[connection].held;
    size_t room = echo_of(host)->takes > held ? echo_of(host)->takes - held : 0;
    size_t taken = size < room ? size : room;

    (void)now_ns;
    memcpy(echo_of(host)->lines[connection].bytes + held, bytes, taken);
    echo_of(host)->lines[connection].held += taken;
    return taken;
}

static size_t echo_collect(struct sim_host *host, int connection, void *bytes, size_t size,
                           int64_t now_ns)
{
    size_t held = echo_of(host)->lines[connection].held;
    size_t given = size < held ? size : held;
    uint8_t *from = echo_of(host)->lines[connection].bytes;

    (void)now_ns;
    memcpy(bytes, from, given);
    memmove(from, from + given, held - given);
    echo_of(host)->lines[connection].held -= given;
    return given;
}

static enum sim_link echo_link(struct sim_host *host, int connection, int64_t now_ns)
{
    (void)now_ns;
    return echo_of(host)->lines[connection].link;
}

static void echo_hang_up(struct sim_host *host, int connection, int64_t now_ns)
{
    (void)connection, (void)now_ns;
    echo_of(host)->hang_ups++;
}

static void echo_datagram_in(struct sim_host *host, uint16_t port, struct bj_address from,
                             const void *bytes, size_t size, int64_t now_ns)
{
    (void)port;
    assert_int_equal(from.ip, BJ_LOOPBACK);
    echo_of(host)->datagram_ns[echo_of(host)->datagrams_in % 8] = now_ns;
    memcpy(echo_of(host)->datagram_in, bytes, size);
    echo_of(host)->datagrams_in++;
}

static size_t echo_datagram_out(struct sim_host *host, uint16_t *from_port,
                                struct bj_address *to, void *bytes, size_t size,
                                int64_t now_ns)
{
    size_t out = echo_of(host)->datagram_out_size;

    (void)now_ns;
    assert_true(out <= size);
    memset(bytes, 'd', out);
    *from_port = 0;
    *to = echo_of(host)->datagram_to;
    echo_of(host)->datagram_out_size = 0;
    return out;
}

static int64_t echo_next_event_ns(struct sim_host *host, int64_t now_ns)
{
    (void)now_ns;
    return echo_of(host)->next_ns;
}

static const uint16_t echo_ports[] = {7000, 0};
static const uint16_t no_ports[] = {0};

static const struct sim_host_ops echo_ops = {
    .accept = echo_accept,
    .deliver = echo_deliver,
    .collect = echo_collect,
    .link = echo_link,
    .hang_up = echo_hang_up,
    .datagram_in = echo_datagram_in,
    .datagram_out = echo_datagram_out,
    .next_event_ns = echo_next_event_ns,
    .tcp_ports = echo_ports,
    .udp_ports = no_ports,
};

/* ---- The fixture --------------------------------------------------------------------- */

struct fixture {
    struct echo echo;
    struct sim_serve *serve;
    int wake_fd;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct sim_serve_config config = sim_serve_defaults();

    assert_non_null(fixture);
    fixture->echo.host.ops = &echo_ops;
    fixture->echo.takes = ECHO_BYTES;
    fixture->echo.next_ns = BJ_NEVER;
    fixture->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    config.port = SIM_SERVE_ANY_PORT;
    config.wake_fd = fixture->wake_fd;
    assert_int_equal(sim_serve_create(&fixture->serve, &fixture->echo.host, &config),
                     BJ_OK);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    sim_serve_destroy(fixture->serve);
    close(fixture->wake_fd);
    free(fixture);
    return 0;
}

static void serve_a_little(struct fixture *fixture)
{
    assert_int_equal(sim_serve_run(fixture->serve, sim_serve_now_ns() + 2 * BJ_NS_PER_MS),
                     BJ_OK);
}

static struct sockaddr_in here(uint16_t port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                .sin_port = htons(port)};
}

/* Connected and accepted, unless the device refuses. */
static int connect_to(struct fixture *fixture)
{
    struct sockaddr_in address = here(sim_serve_port(fixture->serve));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    serve_a_little(fixture);
    return fd;
}

/* What recv says once it says something: bytes, 0 for the end, or minus errno. */
static ssize_t receive(struct fixture *fixture, int fd, void *bytes, size_t size)
{
    int64_t end_ns = sim_serve_now_ns() + PATIENCE_NS;
    ssize_t got;

    while ((got = recv(fd, bytes, size, 0)) < 0 && errno == EAGAIN) {
        assert_true(sim_serve_now_ns() < end_ns);
        serve_a_little(fixture);
    }
    return got < 0 ? -errno : got;
}

static void wait_for_hang_ups(struct fixture *fixture, int count)
{
    int64_t end_ns = sim_serve_now_ns() + PATIENCE_NS;

    while (fixture->echo.hang_ups < count) {
        assert_true(sim_serve_now_ns() < end_ns);
        serve_a_little(fixture);
    }
}

/* ---- Tests --------------------------------------------------------------------------- */

static void test_bytes_there_and_back(void **state)
{
    struct fixture *fixture = *state;
    char bytes[16] = {0};
    int fd = connect_to(fixture);
    assert_int_equal(send(fd, "hello", 5, 0), 5);
    assert_int_equal(receive(fixture, fd, bytes, sizeof bytes), 5);
    assert_string_equal(bytes, "hello");
    close(fd);
    wait_for_hang_ups(fixture, 1);
    assert_int_equal(sim_serve_clients(fixture->serve), 0);
}

static void test_clients_are_kept_apart(void **state)
{
    struct fixture *fixture = *state;
    char bytes[16] = {0};
    int fds[3];
    for (int n = 0; n < 3; n++) {
        fds[n] = connect_to(fixture);
    }
    assert_int_equal(sim_serve_clients(fixture->serve), 3);
    send(fds[0], "a", 1, 0);
    send(fds[2], "c", 1, 0);
    assert_int_equal(receive(fixture, fds[2], bytes, sizeof bytes), 1);
    assert_int_equal(bytes[0], 'c');
    close(fds[0]); /* the others move up in the table, and go on */
    wait_for_hang_ups(fixture, 1);
    send(fds[2], "C", 1, 0);
    assert_int_equal(receive(fixture, fds[2], bytes, sizeof bytes), 1);
    assert_int_equal(bytes[0], 'C');
    assert_int_equal(recv(fds[1], bytes, 1, 0), -1);
    close(fds[1]);
    close(fds[2]);
}

/* More than every buffer on the way, through a device that takes 100 bytes at a time. */
static void test_a_small_window_loses_nothing(void **state)
{
    struct fixture *fixture = *state;
    enum { TOTAL = 100000 };
    int fd = connect_to(fixture), sent = 0, back = 0;
    int64_t end_ns = sim_serve_now_ns() + 4 * PATIENCE_NS;
    fixture->echo.takes = 100;
    while (back < TOTAL && sim_serve_now_ns() < end_ns) {
        uint8_t bytes[1000];
        int count = TOTAL - sent < 1000 ? TOTAL - sent : 1000;
        for (int n = 0; n < count; n++) {
            bytes[n] = (uint8_t)((sent + n) % 251);
        }
        ssize_t done = send(fd, bytes, (size_t)count, 0);
        sent += done > 0 ? (int)done : 0;
        sim_serve_run(fixture->serve, sim_serve_now_ns());
        done = recv(fd, bytes, sizeof bytes, 0);
        for (ssize_t n = 0; n < done; n++) {
            assert_int_equal(bytes[n], back++ % 251);
        }
    }
    assert_int_equal(back, TOTAL);
    close(fd);
}

static void test_refused(void **state)
{
    struct fixture *fixture = *state;
    char byte;
    fixture->echo.refuses = true;
    int fd = connect_to(fixture);
    assert_int_equal(receive(fixture, fd, &byte, 1), -ECONNRESET);
    assert_int_equal(sim_serve_clients(fixture->serve), 0);
    assert_int_equal(fixture->echo.hang_ups, 0);
    close(fd);
}

static void test_one_client_too_many(void **state)
{
    struct fixture *fixture = *state;
    int fds[SIM_SERVE_CLIENTS + 1];
    char byte;
    for (int n = 0; n <= SIM_SERVE_CLIENTS; n++) {
        fds[n] = connect_to(fixture);
    }
    assert_int_equal(receive(fixture, fds[SIM_SERVE_CLIENTS], &byte, 1), -ECONNRESET);
    assert_int_equal(sim_serve_clients(fixture->serve), SIM_SERVE_CLIENTS);
    for (int n = 0; n <= SIM_SERVE_CLIENTS; n++) {
        close(fds[n]);
    }
}

static void test_the_device_resets(void **state)
{
    struct fixture *fixture = *state;
    char byte;
    int fd = connect_to(fixture);
    fixture->echo.lines[0].link = SIM_LINK_RESET;
    assert_int_equal(receive(fixture, fd, &byte, 1), -ECONNRESET);
    assert_int_equal(fixture->echo.hang_ups, 1);
    close(fd);
}

static void test_the_device_ends(void **state)
{
    struct fixture *fixture = *state;
    char byte;
    int fd = connect_to(fixture);
    fixture->echo.lines[0].link = SIM_LINK_FIN;
    assert_int_equal(receive(fixture, fd, &byte, 1), 0);
    assert_int_equal(fixture->echo.hang_ups, 0); /* the client may still talk */
    close(fd);
    wait_for_hang_ups(fixture, 1);
}

static void test_a_client_resets(void **state)
{
    struct fixture *fixture = *state;
    const struct linger at_once = {.l_onoff = 1};
    int fd = connect_to(fixture);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
    wait_for_hang_ups(fixture, 1);
}

/* It must neither stay for ever nor keep the loop busy. */
static void test_a_client_resets_while_nothing_is_taken(void **state)
{
    struct fixture *fixture = *state;
    const struct linger at_once = {.l_onoff = 1};
    int fd = connect_to(fixture);
    fixture->echo.takes = 0;
    send(fd, "stuck", 5, 0);
    serve_a_little(fixture);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
    wait_for_hang_ups(fixture, 1);
}

static void test_broadcasts_go_where_they_should(void **state)
{
    struct fixture *fixture = *state;
    struct sockaddr_in address = here(0);
    socklen_t size = sizeof address;
    char bytes[64];
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    getsockname(fd, (struct sockaddr *)&address, &size);
    fixture->echo.datagram_out_size = 36;
    fixture->echo.datagram_to =
        (struct bj_address){.ip = 0xffffffff, .port = ntohs(address.sin_port)};
    assert_int_equal(receive(fixture, fd, bytes, sizeof bytes), 36);
    assert_int_equal(bytes[35], 'd');
    assert_true(sim_serve_broadcasts(fixture->serve));
    close(fd);
}

static void test_broadcasts_that_cannot_go_are_noticed(void **state)
{
    struct fixture *fixture = *state;
    struct sim_serve_config config = sim_serve_defaults();
    struct sim_serve *serve;
    config.port = SIM_SERVE_ANY_PORT;
    config.broadcast_ip = 0xc0000201; /* not reachable from a loopback address */
    assert_int_equal(sim_serve_create(&serve, &fixture->echo.host, &config), BJ_OK);
    fixture->echo.datagram_out_size = 36;
    fixture->echo.datagram_to = (struct bj_address){.ip = 0xffffffff, .port = 7001};
    assert_int_equal(sim_serve_run(serve, sim_serve_now_ns()), BJ_OK);
    assert_false(sim_serve_broadcasts(serve));
    sim_serve_destroy(serve);
}

/* Nobody looks while they come; they came when they came all the same. */
static void test_datagrams_come_when_they_arrived(void **state)
{
    struct fixture *fixture = *state;
    static const uint16_t ports[] = {17654, 17655, 0};
    const struct timespec pause = {.tv_nsec = 20 * BJ_NS_PER_MS};
    struct sim_host_ops ops = echo_ops;
    struct sim_serve_config config = sim_serve_defaults();
    struct sim_serve *serve;
    const int64_t *came_ns = fixture->echo.datagram_ns;
    int64_t begun_ns;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ops.udp_ports = ports;
    fixture->echo.host.ops = &ops;
    assert_int_equal(sim_serve_create(&serve, &fixture->echo.host, &config), BJ_OK);
    begun_ns = sim_serve_now_ns();
    for (int n = 0; n < 4; n++) { /* the second port first */
        struct sockaddr_in address = here(ports[(n + 1) % 2]);
        sendto(fd, "knock", 5, 0, (const struct sockaddr *)&address, sizeof address);
        nanosleep(&pause, NULL);
    }
    sim_serve_run(serve, sim_serve_now_ns());
    assert_int_equal(fixture->echo.datagrams_in, 4);
    assert_true(came_ns[0] >= begun_ns - BJ_NS_PER_MS);
    for (int n = 1; n < 4; n++) {
        assert_true(came_ns[n] - came_ns[n - 1] > 15 * BJ_NS_PER_MS);
    }
    sim_serve_destroy(serve);
    fixture->echo.host.ops = &echo_ops;
    close(fd);
}

static void test_datagrams_come_in(void **state)
{
    struct fixture *fixture = *state;
    static const uint16_t ports[] = {17654, 0};
    struct sim_host_ops ops = echo_ops;
    struct sim_serve_config config = sim_serve_defaults();
    struct sockaddr_in address = here(ports[0]);
    struct sim_serve *serve;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ops.udp_ports = ports;
    fixture->echo.host.ops = &ops;
    config.port = SIM_SERVE_ANY_PORT;
    assert_int_equal(sim_serve_create(&serve, &fixture->echo.host, &config), BJ_OK);
    sendto(fd, "knock", 5, 0, (const struct sockaddr *)&address, sizeof address);
    sim_serve_run(serve, sim_serve_now_ns());
    assert_int_equal(fixture->echo.datagrams_in, 1);
    assert_memory_equal(fixture->echo.datagram_in, "knock", 5);
    sim_serve_destroy(serve);
    fixture->echo.host.ops = &echo_ops;
    close(fd);
}

/* ---- Devices with UDP ports only ----------------------------------------------------- */

/* Three ports; whatever comes in is answered by the port it came to, with its number. */
static void talker_in(struct sim_host *host, uint16_t port, struct bj_address from,
                      const void *bytes, size_t size, int64_t now_ns)
{
    (void)bytes, (void)size, (void)now_ns;
    echo_of(host)->asked_by = from;
    echo_of(host)->asked_at = port;
}

static size_t talker_out(struct sim_host *host, uint16_t *from_port, struct bj_address *to,
                         void *bytes, size_t size, int64_t now_ns)
{
    uint16_t port = echo_of(host)->asked_at;

    (void)now_ns;
    assert_true(size >= sizeof port);
    *from_port = port;
    *to = echo_of(host)->asked_by;
    memcpy(bytes, &port, sizeof port);
    echo_of(host)->asked_at = 0;
    return port ? sizeof port : 0;
}

static const uint16_t talker_ports[] = {27001, 27002, 27000, 0};

static const struct sim_host_ops talker_ops = {
    .datagram_in = talker_in,
    .datagram_out = talker_out,
    .next_event_ns = echo_next_event_ns,
    .tcp_ports = no_ports,
    .udp_ports = talker_ports,
};

static struct sim_serve *serve_talker(struct echo *echo, uint32_t ip, int port)
{
    struct sim_serve_config config = sim_serve_defaults();
    struct sim_serve *serve;

    echo->host.ops = &talker_ops;
    echo->next_ns = BJ_NEVER;
    config.bind_ip = ip;
    config.port = port;
    assert_int_equal(sim_serve_create(&serve, &echo->host, &config), BJ_OK);
    return serve;
}

/* Asks at ip:port; the answer says which of its own ports the device was asked at. */
static uint16_t ask_talker(struct sim_serve *serve, uint32_t ip, uint16_t port,
                           struct sockaddr_in *answered_from)
{
    struct sockaddr_in address = here(port);
    socklen_t size = sizeof *answered_from;
    const int on = 1;
    int64_t end_ns = sim_serve_now_ns() + PATIENCE_NS;
    uint16_t own = 0;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    address.sin_addr.s_addr = htonl(ip);
    assert_int_equal(
        sendto(fd, "?", 1, 0, (const struct sockaddr *)&address, sizeof address), 1);
    while (recvfrom(fd, &own, sizeof own, 0, (struct sockaddr *)answered_from, &size) < 0) {
        assert_true(sim_serve_now_ns() < end_ns);
        sim_serve_run(serve, sim_serve_now_ns() + 2 * BJ_NS_PER_MS);
    }
    close(fd);
    return own;
}

static void check_talker(struct sim_serve *serve, uint32_t ip, uint32_t device_ip,
                         uint16_t main)
{
    static const int offsets[] = {0, 1, -1};

    for (int p = 0; p < 3; p++) {
        struct sockaddr_in from = {0};
        uint16_t port = (uint16_t)(main + offsets[p]);
        assert_int_equal(ask_talker(serve, ip, port, &from), talker_ports[p]);
        assert_int_equal(ntohs(from.sin_port), port);
        assert_int_equal(ntohl(from.sin_addr.s_addr), device_ip);
    }
}

static void test_udp_ports_keep_their_distance(void **state)
{
    struct echo echo = {0};
    struct sim_serve *serve = serve_talker(&echo, 0x7f000005, SIM_SERVE_ANY_PORT);
    (void)state;
    assert_int_not_equal(sim_serve_port(serve), 0);
    check_talker(serve, 0x7f000005, 0x7f000005, sim_serve_port(serve));
    sim_serve_destroy(serve);
    serve = serve_talker(&echo, 0x7f000005, 28001);
    assert_int_equal(sim_serve_port(serve), 28001);
    check_talker(serve, 0x7f000005, 0x7f000005, 28001);
    sim_serve_destroy(serve);
}

/* Two at different addresses hear the same broadcast; each answers from its own address. */
static void test_broadcasts_are_heard_and_answered(void **state)
{
    struct echo first = {0}, second = {0};
    struct sim_serve *one = serve_talker(&first, 0x7f000005, SIM_SERVE_OWN_PORT);
    struct sim_serve *two = serve_talker(&second, 0x7f000006, SIM_SERVE_OWN_PORT);
    (void)state;
    assert_true(sim_serve_broadcasts(one) && sim_serve_broadcasts(two));
    assert_int_equal(sim_serve_port(one), 27001);
    check_talker(one, 0x7fffffff, 0x7f000005, 27001);
    sim_serve_run(two, sim_serve_now_ns()); /* it heard all that, too */
    assert_int_not_equal(second.asked_by.port, 0);
    check_talker(two, 0x7fffffff, 0x7f000006, 27001);
    sim_serve_destroy(one);
    sim_serve_destroy(two);
}

static void test_a_taken_udp_port_is_told(void **state)
{
    struct echo echo = {0};
    struct sim_serve *serve = serve_talker(&echo, 0x7f000005, SIM_SERVE_OWN_PORT), *second;
    struct sim_serve_config config = sim_serve_defaults();
    (void)state;
    config.bind_ip = 0x7f000005;
    assert_int_equal(sim_serve_create(&second, &echo.host, &config), BJ_BUSY);
    sim_serve_destroy(serve);
}

static void test_a_taken_port_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct sim_serve_config config = sim_serve_defaults();
    struct sim_serve *second;
    config.port = sim_serve_port(fixture->serve);
    assert_int_equal(sim_serve_create(&second, &fixture->echo.host, &config), BJ_BUSY);
    assert_null(second);
    config.port = SIM_SERVE_ANY_PORT;
    config.bind_ip = 0xc0000201; /* 192.0.2.1 belongs to nobody */
    assert_int_equal(sim_serve_create(&second, &fixture->echo.host, &config), BJ_NOT_FOUND);
}

static void test_runs_until_the_time_is_over(void **state)
{
    struct fixture *fixture = *state;
    int64_t until_ns = sim_serve_now_ns() + 20 * BJ_NS_PER_MS;
    assert_int_equal(sim_serve_run(fixture->serve, until_ns), BJ_OK);
    assert_true(sim_serve_now_ns() >= until_ns);
}

static void test_wakes_when_told(void **state)
{
    struct fixture *fixture = *state;
    const uint64_t one = 1;
    assert_int_equal(write(fixture->wake_fd, &one, sizeof one), sizeof one);
    int64_t before_ns = sim_serve_now_ns();
    assert_int_equal(sim_serve_run(fixture->serve, before_ns + PATIENCE_NS), BJ_OK);
    assert_true(sim_serve_now_ns() < before_ns + PATIENCE_NS);
}

/* ---- No descriptor left -------------------------------------------------------------- */

static struct {
    bool exhausted;
    int tries;
} descriptors;

int __real_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
    descriptors.tries++;
    if (descriptors.exhausted) {
        errno = EMFILE;
        return -1;
    }
    return __real_accept4(fd, address, size, flags);
}

/* The client waits in the kernel; nobody spins meanwhile, and it is taken in the end. */
static void test_no_descriptor_left_is_waited_out(void **state)
{
    struct fixture *fixture = *state;
    char bytes[16] = {0};
    descriptors.exhausted = true;
    int fd = connect_to(fixture);
    descriptors.tries = 0;
    assert_int_equal(sim_serve_run(fixture->serve, sim_serve_now_ns() + 300 * BJ_NS_PER_MS),
                     BJ_OK);
    assert_in_range(descriptors.tries, 0, 4);
    assert_int_equal(sim_serve_clients(fixture->serve), 0);
    descriptors.exhausted = false;
    assert_int_equal(send(fd, "hello", 5, 0), 5);
    assert_int_equal(receive(fixture, fd, bytes, sizeof bytes), 5);
    assert_string_equal(bytes, "hello");
    close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_no_descriptor_left_is_waited_out),
        TEST(test_bytes_there_and_back),
        TEST(test_clients_are_kept_apart),
        TEST(test_a_small_window_loses_nothing),
        TEST(test_refused),
        TEST(test_one_client_too_many),
        TEST(test_the_device_resets),
        TEST(test_the_device_ends),
        TEST(test_a_client_resets),
        TEST(test_a_client_resets_while_nothing_is_taken),
        TEST(test_broadcasts_go_where_they_should),
        TEST(test_broadcasts_that_cannot_go_are_noticed),
        TEST(test_datagrams_come_in),
        TEST(test_datagrams_come_when_they_arrived),
        TEST(test_udp_ports_keep_their_distance),
        TEST(test_broadcasts_are_heard_and_answered),
        TEST(test_a_taken_udp_port_is_told),
        TEST(test_a_taken_port_is_told),
        TEST(test_runs_until_the_time_is_over),
        TEST(test_wakes_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
