/* SPDX-License-Identifier: MIT */
#undef NDEBUG /* the asserts are the point */
#include "fake_net.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define HANDLE_BASE 1000 /* so that a handle is never taken for an index or an error */
#define RECEIVE_BYTES 4096
#define DATAGRAMS 32
#define DATAGRAM_BYTES 1500
#define ROUTES 8
#define BROADCAST 0xffffffffu

enum kind { FREE, TCP, UDP };

struct datagram {
    struct bj_address from;
    size_t size;
    uint8_t bytes[DATAGRAM_BYTES];
};

struct socket {
    enum kind kind;
    struct bj_address address; /* TCP: the peer; UDP: where it is bound */
    struct bj_address only;    /* UDP: the peer; port 0 = everybody */
    int64_t due_ns;            /* the connection is made or fails */
    bool settled;              /* it is decided */
    enum bj_status result;     /* how */
    struct sim_host *host;     /* while connected */
    int connection;
    bool ended; /* by the device */
    size_t out_size, in_size;
    uint8_t out[FAKE_NET_SEND_BYTES], in[RECEIVE_BYTES];
    uint32_t first, count; /* datagrams waiting */
    struct datagram datagrams[DATAGRAMS];
};

struct fake_net {
    struct bj_net base;
    int64_t now_ns, connect_delay_ns;
    int64_t full_until_ns;
    enum bj_status udp_open;
    const struct fake_interface *interfaces;
    size_t interface_count;
    struct place {
        uint32_t ip;
        struct sim_host *host;
    } places[FAKE_NET_HOSTS];
    struct route {
        uint32_t ip;
        enum fake_route route;
    } routes[ROUTES];
    struct socket sockets[FAKE_NET_SOCKETS];
};

/* ---- Places and routes --------------------------------------------------------------- */

static struct place *place_of(struct fake_net *net, uint32_t ip)
{
    for (int i = 0; i < FAKE_NET_HOSTS; i++)
        if (net->places[i].host != NULL && net->places[i].ip == ip)
            return &net->places[i];
    return NULL;
}

static enum fake_route route_to(const struct fake_net *net, uint32_t ip)
{
    for (int i = 0; i < ROUTES; i++)
        if (net->routes[i].ip == ip)
            return net->routes[i].route;
    return FAKE_ROUTE_OPEN;
}

/* The device at `ip`, if anything can reach it. */
static struct sim_host *reach(struct fake_net *net, uint32_t ip)
{
    struct place *place = place_of(net, ip);

    return place == NULL || route_to(net, ip) == FAKE_ROUTE_BLACK_HOLE ? NULL : place->host;
}

void fake_net_add(struct fake_net *net, uint32_t ip, struct sim_host *host)
{
    assert(place_of(net, ip) == NULL);
    for (int i = 0; i < FAKE_NET_HOSTS; i++) {
        if (net->places[i].host != NULL)
            continue;
        net->places[i] = (struct place){ip, host};
        return;
    }
    assert(!"too many devices");
}

void fake_net_move(struct fake_net *net, uint32_t from, uint32_t to)
{
    struct place *place = place_of(net, from);

    assert(place != NULL && place_of(net, to) == NULL);
    place->ip = to;
}

void fake_net_remove(struct fake_net *net, uint32_t ip)
{
    struct place *place = place_of(net, ip);

    assert(place != NULL);
    place->host = NULL;
}

void fake_net_set_route(struct fake_net *net, uint32_t ip, enum fake_route route)
{
    for (int i = 0; i < ROUTES; i++) {
        if (net->routes[i].ip != ip && net->routes[i].ip != 0)
            continue;
        net->routes[i] = (struct route){ip, route};
        return;
    }
    assert(!"too many routes");
}

void fake_net_set_connect_delay(struct fake_net *net, int64_t delay_ns)
{
    net->connect_delay_ns = delay_ns;
}

void fake_net_refuse_datagrams(struct fake_net *net, int64_t until_ns)
{
    net->full_until_ns = until_ns;
}

void fake_net_set_udp_open(struct fake_net *net, enum bj_status status)
{
    net->udp_open = status;
}

void fake_net_set_interfaces(struct fake_net *net, const struct fake_interface *list,
                             size_t count)
{
    net->interfaces = list;
    net->interface_count = count;
}

/* ---- Sockets ------------------------------------------------------------------------- */

static struct fake_net *net_of(struct bj_net *base)
{
    return (struct fake_net *)base;
}

static struct socket *socket_of(struct fake_net *net, int handle)
{
    int index = handle - HANDLE_BASE;

    assert(index >= 0 && index < FAKE_NET_SOCKETS && net->sockets[index].kind != FREE);
    return &net->sockets[index];
}

static struct socket *open_socket(struct fake_net *net, enum kind kind, int *handle)
{
    for (int i = 0; i < FAKE_NET_SOCKETS; i++) {
        struct socket *socket = &net->sockets[i];
        if (socket->kind != FREE)
            continue;
        memset(socket, 0, sizeof *socket);
        socket->kind = kind;
        *handle = HANDLE_BASE + i;
        return socket;
    }
    assert(!"too many sockets");
    return NULL;
}

/* ---- TCP ----------------------------------------------------------------------------- */

static enum bj_status connect_tcp(struct bj_net *base, struct bj_address to, int *handle)
{
    struct fake_net *net = net_of(base);
    struct socket *socket;

    if (route_to(net, to.ip) == FAKE_ROUTE_NONE)
        return BJ_NOT_FOUND;
    socket = open_socket(net, TCP, handle);
    socket->address = to;
    socket->due_ns = net->now_ns + net->connect_delay_ns;
    return BJ_OK;
}

static void settle(struct fake_net *net, struct socket *socket)
{
    uint32_t ip = socket->address.ip;
    struct sim_host *host = reach(net, ip);

    if (socket->settled || net->now_ns < socket->due_ns)
        return;
    if (route_to(net, ip) == FAKE_ROUTE_REFUSE) {
        socket->settled = true;
        socket->result = BJ_REFUSED;
        return;
    }
    if (host == NULL)
        return; /* nobody answers */
    socket->connection = host->ops->accept(host, socket->address.port, net->now_ns);
    socket->settled = true;
    socket->result = socket->connection < 0 ? BJ_REFUSED : BJ_OK;
    socket->host = socket->connection < 0 ? NULL : host;
}

static void push_out(struct fake_net *net, struct socket *socket)
{
    struct sim_host *host = socket->host;
    size_t taken;

    if (socket->out_size == 0 || socket->ended)
        return;
    taken = host->ops->deliver(host, socket->connection, socket->out, socket->out_size,
                               net->now_ns);
    assert(taken <= socket->out_size);
    memmove(socket->out, socket->out + taken, socket->out_size - taken);
    socket->out_size -= taken;
}

static void pull_in(struct fake_net *net, struct socket *socket)
{
    struct sim_host *host = socket->host;

    while (!socket->ended && socket->in_size < RECEIVE_BYTES) {
        size_t got =
            host->ops->collect(host, socket->connection, socket->in + socket->in_size,
                               RECEIVE_BYTES - socket->in_size, net->now_ns);
        socket->in_size += got;
        if (got > 0)
            continue;
        socket->ended =
            host->ops->link(host, socket->connection, net->now_ns) != SIM_LINK_OPEN;
        return;
    }
}

/* A connection whose device is out of reach neither moves nor ends. */
static void move_bytes(struct fake_net *net, struct socket *socket)
{
    settle(net, socket);
    if (socket->host == NULL || reach(net, socket->address.ip) != socket->host)
        return;
    push_out(net, socket);
    pull_in(net, socket);
}

static enum bj_status connect_result(struct bj_net *base, int handle)
{
    struct fake_net *net = net_of(base);
    struct socket *socket = socket_of(net, handle);

    move_bytes(net, socket);
    return socket->settled ? socket->result : BJ_WOULD_BLOCK;
}

static enum bj_status send_tcp(struct bj_net *base, int handle, const void *bytes,
                               size_t size, size_t *sent)
{
    struct fake_net *net = net_of(base);
    struct socket *socket = socket_of(net, handle);
    size_t room;

    assert(socket->kind == TCP && socket->settled && size > 0);
    move_bytes(net, socket);
    if (socket->ended)
        return BJ_DISCONNECTED;
    room = FAKE_NET_SEND_BYTES - socket->out_size;
    if (room == 0)
        return BJ_WOULD_BLOCK;
    *sent = size < room ? size : room;
    memcpy(socket->out + socket->out_size, bytes, *sent);
    socket->out_size += *sent;
    move_bytes(net, socket);
    return BJ_OK;
}

static enum bj_status receive_tcp(struct bj_net *base, int handle, void *bytes, size_t size,
                                  size_t *received)
{
    struct fake_net *net = net_of(base);
    struct socket *socket = socket_of(net, handle);

    assert(socket->kind == TCP && socket->settled && size > 0);
    move_bytes(net, socket);
    if (socket->in_size == 0)
        return socket->ended ? BJ_DISCONNECTED : BJ_WOULD_BLOCK;
    *received = size < socket->in_size ? size : socket->in_size;
    memcpy(bytes, socket->in, *received);
    memmove(socket->in, socket->in + *received, socket->in_size - *received);
    socket->in_size -= *received;
    return BJ_OK;
}

/* ---- UDP ----------------------------------------------------------------------------- */

static enum bj_status open_udp(struct bj_net *base, struct bj_address local, bool shared,
                               int *handle)
{
    struct fake_net *net = net_of(base);

    if (net->udp_open != BJ_OK)
        return net->udp_open;
    for (int i = 0; i < FAKE_NET_SOCKETS && !shared; i++)
        if (net->sockets[i].kind == UDP && net->sockets[i].address.port == local.port &&
            local.port != 0)
            return BJ_BUSY;
    open_socket(net, UDP, handle)->address = local;
    if (local.port == 0)
        net->sockets[*handle - HANDLE_BASE].address.port = (uint16_t)(40000 + *handle);
    return BJ_OK;
}

static void queue_datagram(struct socket *socket, struct bj_address from, const void *bytes,
                           size_t size)
{
    struct datagram *datagram;

    if (socket->count == DATAGRAMS || size > DATAGRAM_BYTES)
        return;
    datagram = &socket->datagrams[(socket->first + socket->count++) % DATAGRAMS];
    datagram->from = from;
    datagram->size = size;
    memcpy(datagram->bytes, bytes, size);
}

static bool hears(const struct socket *socket, struct bj_address from)
{
    return socket->only.port == 0 ||
           (socket->only.ip == from.ip && socket->only.port == from.port);
}

void fake_net_inject(struct fake_net *net, struct bj_address from, struct bj_address to,
                     const void *bytes, size_t size)
{
    for (int i = 0; i < FAKE_NET_SOCKETS; i++) {
        struct socket *socket = &net->sockets[i];
        if (socket->kind != UDP || socket->address.port != to.port || !hears(socket, from))
            continue;
        queue_datagram(socket, from, bytes, size);
        if (to.ip != BROADCAST)
            return;
    }
}

static void datagrams_from(struct fake_net *net, struct place *place)
{
    uint8_t bytes[DATAGRAM_BYTES];
    struct bj_address from = {.ip = place->ip}, to;
    struct sim_host *host = place->host;
    size_t size;

    while ((size = host->ops->datagram_out(host, &from.port, &to, bytes, sizeof bytes,
                                           net->now_ns)) > 0)
        if (reach(net, place->ip) != NULL)
            fake_net_inject(net, from, to, bytes, size);
}

static bool same_network(uint32_t a, uint32_t b)
{
    return a >> 8 == b >> 8;
}

static bool gets_there(uint32_t from, uint32_t to, uint32_t device)
{
    if (to == BROADCAST)
        return from == 0 || same_network(from, device);
    return to == device || ((to & 0xff) == 0xff && same_network(to, device));
}

/* From the address `local`; 0: wherever the way leads. */
static void deliver(struct fake_net *net, const struct socket *socket, uint32_t local,
                    struct bj_address to, const void *bytes, size_t size)
{
    struct bj_address from = {BJ_LOOPBACK, socket->address.port};

    for (int i = 0; i < FAKE_NET_HOSTS; i++) {
        struct sim_host *host = net->places[i].host;
        if (host == NULL || !gets_there(local, to.ip, net->places[i].ip) ||
            reach(net, net->places[i].ip) == NULL)
            continue;
        host->ops->datagram_in(host, to.port, from, bytes, size, net->now_ns);
        datagrams_from(net, &net->places[i]);
    }
}

static enum bj_status send_to(struct bj_net *base, int handle, struct bj_address to,
                              const void *bytes, size_t size)
{
    struct fake_net *net = net_of(base);
    const struct socket *socket = socket_of(net, handle);

    if (net->now_ns < net->full_until_ns)
        return BJ_WOULD_BLOCK;
    if (socket->only.port != 0 && route_to(net, to.ip) == FAKE_ROUTE_REFUSE)
        return BJ_REFUSED;
    deliver(net, socket, socket->address.ip, to, bytes, size);
    return BJ_OK;
}

static enum bj_status broadcast(struct bj_net *base, int handle, uint16_t port,
                                const void *bytes, size_t size)
{
    struct fake_net *net = net_of(base);
    const struct socket *socket = socket_of(net, handle);

    assert(socket->kind == UDP && socket->address.ip == 0);
    for (size_t k = 0; k < net->interface_count; k++) {
        const struct fake_interface *from = &net->interfaces[k];
        if (from->broadcast != 0)
            deliver(net, socket, from->ip, (struct bj_address){from->broadcast, port},
                    bytes, size);
        if (from->ip >> 24 != BJ_LOOPBACK >> 24)
            deliver(net, socket, from->ip, (struct bj_address){BROADCAST, port}, bytes,
                    size);
    }
    return net->interface_count > 0 ? BJ_OK : BJ_NOT_FOUND;
}

static enum bj_status receive_from(struct bj_net *base, int handle, struct bj_address *from,
                                   void *bytes, size_t size, size_t *received)
{
    struct socket *socket = socket_of(net_of(base), handle);
    struct datagram *datagram = &socket->datagrams[socket->first];

    assert(socket->kind == UDP);
    if (socket->count == 0)
        return BJ_WOULD_BLOCK;
    *from = datagram->from;
    *received = datagram->size < size ? datagram->size : size;
    memcpy(bytes, datagram->bytes, *received);
    socket->first = (socket->first + 1) % DATAGRAMS;
    socket->count--;
    return BJ_OK;
}

static enum bj_status set_peer(struct bj_net *base, int handle, struct bj_address peer)
{
    struct fake_net *net = net_of(base);

    if (route_to(net, peer.ip) == FAKE_ROUTE_NONE)
        return BJ_NOT_FOUND;
    socket_of(net, handle)->only = peer;
    return BJ_OK;
}

static void close_socket(struct bj_net *base, int handle)
{
    struct fake_net *net = net_of(base);
    struct socket *socket = socket_of(net, handle);

    if (socket->host != NULL && reach(net, socket->address.ip) == socket->host)
        push_out(net, socket);
    if (socket->host != NULL)
        socket->host->ops->hang_up(socket->host, socket->connection, net->now_ns);
    socket->kind = FREE;
}

/* ---- Time ---------------------------------------------------------------------------- */

void fake_net_advance(struct fake_net *net, int64_t now_ns)
{
    assert(now_ns >= net->now_ns);
    net->now_ns = now_ns;
    for (int i = 0; i < FAKE_NET_SOCKETS; i++)
        if (net->sockets[i].kind == TCP)
            move_bytes(net, &net->sockets[i]);
    for (int i = 0; i < FAKE_NET_HOSTS; i++)
        if (net->places[i].host != NULL)
            datagrams_from(net, &net->places[i]);
}

/* What a device out of reach has to say now is no event. */
static int64_t device_due_ns(struct fake_net *net, struct place *place)
{
    struct sim_host *host = place->host;
    int64_t due_ns = host == NULL ? BJ_NEVER : host->ops->next_event_ns(host, net->now_ns);

    return due_ns <= net->now_ns && reach(net, place->ip) == NULL ? BJ_NEVER : due_ns;
}

int64_t fake_net_next_event_ns(struct fake_net *net)
{
    int64_t next_ns = BJ_NEVER;

    for (int i = 0; i < FAKE_NET_HOSTS; i++) {
        int64_t due_ns = device_due_ns(net, &net->places[i]);
        next_ns = due_ns < next_ns ? due_ns : next_ns;
    }
    for (int i = 0; i < FAKE_NET_SOCKETS; i++) {
        const struct socket *socket = &net->sockets[i];
        if (socket->kind == TCP && !socket->settled && socket->due_ns > net->now_ns &&
            socket->due_ns < next_ns)
            next_ns = socket->due_ns;
    }
    return next_ns;
}

static bool is_ready(struct fake_net *net, const struct bj_wait_handle *wanted)
{
    struct socket *socket = socket_of(net, wanted->handle);

    if (socket->kind == UDP)
        return (wanted->events & BJ_WAIT_WRITE) ||
               ((wanted->events & BJ_WAIT_READ) && socket->count > 0);
    move_bytes(net, socket);
    if ((wanted->events & BJ_WAIT_READ) && (socket->in_size > 0 || socket->ended))
        return true;
    return (wanted->events & BJ_WAIT_WRITE) && socket->settled &&
           (socket->result != BJ_OK || socket->ended ||
            socket->out_size < FAKE_NET_SEND_BYTES);
}

bool fake_net_ready(struct fake_net *net, const struct bj_wait *wait)
{
    for (int i = 0; i < wait->count; i++)
        if (is_ready(net, &wait->handles[i]))
            return true;
    return false;
}

int fake_net_open_sockets(const struct fake_net *net)
{
    int count = 0;

    for (int i = 0; i < FAKE_NET_SOCKETS; i++)
        count += net->sockets[i].kind != FREE;
    return count;
}

/* ---- Life ---------------------------------------------------------------------------- */

static const struct bj_net_ops ops = {
    .connect_tcp = connect_tcp,
    .connect_result = connect_result,
    .open_udp = open_udp,
    .send = send_tcp,
    .receive = receive_tcp,
    .send_to = send_to,
    .broadcast = broadcast,
    .receive_from = receive_from,
    .set_peer = set_peer,
    .close = close_socket,
};

static const struct fake_interface at_first = {0x0a000001u, 0x0a0000ffu};

struct fake_net *fake_net_create(void)
{
    struct fake_net *net = calloc(1, sizeof *net);

    if (net != NULL) {
        net->base.ops = &ops;
        net->interfaces = &at_first;
        net->interface_count = 1;
    }
    return net;
}

void fake_net_destroy(struct fake_net *net)
{
    free(net);
}

struct bj_net *fake_net_base(struct fake_net *net)
{
    return &net->base;
}
