/* SPDX-License-Identifier: MIT
 *
 * On the real network of this computer, of which loopback alone is certain;
 * tests/e2e/many_networks has more of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport/net_broadcast.h"

static int open_udp(void)
{
    const struct sockaddr_in any = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1;

    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on), 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&any, sizeof any), 0);
    return fd;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_in name;
    socklen_t size = sizeof name;

    assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &size), 0);
    return ntohs(name.sin_port);
}

static int open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

/* Who listens on every address hears loopback's once. */
static void loopback_is_asked_once(void **state)
{
    int speaker = open_udp(), listener = open_udp(), times = 0;
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    char bytes[8];

    (void)state;
    assert_int_equal(bj_net_broadcast(speaker, port_of(listener), "here?", 5), 0);
    assert_int_equal(poll(&ready, 1, 5000), 1);
    while (recvfrom(listener, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &size) ==
           5) {
        assert_memory_equal(bytes, "here?", 5);
        assert_int_equal(ntohs(from.sin_port), port_of(speaker));
        times += ntohl(from.sin_addr.s_addr) >> 24 == 127;
    }
    assert_int_equal(times, 1);
    close(speaker);
    close(listener);
}

static void failures_are_told_and_nothing_stays_open(void **state)
{
    int before = open_descriptors();

    (void)state;
    for (int k = 0; k < 100; k++)
        assert_int_equal(bj_net_broadcast(-1, 7255, "?", 1), EBADF);
    assert_int_equal(open_descriptors(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loopback_is_asked_once),
        cmocka_unit_test(failures_are_told_and_nothing_stays_open),
    };

    return cmocka_run_group_tests_name("net_broadcast", tests, NULL, NULL);
}
