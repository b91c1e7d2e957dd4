/* SPDX-License-Identifier: MIT */
#include "byte_host.h"

#include <string.h>

static struct byte_host *device_of(struct sim_host *host)
{
    return (struct byte_host *)host;
}

static int host_accept(struct sim_host *host, uint16_t port, int64_t now_ns)
{
    (void)port, (void)now_ns;
    return device_of(host)->connections++;
}

static size_t host_deliver(struct sim_host *host, int connection, const void *bytes,
                           size_t size, int64_t now_ns)
{
    struct byte_host *device = device_of(host);
    size_t room = connection == device->stuck ? 0 : device->window - device->heard;

    (void)now_ns;
    if (size > room)
        size = room;
    memcpy(device->in + device->heard, bytes, size);
    device->heard += size;
    return size;
}

static size_t host_collect(struct sim_host *host, int connection, void *bytes, size_t size,
                           int64_t now_ns)
{
    struct byte_host *device = device_of(host);
    size_t left = device->said - device->collected;

    (void)connection, (void)now_ns;
    if (size > left)
        size = left;
    memcpy(bytes, device->out + device->collected, size);
    device->collected += size;
    return size;
}

static enum sim_link host_link(struct sim_host *host, int connection, int64_t now_ns)
{
    (void)connection, (void)now_ns;
    return device_of(host)->link;
}

static void host_hang_up(struct sim_host *host, int connection, int64_t now_ns)
{
    (void)host, (void)connection, (void)now_ns;
}

static void host_datagram_in(struct sim_host *host, uint16_t port, struct bj_address from,
                             const void *bytes, size_t size, int64_t now_ns)
{
    (void)host, (void)port, (void)from, (void)bytes, (void)size, (void)now_ns;
}

static size_t host_datagram_out(struct sim_host *host, uint16_t *from_port,
                                struct bj_address *to, void *bytes, size_t size,
                                int64_t now_ns)
{
    (void)host, (void)from_port, (void)to, (void)bytes, (void)size, (void)now_ns;
    return 0;
}

static int64_t host_next_event_ns(struct sim_host *host, int64_t now_ns)
{
    (void)host, (void)now_ns;
    return BJ_NEVER;
}

static const uint16_t no_ports[] = {0};
static const struct sim_host_ops host_ops = {
    .accept = host_accept,
    .deliver = host_deliver,
    .collect = host_collect,
    .link = host_link,
    .hang_up = host_hang_up,
    .datagram_in = host_datagram_in,
    .datagram_out = host_datagram_out,
    .next_event_ns = host_next_event_ns,
    .tcp_ports = no_ports,
    .udp_ports = no_ports,
};

void byte_host_init(struct byte_host *host)
{
    memset(host, 0, sizeof *host);
    host->host.ops = &host_ops;
    host->window = sizeof host->in;
    host->stuck = -1;
}

void byte_host_say(struct byte_host *host, const void *bytes, size_t size)
{
    if (size > sizeof host->out - host->said)
        size = sizeof host->out - host->said;
    memcpy(host->out + host->said, bytes, size);
    host->said += size;
}
