/* SPDX-License-Identifier: MIT
 *
 * floor_client PPS [tcp|udp...]: the least a program can do that streams to network DACs:
 * every 5 ms one sleep, and for each word one send of the bytes that are due, to a sink of
 * its own on loopback (child processes, so their time is not counted). tcp is an Ether
 * Dream, udp an IDN receiver or a LaserCube, which take several datagrams where one is not
 * enough. Without words: tcp. Runs until it is ended.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL_NS 5000000L
#define INTERVALS_PER_S 200
#define TCP_POINT_SIZE 18 /* as an Ether Dream takes them, plus a header per command */
#define TCP_HEADER_SIZE 3
#define UDP_POINT_SIZE 10
#define UDP_MOST 1400 /* bytes of a datagram, plus a header */
#define UDP_HEADER_SIZE 4
#define MAX_PPS 1000000
#define MAX_LINKS 16

static char bytes[TCP_HEADER_SIZE + MAX_PPS / INTERVALS_PER_S * TCP_POINT_SIZE];

struct link {
    int socket;
    bool udp;
};

static int listen_on_loopback(struct sockaddr_in *address, bool udp)
{
    socklen_t size = sizeof *address;
    *address = (struct sockaddr_in){.sin_family = AF_INET};
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)address, size) != 0 ||
        (!udp && listen(listener, 1) != 0) ||
        getsockname(listener, (struct sockaddr *)address, &size) != 0)
        return -1;
    return listener;
}

static void swallow(int listener, bool udp)
{
    static char swallowed[65536];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int link = udp ? listener : accept(listener, NULL, NULL);
    while (link >= 0 && read(link, swallowed, sizeof swallowed) > 0)
        continue;
    _exit(0);
}

/* A connection to a child that throws everything away. False: none. */
static bool connect_sink(struct link *link)
{
    struct sockaddr_in address;
    int listener = listen_on_loopback(&address, link->udp);
    if (listener < 0)
        return false;
    pid_t child = fork();
    if (child == 0)
        swallow(listener, link->udp);
    close(listener);
    int on = 1;
    link->socket = socket(AF_INET, link->udp ? SOCK_DGRAM : SOCK_STREAM, 0);
    if (child < 0 || link->socket < 0 ||
        connect(link->socket, (struct sockaddr *)&address, sizeof address) != 0)
        return false;
    return link->udp ||
           setsockopt(link->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0;
}

static bool send_whole(const struct link *link, size_t size)
{
    return send(link->socket, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static bool send_due(const struct link *link, long points)
{
    if (!link->udp)
        return send_whole(link, TCP_HEADER_SIZE + (size_t)points * TCP_POINT_SIZE);
    for (size_t left = (size_t)points * UDP_POINT_SIZE, now; left > 0; left -= now) {
        now = left < UDP_MOST ? left : UDP_MOST;
        if (!send_whole(link, UDP_HEADER_SIZE + now))
            return false;
    }
    return true;
}

static void advance(struct timespec *at)
{
    at->tv_nsec += INTERVAL_NS;
    if (at->tv_nsec >= 1000000000L) {
        at->tv_nsec -= 1000000000L;
        at->tv_sec++;
    }
}

static bool send_all(const struct link *links, int count, long points)
{
    for (int k = 0; k < count; k++)
        if (!send_due(&links[k], points))
            return false;
    return true;
}

/* How many; 0: wrong words, -1: no socket. */
static int connect_all(struct link *links, int words, char **word)
{
    for (int k = 0; k < words; k++) {
        links[k].udp = strcmp(word[k], "udp") == 0;
        if (!links[k].udp && strcmp(word[k], "tcp") != 0)
            return 0;
        if (!connect_sink(&links[k]))
            return -1;
    }
    return words;
}

int main(int argc, char **argv)
{
    static char tcp[] = "tcp";
    char *usual[] = {tcp};
    struct link links[MAX_LINKS];
    long pps = argc >= 2 ? strtol(argv[1], NULL, 10) : 0;
    int words = argc > 2 ? argc - 2 : 1, count = 0;
    if (pps >= INTERVALS_PER_S && pps <= MAX_PPS && words <= MAX_LINKS)
        count = connect_all(links, words, argc > 2 ? argv + 2 : usual);
    if (count == 0) {
        fprintf(stderr, "usage: %s PPS [tcp|udp...]\n", argv[0]);
        return 2;
    }
    if (count < 0) {
        perror(argv[0]);
        return 1;
    }
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    while (send_all(links, count, pps / INTERVALS_PER_S)) {
        advance(&next);
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    return 1;
}
