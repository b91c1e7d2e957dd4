/* SPDX-License-Identifier: MIT */
#include "sim_idn_device.h"

#include <stdlib.h>
#include <string.h>

struct sim_idn_config sim_idn_defaults(void)
{
    return (struct sim_idn_config){
        .profile = *sim_idn_profile("openidn"),
        .unit = {7, 0x01, 0x00, 0x04, 0xa3, 0x11, 0x22, 0x33},
        .host = "simulated",
        .services = {{.id = 1, .preferred = true, .name = "Laser"}},
        .service_count = 1,
        .seed = 1,
    };
}

/* ---- Time ---------------------------------------------------------------------------- */

static void read_packet(struct sim_idn_device *device, struct bj_address peer,
                        const uint8_t *bytes, size_t size)
{
    struct sim_idn_packet packet = {
        .peer = peer,
        .command = bytes[0],
        .group = bytes[1] & 15,
        .sequence = (uint16_t)(bytes[2] << 8 | bytes[3]),
        .payload = bytes + 4,
        .size = size - 4,
        .datagram_bytes = size,
    };

    if (!sim_idn_hello(device, &packet)) {
        sim_idn_stream(device, &packet);
    }
}

static void receive(struct sim_idn_device *device)
{
    uint8_t bytes[SIM_IDN_DATAGRAM];
    struct bj_address peer;
    uint16_t port;
    size_t size;

    while ((size = sim_datagrams_take(&device->in, &port, &peer, bytes, sizeof bytes,
                                      device->now_ns)) > 0) {
        device->counters.datagrams_in++;
        if (size >= 4 && device->now_ns >= device->down_until_ns) {
            read_packet(device, peer, bytes, size);
        }
    }
}

static void play(struct sim_idn_device *device)
{
    for (int k = 0; k < device->config.service_count; k++) {
        sim_idn_player_advance(&device->services[k].player, device->now_ns);
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What changes something other than the mirrors. */
static int64_t next_change_ns(const struct sim_idn_device *device)
{
    int64_t next_ns =
        earlier(sim_datagrams_due_ns(&device->in), sim_schedule_next_ns(&device->schedule));

    return earlier(next_ns, sim_idn_timeout_ns(device));
}

/* One change after the other, in the order of time. */
void sim_idn_advance(struct sim_host *host, int64_t now_ns)
{
    struct sim_idn_device *device = sim_idn_device(host);

    for (;;) {
        int64_t next_ns = next_change_ns(device);
        device->now_ns =
            next_ns > device->now_ns ? earlier(next_ns, now_ns) : device->now_ns;
        play(device);
        sim_idn_apply_scheduled(device);
        sim_idn_time_out(device);
        receive(device);
        if (next_ns > now_ns) {
            return;
        }
    }
}

static int64_t next_event_ns(struct sim_host *host, int64_t now_ns)
{
    struct sim_idn_device *device = sim_idn_device(host);
    int64_t next_ns;

    sim_idn_advance(host, now_ns);
    next_ns = earlier(next_change_ns(device), sim_datagrams_due_ns(&device->out));
    for (int k = 0; k < device->config.service_count; k++) {
        next_ns = earlier(next_ns, sim_idn_player_next_ns(&device->services[k].player));
    }
    return next_ns;
}

/* ---- The network's side -------------------------------------------------------------- */

static void datagram_in(struct sim_host *host, uint16_t port, struct bj_address from,
                        const void *bytes, size_t size, int64_t now_ns)
{
    struct sim_idn_device *device = sim_idn_device(host);

    if (port != SIM_IDN_PORT || size == 0) {
        return;
    }
    sim_idn_advance(host, now_ns);
    sim_datagrams_put(&device->in, port, from, bytes, size, now_ns);
    sim_idn_advance(host, now_ns);
}

static size_t datagram_out(struct sim_host *host, uint16_t *from_port,
                           struct bj_address *to, void *bytes, size_t size, int64_t now_ns)
{
    struct sim_idn_device *device = sim_idn_device(host);

    sim_idn_advance(host, now_ns);
    return sim_datagrams_take(&device->out, from_port, to, bytes, size, now_ns);
}

static int no_accept(struct sim_host *host, uint16_t port, int64_t now_ns)
{
    (void)host, (void)port, (void)now_ns;
    return -1;
}

/* ---- Life ---------------------------------------------------------------------------- */

static bool start(struct sim_idn_device *device, int64_t now_ns)
{
    const struct sim_idn_config *config = &device->config;
    bool good = sim_datagrams_init(&device->in, &config->link, config->seed) &&
                sim_datagrams_init(&device->out, &config->link, config->seed + 1);

    for (int k = 0; k < config->service_count; k++) {
        struct sim_idn_service *service = &device->services[k];
        uint8_t id = config->services[k].id;
        service->owner = -1;
        good =
            sim_idn_player_init(&service->player, config, &device->counters, id, now_ns) &&
            good;
        good = sim_idn_inlet_init(&service->inlet, config, &device->counters,
                                  &service->player, id) &&
               good;
    }
    return good;
}

struct sim_host *sim_idn_create(const struct sim_idn_config *config, int64_t now_ns)
{
    struct sim_idn_device *device = calloc(1, sizeof *device);

    if (!device) {
        return NULL;
    }
    device->config = *config;
    device->now_ns = now_ns;
    device->random.state = config->seed + 2;
    device->udp_ports[0] = SIM_IDN_PORT;
    device->ops = (struct sim_host_ops){
        .accept = no_accept,
        .datagram_in = datagram_in,
        .datagram_out = datagram_out,
        .next_event_ns = next_event_ns,
        .tcp_ports = device->tcp_ports,
        .udp_ports = device->udp_ports,
    };
    device->host.ops = &device->ops;
    sim_idn_clear_counters(&device->host);
    if (!start(device, now_ns)) {
        sim_idn_destroy(&device->host);
        return NULL;
    }
    return &device->host;
}

void sim_idn_destroy(struct sim_host *host)
{
    struct sim_idn_device *device = sim_idn_device(host);

    if (!host) {
        return;
    }
    for (int k = 0; k < device->config.service_count; k++) {
        sim_idn_player_finish(&device->services[k].player);
        sim_idn_inlet_finish(&device->services[k].inlet);
    }
    sim_datagrams_finish(&device->in);
    sim_datagrams_finish(&device->out);
    free(device);
}

void sim_idn_set_link(struct sim_host *host, const struct sim_datagrams_config *link)
{
    sim_datagrams_set(&sim_idn_device(host)->in, link);
    sim_datagrams_set(&sim_idn_device(host)->out, link);
}
