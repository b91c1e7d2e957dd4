/* SPDX-License-Identifier: MIT */
#include "sim_serve.h"

#include "sim_arrivals.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORTS 4
#define BYTES 4096
#define TRIES 50 /* to find free neighbours for several UDP ports */
#define ACCEPT_AGAIN_NS (100 * BJ_NS_PER_MS) /* after no descriptor was left */
#define LOOK_AGAIN_NS BJ_NS_PER_MS /* due, but nothing moved: somebody's buffer is full */

struct client {
    int fd, number; /* the host's number of the connection */
    bool finished;  /* the device has ended it; the client has not */
    size_t in_size, out_size;
    uint8_t in[BYTES], out[BYTES]; /* not yet taken by the device, by the socket */
};

struct sim_serve {
    struct sim_host *host;
    struct sim_serve_config config;
    int tcp[PORTS], udp[PORTS], sender;
    int broadcast_fds[PORTS]; /* broadcasts to the UDP ports; -1: they come with the rest */
    int tcp_count, udp_count, client_count;
    uint16_t port;
    bool moved, broadcasts;
    int64_t told_ns;   /* the newest time that the host was told */
    int64_t accept_ns; /* no client is accepted before */
    struct client clients[SIM_SERVE_CLIENTS];
    struct sim_arrivals arrivals;
};

struct sim_serve_config sim_serve_defaults(void)
{
    return (struct sim_serve_config){
        .bind_ip = BJ_LOOPBACK,
        .broadcast_ip = 0x7fffffff,
        .port = SIM_SERVE_OWN_PORT,
        .wake_fd = -1,
    };
}

int64_t sim_serve_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * BJ_NS_PER_S + now.tv_nsec;
}

/* What the host is told: never less than before. */
static int64_t tell_time(struct sim_serve *serve, int64_t at_ns)
{
    if (at_ns > serve->told_ns) {
        serve->told_ns = at_ns;
    }
    return serve->told_ns;
}

static int64_t tell_now(struct sim_serve *serve)
{
    return tell_time(serve, sim_serve_now_ns());
}

/* ---- Clients ------------------------------------------------------------------------- */

static void close_hard(int fd)
{
    const struct linger at_once = {.l_onoff = 1};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

static void forget(struct sim_serve *serve, struct client *client, bool reset)
{
    if (reset) {
        close_hard(client->fd);
    } else {
        close(client->fd);
    }
    serve->host->ops->hang_up(serve->host, client->number, tell_now(serve));
    *client = serve->clients[--serve->client_count];
    serve->moved = true;
}

static void accept_one(struct sim_serve *serve, int fd, uint16_t port)
{
    const int on = 1;
    struct client *client;
    int number = -1;

    if (serve->client_count < SIM_SERVE_CLIENTS) {
        number = serve->host->ops->accept(serve->host, port, tell_now(serve));
    }
    if (number < 0) {
        close_hard(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    client = &serve->clients[serve->client_count++];
    client->fd = fd;
    client->number = number;
    client->finished = false;
    client->in_size = client->out_size = 0;
}

/* A client that cannot be taken waits in the kernel, and its socket stays readable. */
static void rest_from_accepting(struct sim_serve *serve)
{
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        serve->accept_ns = sim_serve_now_ns() + ACCEPT_AGAIN_NS;
    }
}

static void accept_all(struct sim_serve *serve)
{
    if (sim_serve_now_ns() < serve->accept_ns) {
        return;
    }
    for (int p = 0; p < serve->tcp_count; p++) {
        int fd;
        while ((fd = accept4(serve->tcp[p], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >=
               0) {
            accept_one(serve, fd, serve->host->ops->tcp_ports[p]);
            serve->moved = true;
        }
        rest_from_accepting(serve);
    }
}

static void deliver(struct sim_serve *serve, struct client *client)
{
    size_t taken = serve->host->ops->deliver(serve->host, client->number, client->in,
                                             client->in_size, tell_now(serve));

    client->in_size -= taken;
    memmove(client->in, client->in + taken, client->in_size);
    serve->moved |= taken > 0;
}

/* One piece at a time, so that no client keeps the others waiting. False: it is gone. */
static bool receive(struct sim_serve *serve, struct client *client)
{
    if (client->in_size == 0) {
        ssize_t got = recv(client->fd, client->in, sizeof client->in, 0);
        if (got <= 0) {
            return got < 0 && (errno == EAGAIN || errno == EINTR);
        }
        client->in_size = (size_t)got;
    }
    deliver(serve, client);
    return true;
}

static bool flush(struct sim_serve *serve, struct client *client)
{
    ssize_t sent = send(client->fd, client->out, client->out_size, MSG_NOSIGNAL);

    if (sent < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    client->out_size -= (size_t)sent;
    memmove(client->out, client->out + sent, client->out_size);
    serve->moved = true;
    return true;
}

/* Due bytes go out one collect per segment, as the device cut them. */
static bool answer(struct sim_serve *serve, struct client *client)
{
    struct sim_host *host = serve->host;

    do {
        if (client->out_size > 0 && !flush(serve, client)) {
            return false;
        }
        if (client->out_size > 0) {
            return true;
        }
        client->out_size = host->ops->collect(host, client->number, client->out,
                                              sizeof client->out, tell_now(serve));
    } while (client->out_size > 0);
    return true;
}

/* False: the client is forgotten. */
static bool follow_link(struct sim_serve *serve, struct client *client)
{
    enum sim_link link =
        serve->host->ops->link(serve->host, client->number, tell_now(serve));

    if (client->out_size > 0 || link == SIM_LINK_OPEN || client->finished) {
        return true;
    }
    if (link == SIM_LINK_RESET) {
        forget(serve, client, true);
        return false;
    }
    shutdown(client->fd, SHUT_WR);
    client->finished = true;
    return true;
}

static void serve_clients(struct sim_serve *serve)
{
    for (int c = 0; c < serve->client_count;) {
        struct client *client = &serve->clients[c];
        if (!receive(serve, client) || !answer(serve, client)) {
            forget(serve, client, false);
        } else if (follow_link(serve, client)) {
            c++;
        }
    }
}

/* ---- Datagrams ----------------------------------------------------------------------- */

static struct sockaddr_in socket_address(uint32_t ip, uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(ip),
        .sin_port = htons(port),
    };
}

static int sender_of(const struct sim_serve *serve, uint16_t from_port)
{
    for (int p = 0; p < serve->udp_count; p++) {
        if (serve->host->ops->udp_ports[p] == from_port) {
            return serve->udp[p];
        }
    }
    return serve->sender;
}

static void send_datagrams(struct sim_serve *serve)
{
    struct sim_host *host = serve->host;
    struct bj_address to;
    uint16_t from_port;
    uint8_t bytes[BYTES];
    size_t size;

    while ((size = host->ops->datagram_out(host, &from_port, &to, bytes, sizeof bytes,
                                           tell_now(serve))) > 0) {
        bool broadcast = to.ip == 0xffffffff;
        struct sockaddr_in address =
            socket_address(broadcast ? serve->config.broadcast_ip : to.ip, to.port);
        ssize_t sent = sendto(sender_of(serve, from_port), bytes, size, 0,
                              (const struct sockaddr *)&address, sizeof address);
        if (broadcast && sent < 0) {
            serve->broadcasts = false;
        }
        serve->moved = true;
    }
}

static void receive_datagrams(struct sim_serve *serve)
{
    struct sim_host *host = serve->host;
    const struct sim_arrival *next;

    for (int p = 0; p < serve->udp_count; p++) {
        sim_arrivals_read(&serve->arrivals, serve->udp[p], host->ops->udp_ports[p]);
        sim_arrivals_read(&serve->arrivals, serve->broadcast_fds[p],
                          host->ops->udp_ports[p]);
    }
    while ((next = sim_arrivals_next(&serve->arrivals)) != NULL) {
        host->ops->datagram_in(host, next->port, next->from, next->bytes, next->size,
                               tell_time(serve, next->at_ns));
        serve->moved = true;
    }
}

/* ---- Running ------------------------------------------------------------------------- */

static void do_everything(struct sim_serve *serve)
{
    serve->moved = false;
    accept_all(serve);
    serve_clients(serve);
    receive_datagrams(serve);
    send_datagrams(serve);
}

/* Clients first, in their order; a negative fd is passed over by poll. */
static int what_to_wait_for(const struct sim_serve *serve, struct pollfd *polls)
{
    int count = 0;

    for (int c = 0; c < serve->client_count; c++) {
        const struct client *client = &serve->clients[c];
        polls[count].fd = client->fd;
        polls[count++].events = (short)((client->in_size == 0 ? POLLIN : 0) |
                                        (client->out_size > 0 ? POLLOUT : 0));
    }
    for (int p = 0; p < serve->tcp_count; p++) {
        bool resting = serve->accept_ns > sim_serve_now_ns();
        polls[count++] =
            (struct pollfd){.fd = resting ? -1 : serve->tcp[p], .events = POLLIN};
    }
    for (int p = 0; p < serve->udp_count; p++) {
        polls[count++] = (struct pollfd){.fd = serve->udp[p], .events = POLLIN};
        polls[count++] = (struct pollfd){.fd = serve->broadcast_fds[p], .events = POLLIN};
    }
    polls[count++] = (struct pollfd){.fd = serve->config.wake_fd, .events = POLLIN};
    return count;
}

/* A client that broke off while the device takes none of its bytes. */
static void forget_broken(struct sim_serve *serve, const struct pollfd *polls)
{
    for (int c = serve->client_count - 1; c >= 0; c--) {
        if ((polls[c].revents & (POLLERR | POLLHUP)) && serve->clients[c].in_size > 0) {
            forget(serve, &serve->clients[c], false);
        }
    }
}

static int64_t wait_ns(const struct sim_serve *serve, int64_t until_ns)
{
    int64_t now_ns = sim_serve_now_ns();
    int64_t due_ns = serve->host->ops->next_event_ns(serve->host, now_ns);

    if (due_ns <= now_ns && !serve->moved) {
        due_ns = now_ns + LOOK_AGAIN_NS;
    }
    due_ns = due_ns < until_ns ? due_ns : until_ns;
    if (serve->accept_ns > now_ns && serve->accept_ns < due_ns) {
        due_ns = serve->accept_ns;
    }
    return due_ns > now_ns ? due_ns - now_ns : 0;
}

enum bj_status sim_serve_run(struct sim_serve *serve, int64_t until_ns)
{
    struct pollfd polls[SIM_SERVE_CLIENTS + 3 * PORTS + 1];
    int count;

    do {
        do_everything(serve);
        count = what_to_wait_for(serve, polls);
        int64_t left_ns = wait_ns(serve, until_ns);
        struct timespec limit = {.tv_sec = (time_t)(left_ns / BJ_NS_PER_S),
                                 .tv_nsec = (long)(left_ns % BJ_NS_PER_S)};
        int ready = ppoll(polls, (nfds_t)count, &limit, NULL);
        if (ready < 0 && errno != EINTR) {
            return BJ_IO_ERROR;
        }
        if (ready > 0) {
            forget_broken(serve, polls);
        } else {
            polls[count - 1].revents = 0; /* interrupted: nothing was filled in */
        }
    } while (!(polls[count - 1].revents & POLLIN) && sim_serve_now_ns() < until_ns);
    return BJ_OK;
}

/* ---- Life ---------------------------------------------------------------------------- */

static enum bj_status status_of_errno(void)
{
    switch (errno) {
    case EADDRINUSE:
        return BJ_BUSY;
    case EADDRNOTAVAIL:
        return BJ_NOT_FOUND;
    case EACCES:
    case EPERM:
        return BJ_NO_PERMISSION;
    default:
        return BJ_IO_ERROR;
    }
}

/* A bound socket, or -1 with errno. `shared`: with others who want to hear the same. */
static int open_socket(int type, uint32_t ip, uint16_t port, bool shared)
{
    struct sockaddr_in address = socket_address(ip, port);
    const int on = 1;
    int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return -1;
    }
    if (type == SOCK_STREAM || shared) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    }
    if (type == SOCK_DGRAM) {
        setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
        sim_arrivals_prepare(fd);
    }
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        (type == SOCK_STREAM && listen(fd, SIM_SERVE_CLIENTS) != 0)) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;

    return getsockname(fd, (struct sockaddr *)&address, &size) == 0
               ? ntohs(address.sin_port)
               : 0;
}

/* Where the device's port is found on this computer, if the main port is at `main`. */
static uint16_t placed(uint16_t port, uint16_t device_main, int main)
{
    return main == SIM_SERVE_OWN_PORT || main == SIM_SERVE_ANY_PORT
               ? port
               : (uint16_t)(port - device_main + main);
}

static bool open_tcp(struct sim_serve *serve)
{
    const uint16_t *tcp = serve->host->ops->tcp_ports;

    for (int p = 0; p < PORTS && tcp[p]; p++) {
        bool own = p > 0 || serve->config.port == SIM_SERVE_OWN_PORT;
        uint16_t port = own ? tcp[p] : (uint16_t)serve->config.port;
        serve->tcp[p] = open_socket(SOCK_STREAM, serve->config.bind_ip, port, false);
        if (serve->tcp[p] < 0) {
            return false;
        }
        serve->tcp_count++;
    }
    return true;
}

static void close_udp(struct sim_serve *serve)
{
    for (; serve->udp_count > 0; serve->udp_count--) {
        close(serve->udp[serve->udp_count - 1]);
        if (serve->broadcast_fds[serve->udp_count - 1] >= 0) {
            close(serve->broadcast_fds[serve->udp_count - 1]);
        }
    }
}

/* A socket bound to one address does not hear broadcasts. */
static int open_broadcast(struct sim_serve *serve, uint16_t port)
{
    int fd;

    if (serve->config.bind_ip == INADDR_ANY) {
        return -1;
    }
    fd = open_socket(SOCK_DGRAM, serve->config.broadcast_ip, port, true);
    serve->broadcasts &= fd >= 0;
    return fd;
}

static bool open_udp_at(struct sim_serve *serve, int main)
{
    const uint16_t *udp = serve->host->ops->udp_ports;

    for (int p = 0; p < PORTS && udp[p]; p++) {
        uint16_t port = p == 0 && main == SIM_SERVE_ANY_PORT ? SIM_SERVE_ANY_PORT
                                                             : placed(udp[p], udp[0], main);
        serve->udp[p] = open_socket(SOCK_DGRAM, serve->config.bind_ip, port, false);
        if (serve->udp[p] < 0) {
            return false;
        }
        if (main == SIM_SERVE_ANY_PORT) {
            main = port = port_of(serve->udp[p]);
        }
        serve->broadcast_fds[p] = open_broadcast(serve, port);
        serve->udp_count++;
    }
    return true;
}

static bool open_udp(struct sim_serve *serve)
{
    int main = serve->tcp_count > 0 ? SIM_SERVE_OWN_PORT : serve->config.port;
    int tries = main == SIM_SERVE_ANY_PORT ? TRIES : 1;

    for (int n = 0; n < tries; n++) {
        if (open_udp_at(serve, main)) {
            return true;
        }
        int why = errno;
        close_udp(serve);
        errno = why;
    }
    return false;
}

static bool open_all(struct sim_serve *serve)
{
    if (!open_tcp(serve) || !open_udp(serve)) {
        return false;
    }
    serve->sender = open_socket(SOCK_DGRAM, serve->config.bind_ip, 0, false);
    if (serve->tcp_count > 0) {
        serve->port = port_of(serve->tcp[0]);
    } else if (serve->udp_count > 0) {
        serve->port = port_of(serve->udp[0]);
    }
    return serve->sender >= 0;
}

enum bj_status sim_serve_create(struct sim_serve **serve, struct sim_host *host,
                                const struct sim_serve_config *config)
{
    struct sim_serve *made = calloc(1, sizeof *made);

    *serve = NULL;
    if (!made) {
        return BJ_NO_MEMORY;
    }
    made->host = host;
    made->config = *config;
    made->sender = -1;
    made->broadcasts = true;
    if (!open_all(made)) {
        enum bj_status status = status_of_errno();
        sim_serve_destroy(made);
        return status;
    }
    *serve = made;
    return BJ_OK;
}

void sim_serve_destroy(struct sim_serve *serve)
{
    if (!serve) {
        return;
    }
    while (serve->client_count > 0) {
        forget(serve, &serve->clients[0], false);
    }
    for (int p = 0; p < serve->tcp_count; p++) {
        close(serve->tcp[p]);
    }
    close_udp(serve);
    if (serve->sender >= 0) {
        close(serve->sender);
    }
    free(serve);
}

uint16_t sim_serve_port(const struct sim_serve *serve)
{
    return serve->port;
}

int sim_serve_clients(const struct sim_serve *serve)
{
    return serve->client_count;
}

bool sim_serve_broadcasts(const struct sim_serve *serve)
{
    return serve->broadcasts;
}
