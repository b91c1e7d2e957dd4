/* SPDX-License-Identifier: MIT
 *
 * The kernel's list of addresses is read in pieces, by rtnetlink(7).
 */
#include "transport/net_broadcast.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE_BYTES 16384 /* more than the kernel puts into one piece */
#define SHORTEST_HOST_BITS 2
#define LOOPBACK_NET 127u

struct broadcast {
    int fd;
    uint16_t port;
    const void *bytes;
    size_t size;
    int sent, error;
};

struct place {
    uint32_t ip, broadcast; /* host byte order; broadcast 0: none */
    unsigned interface;
};

/* ---- Sending ------------------------------------------------------------------------- */

static void send_from(struct broadcast *cast, const struct place *from, uint32_t to)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(cast->port), .sin_addr.s_addr = htonl(to)};
    struct in_pktinfo source = {.ipi_ifindex = (int)from->interface,
                                .ipi_spec_dst.s_addr = htonl(from->ip)};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof source)] = {0};
    struct iovec part = {.iov_len = cast->size};
    struct msghdr message = {
        .msg_name = &address,
        .msg_namelen = sizeof address,
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    memcpy(&part.iov_base, &cast->bytes, sizeof part.iov_base); /* is only read */
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof source);
    memcpy(CMSG_DATA(header), &source, sizeof source);
    if (sendmsg(cast->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
        cast->sent++;
    else
        cast->error = errno;
}

static void ask_around(struct broadcast *cast, const struct place *from)
{
    if (from->broadcast != 0)
        send_from(cast, from, from->broadcast);
    if (from->ip >> 24 != LOOPBACK_NET)
        send_from(cast, from, INADDR_BROADCAST);
}

/* ---- The addresses of this computer -------------------------------------------------- */

static bool read_place(struct nlmsghdr *header, struct place *place)
{
    struct ifaddrmsg *message = NLMSG_DATA(header);
    int left = (int)IFA_PAYLOAD(header);
    uint32_t others, network_order;

    *place = (struct place){.interface = message->ifa_index};
    for (struct rtattr *a = IFA_RTA(message); RTA_OK(a, left); a = RTA_NEXT(a, left))
        if (a->rta_type == IFA_LOCAL && RTA_PAYLOAD(a) == sizeof network_order) {
            memcpy(&network_order, RTA_DATA(a), sizeof network_order);
            place->ip = ntohl(network_order);
        }
    if (message->ifa_prefixlen <= 32 - SHORTEST_HOST_BITS) {
        others = message->ifa_prefixlen == 0
                     ? UINT32_MAX
                     : (UINT32_C(1) << (32 - message->ifa_prefixlen)) - 1;
        place->broadcast = place->ip | others;
    }
    return message->ifa_family == AF_INET && place->ip != 0;
}

/* Returns whether there is more to come. */
static bool read_piece(struct broadcast *cast, struct nlmsghdr *header, size_t size)
{
    struct place place;

    for (; NLMSG_OK(header, size); header = NLMSG_NEXT(header, size)) {
        if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
            return false;
        if (header->nlmsg_type == RTM_NEWADDR && read_place(header, &place))
            ask_around(cast, &place);
    }
    return true;
}

static int ask_for_addresses(int kernel)
{
    struct {
        struct nlmsghdr header;
        struct ifaddrmsg which;
    } request = {
        .header = {.nlmsg_len = sizeof request,
                   .nlmsg_type = RTM_GETADDR,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .which = {.ifa_family = AF_INET},
    };

    return send(kernel, &request, sizeof request, MSG_DONTWAIT) < 0 ? errno : 0;
}

int bj_net_broadcast(int fd, uint16_t port, const void *bytes, size_t size)
{
    struct broadcast cast = {
        .fd = fd, .port = port, .bytes = bytes, .size = size, .error = ENETUNREACH};
    _Alignas(struct nlmsghdr) char piece[PIECE_BYTES];
    int kernel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    ssize_t got = 0;

    if (kernel < 0)
        return errno;
    cast.error = ask_for_addresses(kernel);
    if (cast.error == 0) {
        cast.error = ENETUNREACH;
        do {
            got = recv(kernel, piece, sizeof piece, MSG_DONTWAIT);
        } while (got > 0 &&
                 read_piece(&cast, (struct nlmsghdr *)(void *)piece, (size_t)got));
    }
    close(kernel);
    return cast.sent > 0 ? 0 : cast.error;
}
