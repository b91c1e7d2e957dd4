/* SPDX-License-Identifier: MIT
 *
 * Real sockets behind bj_net. Handles are file descriptors; nothing is kept about them, so
 * one object serves any number of threads.
 */
#include "session/system_error.h"
#include "transport/net_broadcast.h"

#include <beamjack/dacs.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Backstops: drivers have shorter time-outs of their own. */
#define UNACKNOWLEDGED_MS 5000
#define KEEPALIVE_IDLE_S 2
#define KEEPALIVE_INTERVAL_S 1
#define KEEPALIVE_PROBES 3

static enum bj_status status_of(int error)
{
    switch (error) {
    case EAGAIN:
    case EINPROGRESS:
    case EALREADY:
    case EINTR:
    case ENOBUFS:
        return BJ_WOULD_BLOCK;
    case EADDRINUSE:
        return BJ_BUSY;
    case ECONNREFUSED:
        return BJ_REFUSED;
    case ETIMEDOUT:
        return BJ_TIMED_OUT;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
    case EADDRNOTAVAIL:
        return BJ_NOT_FOUND;
    case EPIPE:
    case ECONNRESET:
    case ECONNABORTED:
    case ENOTCONN:
        return BJ_DISCONNECTED;
    default:
        return bj_system_status(error);
    }
}

static struct sockaddr_in to_sockaddr(struct bj_address address)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons(address.port),
        .sin_addr.s_addr = htonl(address.ip),
    };
}

static void set_option(int fd, int level, int name, int value)
{
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

static enum bj_status open_socket(int type, int *handle)
{
    *handle = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return *handle < 0 ? status_of(errno) : BJ_OK;
}

/* ---- TCP ----------------------------------------------------------------------------- */

static enum bj_status connect_tcp(struct bj_net *net, struct bj_address to, int *handle)
{
    struct sockaddr_in address = to_sockaddr(to);
    enum bj_status status = open_socket(SOCK_STREAM, handle);

    (void)net;
    if (status != BJ_OK)
        return status;
    set_option(*handle, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(*handle, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS);
    set_option(*handle, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
    set_option(*handle, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
    set_option(*handle, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
    set_option(*handle, SOL_SOCKET, SO_KEEPALIVE, 1);
    if (connect(*handle, (struct sockaddr *)&address, sizeof address) == 0)
        return BJ_OK;
    status = status_of(errno);
    if (status == BJ_WOULD_BLOCK)
        return BJ_OK;
    close(*handle);
    return status;
}

/* A socket has no peer before it is connected. */
static enum bj_status connect_result(struct bj_net *net, int handle)
{
    struct sockaddr_in peer;
    socklen_t size = sizeof peer, error_size = sizeof(int);
    int error = 0;

    (void)net;
    if (getsockopt(handle, SOL_SOCKET, SO_ERROR, &error, &error_size) < 0)
        return status_of(errno);
    if (error != 0)
        return status_of(error);
    if (getpeername(handle, (struct sockaddr *)&peer, &size) == 0)
        return BJ_OK;
    return errno == ENOTCONN ? BJ_WOULD_BLOCK : status_of(errno);
}

/* A peer that is gone is a status, never a signal. */
static enum bj_status send_tcp(struct bj_net *net, int handle, const void *bytes,
                               size_t size, size_t *sent)
{
    ssize_t result = send(handle, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);

    (void)net;
    if (result < 0)
        return status_of(errno);
    *sent = (size_t)result;
    return BJ_OK;
}

static enum bj_status receive_tcp(struct bj_net *net, int handle, void *bytes, size_t size,
                                  size_t *received)
{
    ssize_t result = recv(handle, bytes, size, MSG_DONTWAIT);

    (void)net;
    if (result < 0)
        return status_of(errno);
    if (result == 0)
        return BJ_DISCONNECTED;
    *received = (size_t)result;
    return BJ_OK;
}

/* ---- UDP ----------------------------------------------------------------------------- */

static enum bj_status open_udp(struct bj_net *net, struct bj_address local, bool shared,
                               int *handle)
{
    struct sockaddr_in address = to_sockaddr(local);
    enum bj_status status = open_socket(SOCK_DGRAM, handle);

    (void)net;
    if (status != BJ_OK)
        return status;
    set_option(*handle, SOL_SOCKET, SO_BROADCAST, 1);
    if (shared) {
        set_option(*handle, SOL_SOCKET, SO_REUSEADDR, 1);
        set_option(*handle, SOL_SOCKET, SO_REUSEPORT, 1);
    }
    if (bind(*handle, (struct sockaddr *)&address, sizeof address) == 0)
        return BJ_OK;
    status = status_of(errno);
    close(*handle);
    return status;
}

static enum bj_status send_to(struct bj_net *net, int handle, struct bj_address to,
                              const void *bytes, size_t size)
{
    struct sockaddr_in address = to_sockaddr(to);

    (void)net;
    if (sendto(handle, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT,
               (struct sockaddr *)&address, sizeof address) < 0)
        return status_of(errno);
    return BJ_OK;
}

static enum bj_status broadcast(struct bj_net *net, int handle, uint16_t port,
                                const void *bytes, size_t size)
{
    int error = bj_net_broadcast(handle, port, bytes, size);

    (void)net;
    return error == 0 ? BJ_OK : status_of(error);
}

static enum bj_status receive_from(struct bj_net *net, int handle, struct bj_address *from,
                                   void *bytes, size_t size, size_t *received)
{
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    ssize_t result =
        recvfrom(handle, bytes, size, MSG_DONTWAIT, (struct sockaddr *)&address, &length);

    (void)net;
    if (result < 0)
        return status_of(errno);
    *from = (struct bj_address){ntohl(address.sin_addr.s_addr), ntohs(address.sin_port)};
    *received = (size_t)result;
    return BJ_OK;
}

static enum bj_status set_peer(struct bj_net *net, int handle, struct bj_address peer)
{
    struct sockaddr_in address = to_sockaddr(peer);

    (void)net;
    if (connect(handle, (struct sockaddr *)&address, sizeof address) == 0)
        return BJ_OK;
    return status_of(errno);
}

static void close_handle(struct bj_net *net, int handle)
{
    (void)net;
    close(handle);
}

static const struct bj_net_ops socket_ops = {
    .connect_tcp = connect_tcp,
    .connect_result = connect_result,
    .open_udp = open_udp,
    .send = send_tcp,
    .receive = receive_tcp,
    .send_to = send_to,
    .broadcast = broadcast,
    .receive_from = receive_from,
    .set_peer = set_peer,
    .close = close_handle,
};

struct bj_net *bj_net_create(void)
{
    struct bj_net *net = calloc(1, sizeof *net);

    if (net != NULL)
        net->ops = &socket_ops;
    return net;
}

void bj_net_destroy(struct bj_net *net)
{
    free(net);
}
