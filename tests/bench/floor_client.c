/* SPDX-License-Identifier: MIT
 *
 * floor_client PPS: the least a program can do that streams to an Ether Dream: every 5 ms
 * one sleep and one send of the bytes that are due, to a sink of its own on loopback (a
 * child process, so its time is not counted). Runs until it is ended.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
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
#define POINT_SIZE 18 /* as an Ether Dream takes them, plus a header per command */
#define HEADER_SIZE 3
#define MAX_PPS 1000000

static int listen_on_loopback(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    *address = (struct sockaddr_in){.sin_family = AF_INET};
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)address, size) != 0 ||
        listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)address, &size) != 0)
        return -1;
    return listener;
}

static void swallow(int listener)
{
    static char bytes[65536];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int link = accept(listener, NULL, NULL);
    while (link >= 0 && read(link, bytes, sizeof bytes) > 0)
        continue;
    _exit(0);
}

/* A connection to a child that throws everything away; -1: none. */
static int connect_sink(void)
{
    struct sockaddr_in address;
    int listener = listen_on_loopback(&address);
    if (listener < 0)
        return -1;
    pid_t child = fork();
    if (child == 0)
        swallow(listener);
    close(listener);
    int link = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (child < 0 || link < 0 ||
        connect(link, (struct sockaddr *)&address, sizeof address) != 0)
        return -1;
    setsockopt(link, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return link;
}

static void advance(struct timespec *at)
{
    at->tv_nsec += INTERVAL_NS;
    if (at->tv_nsec >= 1000000000L) {
        at->tv_nsec -= 1000000000L;
        at->tv_sec++;
    }
}

int main(int argc, char **argv)
{
    static char bytes[HEADER_SIZE + MAX_PPS / INTERVALS_PER_S * POINT_SIZE];
    long pps = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    if (pps < INTERVALS_PER_S || pps > MAX_PPS) {
        fprintf(stderr, "usage: %s PPS\n", argv[0]);
        return 2;
    }
    int link = connect_sink();
    if (link < 0) {
        perror(argv[0]);
        return 1;
    }
    size_t size = HEADER_SIZE + (size_t)(pps / INTERVALS_PER_S) * POINT_SIZE;
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    while (send(link, bytes, size, MSG_NOSIGNAL) == (ssize_t)size) {
        advance(&next);
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    return 1;
}
