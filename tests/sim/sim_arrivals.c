/* SPDX-License-Identifier: MIT */
#include "sim_arrivals.h"

#include "sim_serve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define MOST_AGO_NS (10 * BJ_NS_PER_S) /* beyond, somebody has set the clock */

void sim_arrivals_prepare(int fd)
{
    const int on = 1;

    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

/* The kernel's stamp is of the clock that tells the date. */
static int64_t ago_ns(const struct timespec *stamp)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)(now.tv_sec - stamp->tv_sec) * BJ_NS_PER_S + now.tv_nsec -
           stamp->tv_nsec;
}

static int64_t arrived_ns(struct msghdr *message)
{
    int64_t now_ns = sim_serve_now_ns(), ago = 0;
    struct timespec stamp;

    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part;
         part = CMSG_NXTHDR(message, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
            memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
            ago = ago_ns(&stamp);
        }
    }
    return ago > 0 && ago < MOST_AGO_NS ? now_ns - ago : now_ns;
}

static bool read_one(int fd, struct sim_arrival *arrival)
{
    struct sockaddr_in from = {0};
    struct iovec part = {.iov_base = arrival->bytes, .iov_len = sizeof arrival->bytes};
    _Alignas(struct cmsghdr) char control[128];
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof from,
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t got = recvmsg(fd, &message, 0);

    if (got < 0) {
        return false;
    }
    arrival->given = false;
    arrival->size = (uint16_t)got;
    arrival->at_ns = arrived_ns(&message);
    arrival->from = (struct bj_address){.ip = ntohl(from.sin_addr.s_addr),
                                        .port = ntohs(from.sin_port)};
    return true;
}

void sim_arrivals_read(struct sim_arrivals *arrivals, int fd, uint16_t port)
{
    while (fd >= 0 && arrivals->count < SIM_ARRIVALS &&
           read_one(fd, &arrivals->items[arrivals->count])) {
        arrivals->items[arrivals->count++].port = port;
    }
}

static struct sim_arrival *earliest(struct sim_arrivals *arrivals)
{
    struct sim_arrival *first = NULL;

    for (int n = 0; n < arrivals->count; n++) {
        struct sim_arrival *item = &arrivals->items[n];
        if (!item->given && (!first || item->at_ns < first->at_ns)) {
            first = item;
        }
    }
    return first;
}

const struct sim_arrival *sim_arrivals_next(struct sim_arrivals *arrivals)
{
    struct sim_arrival *first = earliest(arrivals);

    if (first) {
        first->given = true;
    } else {
        arrivals->count = 0;
    }
    return first;
}
